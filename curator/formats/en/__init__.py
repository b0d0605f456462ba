"""English as the United Kingdom writes it: the interface's English is one, whatever a browser asks for."""

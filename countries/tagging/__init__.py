"""Tagging: suggest (pure) -> queue (finds work, writes suggestions) -> decide (the only writer of Tag)."""

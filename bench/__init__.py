"""Measurements of our own code beside a named peer or limit. Run by hand (``make bench-NAME``), never by the tests."""

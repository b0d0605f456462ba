"""Data sets of events, by import of their files: read (``ucdp``, ``acled``), taken in (``take``), passed on (``export``)."""

"""Doors other than feeds: a mailbox that the operator configured, and reports that people enter or upload.

What comes by them is stored by ``ingest.store`` like everything else. Nothing from a feed reaches a door: their addresses
come from the settings and from the desk.
"""

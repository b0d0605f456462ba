"""Editions as they were frozen: JSON beside this file, marked as a reconstruction. ``python -m tests.golden`` writes them.

Every form is made of them and compared. They are files, so that a change of a form or of the schema meets editions that
were written before it.
"""

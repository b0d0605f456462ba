"""Coding: which terms of our vocabularies a text speaks of, and which harm it counts, each with its sentence.

Pure but for the door to the embedding model (``model``). ``code`` is the way in: text -> sentences -> cues of a written
lexicon -> terms, groups and figures. What comes out is a suggestion; a person decides.
"""

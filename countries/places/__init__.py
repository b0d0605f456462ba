"""Which countries a text names. Plain Python throughout: no Django, no database, no clock.

fold -> names (cased: a trie; uncased: an automaton) -> mentions -> resolve -> read.
"""

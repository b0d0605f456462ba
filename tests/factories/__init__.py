"""Factories: the smallest valid row or value of each kind; a test states what matters and hides the rest."""

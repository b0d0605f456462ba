"""Draws the locator maps of the situations; the results are committed."""

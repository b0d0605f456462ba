"""Sources: a country-blind library of what was published: publishers, feeds, fetches, items, revisions, snapshots, stories."""

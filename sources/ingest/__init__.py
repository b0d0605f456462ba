"""The stages that fill the library, in order: fetch, normalise, dedupe, store, extract, language, cluster, assign."""

"""Countries: what items are about: situations, vocabularies, suggestions and people's decisions on them."""

"""How dates and numbers are written where Django's own manner is not ours."""

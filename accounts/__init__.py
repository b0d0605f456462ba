"""Accounts: who may do what: the user, roles, sign-in policy. It knows nothing of the pipeline."""

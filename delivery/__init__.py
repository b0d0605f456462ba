"""Delivery: who gets it: subscribers, subscriptions, digests and the ledger of what was sent. Their addresses live only here."""

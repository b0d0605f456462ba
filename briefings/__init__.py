"""Briefings: what we say: editions, claims and the passages they rest on, sign-off, rendering. Frozen once published."""

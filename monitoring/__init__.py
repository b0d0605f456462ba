"""Monitoring: daily counts with their exposure, and what the desk could see. Read by briefings, never reads them."""

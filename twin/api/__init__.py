"""HTTP: what the site is, what it does now, what it did, and what could not be read."""

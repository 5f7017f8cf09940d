"""Delivery of encoded lines to a far side that may be away: batches, spool on disk, retry, dead letters."""

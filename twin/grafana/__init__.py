"""Grafana dashboards as Python: generated beside the quantity table, so a name or unit can never drift from the store."""

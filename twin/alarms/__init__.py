"""Alarms: `update(alarms, findings, now_ms, places)` and `command(alarms, request, now_ms)` fold findings and operators into a life cycle."""
from twin.alarms.command import Refused, Request, command
from twin.alarms.fold import update
from twin.alarms.state import Alarms

__all__ = ["Alarms", "Refused", "Request", "command", "update"]

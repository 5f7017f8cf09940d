"""The bank of residual channels: a file each, found by convention (`CHANNEL`), by name."""
from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from twin.estimate.residuals.base import Channel, Residual, Scene

BANK: dict[str, Channel] = {c.name: c for c in (import_module(f"{__name__}.{m.name}").CHANNEL for m in iter_modules(__path__) if m.name != "base")}

__all__ = ["BANK", "Channel", "Residual", "Scene"]

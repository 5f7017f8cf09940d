"""Groups of channels: a file each, found by convention (`GROUP`)."""
from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from twin.estimate.health.scene import Group

GROUPS: dict[str, Group] = {m.name: import_module(f"{__name__}.{m.name}").GROUP for m in iter_modules(__path__)}

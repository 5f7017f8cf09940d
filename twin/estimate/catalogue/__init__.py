"""The catalogue of faults: a file each, found by convention (`ENTRY`), in the order of their names."""
from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from twin.estimate.catalogue.entry import ANY, CREEP, STEP, Entry, Mark

CATALOGUE: dict[str, Entry] = {
    entry.name: entry
    for module in iter_modules(__path__)
    if hasattr(loaded := import_module(f"{__name__}.{module.name}"), "ENTRY")
    for entry in (loaded.ENTRY,)
}

__all__ = ["ANY", "CATALOGUE", "CREEP", "STEP", "Entry", "Mark"]

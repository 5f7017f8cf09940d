"""Every kind of perturbation: a file each, found by convention (`KIND`), by name."""
from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from twin.whatif.perturbation import Perturbation

KINDS: dict[str, type[Perturbation]] = {
    m.name.replace("_", "-"): import_module(f"{__name__}.{m.name}").KIND for m in iter_modules(__path__)
}

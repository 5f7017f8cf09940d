"""Column maps: which column of which file is which quantity of which asset, in which unit."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.classes import CLASSES
from config.quantities import QUANTITIES
from config.site import Site
from sensors.faults.target import resolve
from sensors.recorded.table import RecordError
from sensors.recorded.units import Conversion, conversion

SHIPPED = Path(__file__).parent.parent / "maps"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column. `scale` and `offset` act on the recorded number before the unit; `each` repeats with {n} from 1."""

    asset: str
    quantity: str
    unit: str
    scale: float = 1.0
    offset: float = 0.0
    each: Annotated[int, Field(ge=1)] | None = None
    blank: Literal["hold", "missing"] | None = None


class File(_Strict):
    """One CSV file. `time_unit` of the time column; a blank cell repeats the value above (hold) or is a missing sample."""

    time: str
    time_unit: Literal["s", "ms", "min", "h"] = "s"
    blank: Literal["hold", "missing"] = "missing"
    columns: dict[str, Column]


class Map(_Strict):
    site: str
    source: str
    files: dict[str, File]


@dataclass(frozen=True, slots=True)
class Channel:
    """One column resolved: where its values go and how they become boundary units."""

    column: str
    cls: str
    row: int
    quantity: str
    scale: float
    offset: float
    convert: Conversion
    hold: bool

    def boundary(self, raw: float) -> float:
        return (raw * self.scale + self.offset) * self.convert.factor + self.convert.offset


def load_map(name: str) -> Map:
    """A map that comes along (`frontier`) or a YAML file."""
    path = Path(name) if "/" in name or name.endswith((".yaml", ".yml")) else SHIPPED / f"{name}.yaml"
    if not path.is_file():
        raise RecordError(f"no map {name!r}; shipped: {', '.join(sorted(p.stem for p in SHIPPED.glob('*.yaml')))}, or a path to a .yaml file")
    try:
        return Map.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise RecordError(f"{path}: {error}") from None
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise RecordError("\n".join(lines)) from None


def channels(site: Site, file: File) -> list[Channel]:
    """Every column of a file resolved against the site."""
    return [_channel(site, file, name, c, n) for name, c in file.columns.items() for n in _numbers(c)]


def _numbers(column: Column) -> Iterator[int]:
    yield from range(1, (column.each or 1) + 1)


def _channel(site: Site, file: File, name: str, c: Column, n: int) -> Channel:
    spelt, target = (name.format(n=n), c.asset.format(n=n)) if c.each else (name, c.asset)
    try:
        cls, row, _ = resolve(site, target)
    except ValueError as error:
        raise RecordError(f"{spelt}: {error}") from None
    if c.quantity not in CLASSES[cls].measured:
        raise RecordError(f"{spelt}: {cls} measures {', '.join(CLASSES[cls].measured)}, not {c.quantity!r}")
    hold = (c.blank or file.blank) == "hold"
    return Channel(spelt, cls, row, c.quantity, c.scale, c.offset, conversion(c.unit, QUANTITIES[c.quantity]), hold)

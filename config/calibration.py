"""The parameter file that `boucle calibrate` writes: factors on datasheet values, asset by asset, with where they come from.

An asset is named `hall/class/id`, as in its topic. A factor of 1 is the datasheet.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from config.equipment import Frozen
from config.errors import ConfigError, Problem
from config.site import Site
from config.validate import problem, unknown, validate
from config.yaml_lines import Map, read

NAMES: Mapping[str, tuple[str, ...]] = {"cdu": ("ua", "pump_power"), "pump": ("pump_power",), "district": ("ua",), "cooler": ("ua",), "heatpump": ("cop",)}
Ratio = Annotated[float, Field(ge=0.05, le=5.0)]
Factors = dict[tuple[str, str], tuple[float, ...]]


class Factor(Frozen):
    """`low` to `high` is the 95 % interval."""

    value: Ratio
    low: Annotated[float, Field(ge=0)]
    high: Annotated[float, Field(ge=0)]
    unit: Literal["ratio"] = "ratio"  # of the datasheet's value


class Provenance(Frozen):
    store: str
    start: str  # of the history, ISO 8601
    end: str
    rows: int  # asset-minutes that the fit used
    version: str  # of the program
    made: str


class ParameterFile(Frozen):
    schema_version: Literal[1] = Field(alias="schema")
    kind: Literal["calibration"]
    site: str
    provenance: Provenance
    factors: dict[str, dict[str, Factor]]
    untold: dict[str, dict[str, str]] = Field(default_factory=dict)  # what the history could not tell, and why


def asset_key(hall: str, cls: str, id: str) -> str:
    """Name of an asset in the file."""
    return f"{hall}/{cls}/{id}"


def read_factors(path: Path, site: Site) -> Factors:
    """(class, parameter) -> factors by row, 1 where the file says nothing. Raises ConfigError with every problem at its line."""
    tree = read(path)
    file, problems = validate(ParameterFile, tree)
    if file is not None:
        problems = [*_wrong_site(tree, file, site), *_wrong_factors(tree, file, site)]
    if problems or file is None:
        raise ConfigError(problems)
    return _by_row(file, site)


def is_parameter_file(path: Path) -> bool:
    """Whether a file says that it is one."""
    try:
        return read(path).get("kind") == "calibration"
    except ConfigError:
        return False


def _wrong_site(tree: Map, file: ParameterFile, site: Site) -> list[Problem]:
    return [] if file.site == site.id else [problem(tree, ("site",), f"made for site {file.site!r}, not for {site.id!r}")]


def _wrong_factors(tree: Map, file: ParameterFile, site: Site) -> Iterator[Problem]:
    known = {asset_key(*key): key[1] for key in site.at if key[1] in NAMES}
    for key, factors in file.factors.items():
        if key not in known:
            yield problem(tree, ("factors", key), unknown("asset", key, sorted(known)[:8]))
            continue
        for name, factor in factors.items():
            at: tuple[Any, ...] = ("factors", key, name)
            if name not in NAMES[known[key]]:
                yield problem(tree, at, unknown("parameter", name, list(NAMES[known[key]])))
            elif not factor.low <= factor.value <= factor.high:
                yield problem(tree, (*at, "value"), f"must lie in its interval, from low {factor.low:g} to high {factor.high:g}, got {factor.value:g}")


def _by_row(file: ParameterFile, site: Site) -> Factors:
    rows: dict[tuple[str, str], list[float]] = {}
    for key, factors in file.factors.items():
        hall, cls, id = key.split("/")
        for name, factor in factors.items():
            rows.setdefault((cls, name), [1.0] * site.count(cls))[site.at[hall, cls, id]] = factor.value
    return {key: tuple(values) for key, values in rows.items()}

"""What is in the time-series store: measurements, fields and tags, derived from the asset classes."""
from __future__ import annotations

from config.classes import CLASSES, GPU_COLUMNS
from twin.wire import alarms, scores

TAGS = ("site", "hall", "id", "src", "scenario", scores.TAG)
ALARM, ALARM_FIELDS = alarms.MEASUREMENT, frozenset(alarms.FIELDS)
ROLLUPS = ("1m", "1h")
STATISTICS = ("mean", "min", "max", "n")
GPU = "gpu"
GPUS = 1024  # upper bound of the index in `temp_00_c`: no rack is larger
SITE_WIDE = ("feed", "ups", "genset", "weather", "site")  # classes whose hall tag is "site"


def gpu_fields() -> tuple[str, ...]:
    """`temp_00_c` .. and `power_00_w` ..: one field a GPU of the rack."""
    return tuple(f"{stem}_{i:02d}_{unit}" for stem, unit in (c.rsplit("_", 1) for c in GPU_COLUMNS) for i in range(GPUS))


def twin_fields(cls: str) -> tuple[str, ...]:
    """Columns with their standard deviation; measured ones also with residual and quality."""
    c = CLASSES[cls]
    return (*c.columns, *(f"{n}_std" for n in c.columns), *(f"{n}_{s}" for n in c.measured for s in ("residual", "quality")))


def rolled(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{c}_{s}" for c in columns for s in STATISTICS)


def measurements() -> dict[str, frozenset[str]]:
    """Every measurement with its fields."""
    raw = {cls: frozenset((*twin_fields(cls), "q")) for cls in CLASSES} | {GPU: frozenset((*gpu_fields(), "q"))}
    return raw | {ALARM: ALARM_FIELDS, scores.MEASUREMENT: frozenset(scores.FIELDS)} | {f"{cls}_{r}": frozenset(rolled(c.columns)) for cls, c in CLASSES.items() for r in ROLLUPS}

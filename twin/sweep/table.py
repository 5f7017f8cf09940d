"""Results as a table: a row a run in the order of the study, typed columns, the same bytes however they were made."""
from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from twin.sweep.study import Planned, Scalar
from twin.sweep.work import Row, refused

INSTALL = "the extra `cluster` is not installed: pip install 'boucle[cluster]' (pyarrow for the table, distributed for --dask)"
WORDS = {"status", "why", "headline", "first", "first_asset"}


def parquet(p: Planned, drawn: Sequence[dict[str, Scalar]], ids: Sequence[str], rows: Sequence[Row]) -> bytes:
    """A Parquet file: run, id, the axes by their names, then what came out. No clock and no order of execution is in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {"run": pa.array(range(len(rows)), pa.int32()), "id": pa.array(ids, pa.string())}
    for name in p.axes:
        columns[name] = axis_column(pa, [s[name] for s in drawn])
    for name in refused(""):
        columns[name] = pa.array([r[name] for r in rows], result_type(pa, name))
    table = pa.table(columns).replace_schema_metadata({"title": p.study.title, "asks": p.study.asks})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def axis_column(pa: Any, values: list[Scalar]) -> Any:
    """Numbers as doubles, truths as truths, else words."""
    if all(isinstance(v, bool) for v in values):
        return pa.array(values, pa.bool_())
    if all(isinstance(v, float | int) and not isinstance(v, bool) for v in values):
        return pa.array([float(v) for v in values], pa.float64())
    return pa.array([str(v) for v in values], pa.string())


def result_type(pa: Any, name: str) -> Any:
    if name == "reached":
        return pa.list_(pa.string())
    return pa.string() if name in WORDS else pa.float64()

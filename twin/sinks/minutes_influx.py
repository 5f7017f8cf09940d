"""Minutes of sensors out of InfluxDB of any version, by the InfluxQL that 1.x, 2.x and 3 share."""
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import urllib3

from twin.events import ACTUAL
from twin.sinks.delivery.endpoint import Target
from twin.sinks.minutes import Part, StoreError
from twin.wire.lines import SENSOR

DAY_MS = 86_400_000  # asked for at once: a day of a class is some tens of megabytes of JSON at most
TIMEOUT_S = 60.0


class InfluxMinutes:
    """The bucket or database that a service has written, read for one site."""

    def __init__(self, target: Target, site: str):
        self.target, self.site, self.name = target, site, f"{target.url}, {target.bucket}"
        headers = urllib3.make_headers(basic_auth=target.token) if ":" in target.token else {"Authorization": f"Token {target.token}"} if target.token else {}
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(TIMEOUT_S), retries=False, headers=headers)

    def parts(self, cls: str, fields: Sequence[str], start_ms: int, end_ms: int) -> Iterator[Part]:
        chosen = ", ".join(map(_quoted, fields))
        for begin in range(start_ms, end_ms, DAY_MS):
            until = min(begin + DAY_MS, end_ms)
            for s in self._ask(f"SELECT {chosen} FROM {self._rows(cls)} AND time >= {begin}ms AND time < {until}ms GROUP BY hall, id"):
                values = np.array(s["values"], dtype=object)
                yield Part(s["tags"]["hall"], s["tags"]["id"], s["columns"][1:], values[:, 0].astype(np.int64), values[:, 1:].astype(float))

    def span(self, assets: Sequence[tuple[str, str]]) -> tuple[int, int] | None:
        ends = [self._ask(f"SELECT /_mean$/ FROM {self._rows('cdu')} ORDER BY time {order} LIMIT 1") for order in ("ASC", "DESC")]
        return (int(ends[0][0]["values"][0][0]), int(ends[1][0]["values"][0][0])) if all(ends) else None

    def _rows(self, cls: str) -> str:
        return f"{_quoted(f'{cls}_1m')} WHERE site = {_text(self.site)} AND src = {_text(SENSOR)} AND scenario = {_text(ACTUAL)}"

    def _ask(self, query: str) -> list[dict[str, Any]]:
        """Series of one statement. Raises StoreError."""
        fields = {"db": self.target.bucket, "q": query, "epoch": "ms"}
        try:
            answer = self._http.request("GET", f"{self.target.url}/query", fields=fields)
            found = json.loads(answer.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise StoreError(f"{self.name}: {error}") from None
        result = found.get("results", [{}])[0] if isinstance(found, dict) else {}
        trouble = result.get("error") or found.get("error") or found.get("message") if isinstance(found, dict) else "no answer of an InfluxDB"
        if answer.status >= 300 or trouble:
            raise StoreError(f"{self.name}: {trouble or f'HTTP {answer.status}'}")
        return list(result.get("series", []))


def _quoted(name: str) -> str:
    """An identifier of InfluxQL."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(value: str) -> str:
    """A string of InfluxQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

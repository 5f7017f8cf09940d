"""Times as people write them: `90`, `90s`, `10min`, `1h30m`, `1d`."""
from __future__ import annotations

import re
from typing import Any

UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PART = re.compile(r"(\d+(?:\.\d+)?)(s|min|m|h|d)")


def seconds(value: Any) -> Any:
    """Seconds of a written time; anything that is none is handed back for the next check to refuse."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    parts = PART.findall(text)
    if parts and "".join(n + u for n, u in parts) == text:
        return sum(float(n) * UNITS[u] for n, u in parts)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{value[:20]!r} is no time: write 90s, 10min, 1h30m or 2d") from None


def clock(s: float) -> str:
    """`00:02:41` after the beginning; days in front where there are any."""
    whole = round(s)
    days, rest = divmod(whole, 86400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    return f"{days} d {text}" if days else text


def spoken(s: float) -> str:
    """`2 min 41 s`, `3 h 10 min`: two largest units."""
    whole = max(round(s), 0)
    sizes = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    parts = []
    for unit, size in sizes:
        count, whole = divmod(whole, size)
        parts.append((count, unit))
    first = next((i for i, (n, _) in enumerate(parts) if n), len(parts) - 1)
    return " ".join(f"{n} {u}" for n, u in parts[first : first + 2] if n) or "0 s"

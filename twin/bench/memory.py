"""Memory of the demo in all: broker, sensors, twin, store and page, while the day before is filled in."""
from __future__ import annotations

import json
import subprocess
import sys

SECONDS = 60


def run(site: str = "valence") -> dict[str, float | int | str]:
    """The highest proportional set size of all its processes together, looked at each second (Linux), over a minute."""
    argv = [sys.executable, "-m", "twin.cli", "demo", "--site", site, "--for", str(SECONDS), "--port", "0", "--json"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    report = json.loads(done.stdout.splitlines()[-1])
    found = {"memory_mb": report["memory_mb"], "first_snapshot_seconds": report["first_snapshot_seconds"], "received": report["counters"]["received"]}
    return found | {"history_seconds": report["history_seconds"] or f"more than {SECONDS}"}

"""What a benchmark ran on, and tools that more than one of them uses."""
from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

READY_S = 60.0  # a loaded machine may take long; a dead process ends the wait at once


def machine() -> dict[str, str | int | float]:
    """CPU model, cores, Python, numpy, and how busy the machine is before we begin."""
    import numpy

    return {"cpu": _cpu(), "cores": os.cpu_count() or 0, "python": platform.python_version(), "numpy": numpy.__version__,
            "load_before": round(os.getloadavg()[0], 2)}


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")), platform.machine())


def find(command: str) -> str | None:
    """A server's binary, also where Debian keeps those of root."""
    return shutil.which(command, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin")


@contextmanager
def server(argv: list[str], folder: Path, ready: Callable[[], bool], wait_s: float = READY_S) -> Iterator[subprocess.Popen[bytes]]:
    """A server as long as the block lasts; its output is in `folder/log`."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, cwd=folder, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        until = time.monotonic() + wait_s
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                state = "ended" if process.poll() is not None else f"was not ready after {wait_s:.0f} s"
                raise RuntimeError(f"{argv[0]} {state}:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True

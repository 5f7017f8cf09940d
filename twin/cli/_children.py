"""Child processes that end with us: told to stop, then killed; and the kernel ends them if we die first (`_child`)."""
from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PATIENCE_S = 2.0  # from the request to stop until the end is forced
ROOT = Path(__file__).resolve().parents[2]  # the folder of the packages, for `python -m`


@dataclass
class Children:
    """The child processes of one command."""

    log: IO[bytes]  # their standard error
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, module: str, *arguments: str, stdin: IO[bytes] | int = subprocess.DEVNULL, stdout: IO[bytes] | int = subprocess.DEVNULL,
              niceness: int = 0) -> subprocess.Popen[bytes]:
        """`python -m module arguments...`, in a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        argv = [sys.executable, "-m", "twin.cli._child", str(niceness), module, *arguments]
        process = subprocess.Popen(argv, stdin=stdin, stdout=stdout, stderr=self.log, start_new_session=True, env=os.environ | {"PYTHONPATH": path})
        self.running.append(process)
        return process

    def ask_to_stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.terminate()

    def stop(self) -> None:
        """All at once, within `PATIENCE_S`."""
        self.ask_to_stop()
        until = time.monotonic() + PATIENCE_S
        for process in self.running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def pids(self) -> Sequence[int]:
        return [p.pid for p in self.running if p.poll() is None]

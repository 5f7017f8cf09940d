"""Child processes that share our memory and end with us: told to stop, then killed; and the kernel ends them if we die first (Linux).

They are forked, so what we have loaded and compiled by then is theirs too and costs neither time nor memory again. Fork before anything
starts a thread: a thread's locks would stay closed in the child.
"""
from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import IO, Any

PATIENCE_S = 2.0  # from the request to stop until the end is forced
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # linux/prctl.h


@dataclass
class Children:
    """The child processes of one command."""

    log: IO[bytes]  # their standard error
    running: list[BaseProcess] = field(default_factory=list)

    def start(self, name: str, work: str, *arguments: Any, niceness: int = 0) -> BaseProcess:
        """Run `work`, a "module:function", in a child named `name`, in a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""
        found = pkgutil.resolve_name(work)
        gc.collect()
        gc.freeze()  # the collector would write into the pages that are shared
        process = multiprocessing.get_context("fork").Process(
            target=_child, args=(name, os.getpid(), self.log.fileno(), niceness, found, *arguments), name=name, daemon=True)
        process.start()
        self.running.append(process)
        return process

    def ask_to_stop(self) -> None:
        for process in self.running:
            if process.is_alive():
                process.terminate()

    def stop(self) -> None:
        """All at once, within `PATIENCE_S`."""
        self.ask_to_stop()
        until = time.monotonic() + PATIENCE_S
        for process in self.running:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    def pids(self) -> Sequence[int]:
        return [p.pid for p in self.running if p.is_alive() and p.pid]


def _child(name: str, parent: int, log: int, niceness: int, work: Callable[..., object], *arguments: Any) -> None:
    os.setsid()
    os.nice(niceness)
    _end_with(parent, name)
    os.dup2(log, 2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    work(*arguments)


def _end_with(parent: int, name: str) -> None:
    """SIGTERM comes when the parent dies, and `ps -o comm` shows the name (Linux; elsewhere neither)."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    libc.prctl(PR_SET_NAME, f"boucle {name}".encode())
    if os.getppid() != parent:
        sys.exit(0)

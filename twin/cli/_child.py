"""`python -m twin.cli._child NICENESS MODULE ARGUMENTS...`: run a module as `python -m` does, in a process that ends with its parent."""
from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """SIGTERM comes when the parent dies (Linux; elsewhere nothing does)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    niceness, module, *arguments = sys.argv[1:]
    os.nice(int(niceness))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

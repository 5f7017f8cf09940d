"""Where runs are done: here, in processes of this machine, or on a Dask cluster that is there. Each yields rows as they finish."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import Any

from twin.sweep.work import Row, Task, work

Runner = Callable[[Sequence[Task]], Iterator[tuple[str, Row]]]
BREAKS = 3  # pools lost one after another without a run finished
AHEAD = 2  # tasks a worker has waiting
PATIENCE_S = 60  # until a cluster must have a worker


class Lost(Exception):
    """Workers are gone or cannot be reached; what is finished is kept."""


def here(tasks: Sequence[Task]) -> Iterator[tuple[str, Row]]:
    """One after another in this process."""
    for t in tasks:
        yield t.id, work(t)


def processes(jobs: int) -> Runner:
    """`jobs` processes of this machine."""
    return partial(_processes, jobs)


def _processes(jobs: int, tasks: Sequence[Task]) -> Iterator[tuple[str, Row]]:
    """A pool that breaks with a killed process is made anew for the runs it still owed."""
    owed, breaks = {t.id: t for t in tasks}, 0
    while owed:
        try:
            for task_id, row in _pool(jobs, list(owed.values())):
                del owed[task_id]
                breaks = 0
                yield task_id, row
        except BrokenProcessPool:
            breaks += 1
            if breaks >= BREAKS:
                raise Lost(f"a worker process was killed {breaks} times in a row with {len(owed)} runs to go (out of memory?): fewer --jobs") from None


def _pool(jobs: int, tasks: list[Task]) -> Iterator[tuple[str, Row]]:
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn"))
    try:
        waiting = iter(tasks)
        flying: dict[Future[Row], str] = {}
        while True:
            for t in _few(waiting, AHEAD * jobs - len(flying)):
                flying[pool.submit(work, t)] = t.id
            if not flying:
                return
            for done in wait(flying, return_when=FIRST_COMPLETED).done:
                yield flying.pop(done), done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _few(waiting: Iterator[Task], n: int) -> Iterator[Task]:
    for _, t in zip(range(n), waiting, strict=False):
        yield t


def dask(address: str) -> Runner:
    """Workers of the Dask scheduler at `address`; they must have this program. A run of a worker that dies is done by another."""
    return partial(_dask, address)


def _dask(address: str, tasks: Sequence[Task]) -> Iterator[tuple[str, Row]]:
    with _client(address) as client:
        waiting, flying = iter(tasks), set()
        room = max(AHEAD * sum(client.nthreads().values()), 1)
        while True:
            flying |= {_sent(client, t) for t in _few(waiting, room - len(flying))}
            if not flying:
                return
            for future in _finished(client, address, flying):
                flying.discard(future)
                yield _heard(future)
                future.release()


def _finished(client: Any, address: str, flying: set[Any]) -> set[Any]:
    """Futures that are done, at least one. Raises Lost where nobody is left to do them."""
    from distributed import CancelledError, wait

    while True:
        try:
            with client.as_current():
                return set(wait(flying, timeout=PATIENCE_S, return_when="FIRST_COMPLETED").done)
        except CancelledError:
            raise Lost(f"the Dask scheduler at {address} is gone") from None
        except TimeoutError:
            if not client.nthreads():
                raise Lost(f"the Dask scheduler at {address} has had no worker for {PATIENCE_S} s") from None


def _client(address: str) -> Any:
    """A client of a cluster that has a worker. Raises Lost."""
    from distributed import Client

    try:
        client = Client(address, set_as_default=False, timeout=PATIENCE_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise Lost(f"no Dask scheduler at {address}: {error}") from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError:
        client.close()
        raise Lost(f"the Dask scheduler at {address} has had no worker for {PATIENCE_S} s") from None
    return client


def _sent(client: Any, t: Task) -> Any:
    return client.submit(work, t, key=f"sweep-{t.id}", pure=True)


def _heard(future: Any) -> tuple[str, Row]:
    from distributed import CancelledError, KilledWorker

    try:
        return future.key.removeprefix("sweep-"), future.result()
    except KilledWorker as error:
        raise Lost(f"several workers died with the same run: {error}") from None
    except CancelledError:
        raise Lost("the Dask scheduler is gone") from None

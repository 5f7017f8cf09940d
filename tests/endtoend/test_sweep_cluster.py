"""The same study here, in processes and on a real cluster whose worker is killed in the middle: the same bytes."""
from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from distributed import LocalCluster

from tests.studies import Counted, ids, plan
from twin.sweep.runners import Lost, Runner, dask, processes
from twin.sweep.sweep import Outcome, sweep
from twin.sweep.work import Row, Task

WORKERS, ENOUGH = 2, 3


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return sweep(plan(), tmp_path_factory.mktemp("here"), Counted(pretend=False))


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    options = {"n_workers": WORKERS, "threads_per_worker": 1, "processes": True, "dashboard_address": None, "host": "127.0.0.1"}
    with LocalCluster(**options, silence_logs=50) as found:
        yield found


class Heard:
    """What a runner hands over, in its order."""

    def __init__(self, run: Runner):
        self.run, self.ids = run, []

    def __call__(self, tasks: Sequence[Task]) -> Iterator[tuple[str, Row]]:
        for task_id, row in self.run(tasks):
            self.ids.append(task_id)
            yield task_id, row


class Killer:
    """Kills once, after `ENOUGH` runs, the process of a worker that has work in hand."""

    def __init__(self, cluster: LocalCluster):
        self.cluster, self.killed = cluster, 0

    def __call__(self, done: int, of: int) -> None:
        if done < ENOUGH or self.killed:
            return
        busy = {address for address, worker in self.cluster.scheduler.workers.items() if worker.processing}
        for nanny in self.cluster.workers.values():
            if nanny.worker_address in busy:
                self.killed = nanny.pid
                os.kill(nanny.pid, signal.SIGKILL)
                return


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(cluster: LocalCluster, alone: Outcome, tmp_path: Path) -> None:
    killer, heard = Killer(cluster), Heard(dask(cluster.scheduler_address))
    found = sweep(plan(), tmp_path, heard, killer)
    assert killer.killed
    assert len(heard.ids) == len(set(heard.ids)) == found.runs == 12
    assert ids(tmp_path) == set(heard.ids)
    assert found.table.read_bytes() == alone.table.read_bytes()
    assert found.page.read_bytes() == alone.page.read_bytes()


def test_processes_give_the_same_bytes_though_one_is_killed(alone: Outcome, tmp_path: Path) -> None:
    heard, killed = Heard(processes(WORKERS)), []

    def kill(done: int, of: int) -> None:
        if done == ENOUGH and not killed:
            killed.append(children()[-1])
            os.kill(killed[0], signal.SIGKILL)

    found = sweep(plan(), tmp_path, heard, kill)
    assert killed
    assert len(heard.ids) == len(set(heard.ids)) == found.runs
    assert found.table.read_bytes() == alone.table.read_bytes()


def children() -> list[int]:
    import multiprocessing

    return [p.pid for p in multiprocessing.active_children() if p.pid and "Spawn" in type(p).__name__]


def test_a_cluster_that_loses_all_workers_is_told_and_what_is_finished_is_kept(cluster: LocalCluster, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("twin.sweep.runners.PATIENCE_S", 0.5)

    def leave(done: int, of: int) -> None:
        if done == ENOUGH:
            for nanny in cluster.workers.values():
                cluster.sync(nanny.close, timeout=1)

    with pytest.raises(Lost, match="no worker"):
        sweep(plan(), tmp_path, dask(cluster.scheduler_address), leave)
    assert ENOUGH <= len(ids(tmp_path)) < 12


def test_no_cluster_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.sweep.runners.PATIENCE_S", 0.5)
    with pytest.raises(Lost, match="no Dask scheduler at tcp://127.0.0.1:9"):
        sweep(plan(), tmp_path, dask("tcp://127.0.0.1:9"))

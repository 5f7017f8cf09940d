"""Session fixtures over `tests.servers`, and the list of what was not run."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

import config  # noqa: F401  before numpy: one BLAS thread a worker
from tests import servers


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Broker]:
    with servers.mosquitto(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield broker


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Broker]:
    with servers.nats(tmp_path_factory.mktemp("nats")) as broker:
        yield broker


@pytest.fixture(scope="session")
def influx1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influx]:
    with servers.influx1(tmp_path_factory.mktemp("influx1")) as database:
        yield database


@pytest.fixture(scope="session")
def influx2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influx]:
    with servers.influx2(tmp_path_factory.mktemp("influx2")) as database:
        yield database


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser, for playwright's `executable_path`."""
    return servers.require("chromium")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that was not run, and why: a skip must never look like a pass."""
    skipped = terminalreporter.getreports("skipped")
    if skipped:
        terminalreporter.section("not run")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")

"""The laws of the house, read from the source: who imports whom, what pure rooms may touch, sizes, words."""
from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# from the ground up; a room imports lower levels and itself, never a neighbour of its own level
LEVELS = (
    ("config", "twin.events", "twin.kernels", "twin.spare"),
    ("twin.physics",),
    ("twin.plant",),
    ("twin.estimate",),
    ("twin.alarms",),
    ("twin.whatif",),
    ("twin.advise", "twin.forecast", "twin.kpi"),
    ("twin.engine",),
    ("twin.wire",),
    ("twin.sources", "twin.sinks", "twin.calibrate", "twin.sweep"),
    ("twin.service",),
    ("twin.api", "twin.grafana"),
    ("twin.console", "twin.bench"),
    ("twin.cli",),
)
LEVEL = {room: height for height, rooms in enumerate(LEVELS) for room in rooms}
PURE = ("twin.events", "twin.physics", "twin.plant", "twin.estimate", "twin.alarms", "twin.whatif", "twin.advise", "twin.forecast", "twin.kpi", "twin.engine", "twin.wire")
SENSORS_MAY = ("config", "twin.events", "twin.kernels", "twin.spare", "twin.physics", "twin.wire", "sensors")  # kernels: how code is compiled, no model
REFEREE_MAY = (*SENSORS_MAY, "sensors.score", "twin.engine", "twin.estimate", "twin.alarms")  # it alone knows the hidden plant and the twin
# `config.events` beside `config`: events name what the site models say; the site never names an event
GROUND = {("twin.events", "config")}

WORLD = {
    *("os", "sys", "io", "socket", "ssl", "select", "selectors", "signal", "time", "random", "secrets", "uuid", "logging", "structlog"),
    *("pathlib", "shutil", "tempfile", "glob", "sqlite3", "subprocess", "threading", "multiprocessing", "concurrent", "asyncio"),
    *("urllib", "http", "requests", "httpx", "aiomqtt", "paho", "influxdb_client", "fastapi", "uvicorn", "rich", "typer"),
}
WORLD_CALLS = {"open", "print", "input", "exec", "eval"}
CLOCKS = {"now", "utcnow", "today"}
SEEDED = {"Generator", "default_rng", "SeedSequence", "PCG64", "Philox", "BitGenerator"}

LONGEST_FUNCTION, MEDIAN_FUNCTION, LONGEST_FILE = 60, 10, 350


@cache
def tracked() -> tuple[str, ...]:
    """Files of the repository, those not yet committed included."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(name for name in sorted(out.splitlines()) if (ROOT / name).is_file())


def sources(*roots: str) -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and name.split("/")[0] in roots]


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(), name)


def module_of(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room_of(module: str) -> str:
    """`twin.wire.native` -> `twin.wire`; `config.site` -> `config`; `sensors.x` -> `sensors`, but `sensors.score` is a room of its own."""
    head, *rest = module.split(".")
    if rest and (head, rest[0]) == ("sensors", "score"):
        return "sensors.score"
    return f"twin.{rest[0]}" if head == "twin" and rest else head


def imports(tree: ast.AST, module: str) -> Iterator[str]:
    """Full names of everything a file imports, at its top or inside a function, relative or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*module.split(".")[: -node.level], *filter(None, [node.module])]) if node.level else node.module or ""
            yield from (f"{base}.{alias.name}" for alias in node.names)


def ours(name: str) -> bool:
    return name.split(".")[0] in ("config", "twin", "sensors", "tests")


def may_import(room: str, other: str) -> bool:
    if room in ("sensors", "sensors.score"):
        return other in (SENSORS_MAY if room == "sensors" else REFEREE_MAY)
    if room == "twin" or other == "twin":  # the empty package itself
        return other != "sensors"
    return room == other or (room, other) in GROUND or (LEVEL.get(other, len(LEVELS)) < LEVEL.get(room, 0))


def breaches(name: str, tree: ast.AST) -> list[str]:
    module = module_of(name)
    room = room_of(module)
    others = {room_of(full) for full in imports(tree, module if not name.endswith("__init__.py") else f"{module}.__init__") if ours(full)}
    return [f"{name}: {room} imports {other}" for other in sorted(others) if not may_import(room, other)]


def test_imports_go_down_only() -> None:
    assert [b for name in sources("config", "twin", "sensors") for b in breaches(name, parsed(name))] == []


def test_every_room_has_its_place() -> None:
    rooms = {room_of(module_of(name)) for name in sources("config", "twin")} - {"twin"}
    assert rooms - LEVEL.keys() == set()


@pytest.mark.parametrize(
    ("name", "line", "bad"),
    [
        ("twin/plant/step.py", "import sensors.workload", "twin.plant imports sensors"),
        ("twin/plant/step.py", "def f():\n    from twin.engine import fold", "twin.plant imports twin.engine"),
        ("twin/sinks/influx.py", "from twin.sources import mqtt", "twin.sinks imports twin.sources"),
        ("twin/wire/native.py", "from ..service.hub import Hub", "twin.wire imports twin.service"),
        ("sensors/truth.py", "from twin.plant import step", "sensors imports twin.plant"),
        ("sensors/truth.py", "from sensors.score import run", "sensors imports sensors.score"),
        ("sensors/score/run.py", "from twin.plant import step", "sensors.score imports twin.plant"),
        ("sensors/score/run.py", "from twin.engine import advance", None),
        ("config/site.py", "from twin.events import Reading", "config imports twin.events"),
        ("twin/engine/fold.py", "from twin.plant import step", None),
        ("twin/engine/__init__.py", "from .fold import advance", None),
        ("sensors/publish.py", "from twin.wire import native", None),
    ],
)
def test_the_import_law_itself(name: str, line: str, bad: str | None) -> None:
    assert breaches(name, ast.parse(line)) == ([f"{name}: {bad}"] if bad else [])


def world(name: str, tree: ast.AST) -> Iterator[str]:
    """What a pure file touches of the world: modules, files, clocks, global randomness."""
    for full in imports(tree, module_of(name)):
        if full.split(".")[0] in WORLD:
            yield f"{name}: imports {full}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORLD_CALLS:
            yield f"{name}:{node.lineno}: calls {node.func.id}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield f"{name}:{node.lineno}: reads a clock"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("default_rng") and not node.args:
            yield f"{name}:{node.lineno}: randomness without a seed"
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random") and node.attr not in SEEDED:
            yield f"{name}:{node.lineno}: global randomness"


def test_pure_rooms_do_not_touch_the_world() -> None:
    pure = [name for name in sources("twin") if room_of(module_of(name)) in PURE]
    assert [found for name in pure for found in world(name, parsed(name))] == []


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from os import path",
        "import logging",
        "open('x')",
        "print(1)",
        "datetime.now()",
        "np.random.rand(3)",
        "np.random.default_rng()",
    ],
)
def test_the_purity_law_itself(line: str) -> None:
    assert list(world("twin/physics/x.py", ast.parse(line)))
    assert not list(world("twin/physics/x.py", ast.parse("import math\ndef f(rng: np.random.Generator): return rng.normal()")))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end without the docstring, which is for the reader and may be as long as its source asks."""
    first = function.body[0]
    doc = first if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str) else None
    return (function.end_lineno or 0) - function.lineno + 1 - ((doc.end_lineno or 0) - doc.lineno + 1 if doc else 0)


def functions(*roots: str) -> dict[str, int]:
    nodes = ((name, node) for name in sources(*roots) for node in ast.walk(parsed(name)))
    return {f"{n}:{f.lineno} {f.name}": length(f) for n, f in nodes if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_functions_are_short() -> None:
    sizes = functions("config", "twin", "sensors", "tests", "deploy")
    assert {where: lines for where, lines in sizes.items() if lines > LONGEST_FUNCTION} == {}
    assert statistics.median(functions("config", "twin", "sensors").values()) < MEDIAN_FUNCTION


def test_files_are_one_idea() -> None:
    names = [name for name in tracked() if name.endswith((".py", ".js", ".css", ".html", ".sh"))]
    sizes = {name: len((ROOT / name).read_text().splitlines()) for name in names}
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE} == {}


def prints(name: str) -> Iterator[str]:
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{name}:{node.lineno}"


def test_only_the_command_line_prints() -> None:
    silent = [name for name in sources("config", "twin", "sensors") if not name.startswith(("twin/cli", "sensors/cli"))]
    assert [where for name in silent for where in prints(name)] == []


def test_ruff_has_nothing_to_say() -> None:
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# a path of one machine, a registry's host (packages come by name), and words about the making instead of the thing
FOREIGN = re.compile(
    r"(?<![\w.$}*-])/(?:home|root|work|Users)/\w"
    r"|\b(?:pypi\.org|pythonhosted\.org|proxy\.golang\.org|crates\.io|npmjs\.(?:org|com)|(?:deb|snapshot)\.debian\.org)\b"
    r"|\b(?:issues? #?\d+|(?:AI|coding) agents?|TODO|FIXME)\b"
)
TEXT = (".py", ".md", ".yaml", ".yml", ".toml", ".sh", ".js", ".css", ".html", ".json", ".conf", ".txt", ".go", ".mod", "Makefile", "Dockerfile", "run")


def test_the_project_speaks_of_itself() -> None:
    names = [name for name in tracked() if name.endswith(TEXT) and name != "tests/unit/test_house.py"]
    hits = [(name, match.group()) for name in names for match in FOREIGN.finditer((ROOT / name).read_text(errors="replace"))]
    assert hits == []


@pytest.mark.parametrize("text", ["/home/me/x", "see pypi.org", "closes issue 12", "# TODO later"])
def test_foreign_words_are_found(text: str) -> None:
    assert FOREIGN.search(text)


@pytest.mark.parametrize("text", ["dc/site/work/x", "an issue of air", "${HOME}/work/x", "MQTT session"])
def test_ordinary_words_are_not(text: str) -> None:
    assert not FOREIGN.search(text)

"""A study file as a plan, with every error at its file, line and key; what is too big is refused with the numbers."""
from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from config.errors import ConfigError, Problem
from config.validate import problem, validate
from config.yaml_lines import Map, Seq
from twin.sweep.case import case, fault
from twin.sweep.sample import ends, settings, size
from twin.sweep.study import MOST_RUNS, MOST_S, Axis, Planned, Range, Sample, Scalar, Study
from twin.sweep.variant import copied, equipped, variant
from twin.whatif.cost import affordable, core_seconds
from twin.whatif.ground import Ground, ground
from twin.whatif.question import Question
from twin.whatif.refusal import Refused
from twin.whatif.scenario import keys, perturbation_problems
from twin.whatif.schedule import checked

MOST_LEVELS = 1000


def planned(tree: Map) -> Planned:
    """The study written in a file. Raises ConfigError with every problem that can be seen."""
    study, problems = validate(Study, tree)
    axes, more = read_axes(tree, study.sample if study else Sample())
    told(problems + more)
    assert study is not None  # without a problem there is a study
    told(sample_problems(tree, study, axes))
    told(run_problems(tree, study, axes))
    plan = Planned(study=study, axes=axes)
    told(tried(tree, plan))
    return plan


def told(problems: list[Problem]) -> None:
    """Raise what there is."""
    if problems:
        raise ConfigError(sorted(dict.fromkeys(problems), key=lambda p: p.line))


def read_axes(tree: Map, sample: Sample) -> tuple[dict[str, Axis], list[Problem]]:
    """Axes by name, in the order of the file."""
    vary, run = tree.get("vary"), tree.get("run")
    parts = run.get("perturbations") if isinstance(run, Map) else None
    axes: dict[str, Axis] = {}
    problems: list[Problem] = []
    for name, value in vary.items() if isinstance(vary, Map) else ():
        at = ("vary", name)
        why = fault(name, len(parts) if isinstance(parts, Seq) else 0)
        axis, more = read_range(tree, at, value, sample) if isinstance(value, Map) else read_list(tree, at, value)
        problems += [problem(tree, at, why)] if why else more
        if axis is not None:
            axes[name] = axis
    return axes, problems


def read_range(tree: Map, at: tuple[str, str], value: Map, sample: Sample) -> tuple[Range | None, list[Problem]]:
    found, problems = validate(Range, value, tree, at)
    if found is None:
        return None, problems
    if found.low >= found.high:
        problems.append(problem(tree, (*at, "to"), f"must be above from, {found.low:g}"))
    if found.log and found.low <= 0:
        problems.append(problem(tree, (*at, "from"), "must be above 0 where steps are even in ratios (log)"))
    if sample.kind == "grid" and found.steps is None:
        problems.append(problem(tree, (*at, "steps"), "missing: how many values a grid takes"))
    if sample.kind != "grid" and found.steps is not None:
        problems.append(problem(tree, (*at, "steps"), "a Latin hypercube draws from the whole range: leave it out"))
    return found, problems


def read_list(tree: Map, at: tuple[str, str], value: Any) -> tuple[tuple[Scalar, ...] | None, list[Problem]]:
    good = isinstance(value, Seq) and 0 < len(value) <= MOST_LEVELS and all(isinstance(v, float | int | str) for v in value)
    if not good:
        return None, [problem(tree, at, f"must be a list of 1 .. {MOST_LEVELS} numbers or words, or {{from: LOW, to: HIGH, steps: N}}")]
    return tuple(value), []


def sample_problems(tree: Map, study: Study, axes: Mapping[str, Axis]) -> list[Problem]:
    """Runs: named where drawn, counted where gridded, and not too many."""
    s = study.sample
    if (s.runs is None) == (s.kind == "latin-hypercube"):
        return [problem(tree, ("sample", "runs"), "a Latin hypercube needs its number of runs" if s.runs is None else "a grid has as many runs as it has points")]
    factors = size(axes, s)
    if prod(factors) > MOST_RUNS:
        return [problem(tree, ("vary",), f"{' x '.join(map(str, factors))} = {prod(factors):,} runs: at most {MOST_RUNS:,}")]
    return []


def run_problems(tree: Map, study: Study, axes: Mapping[str, Axis]) -> list[Problem]:
    """Perturbations as written, with the first value of what is varied."""
    problems: list[Problem] = []
    parts = tree["run"].get("perturbations", ())
    for i, part in enumerate(parts):
        whole = copied(part) if isinstance(part, Map) else part
        for name, axis in axes.items():
            if name.startswith(f"perturbations.{i}.") and isinstance(whole, Map):
                whole.put(name.rpartition(".")[2], ends(axis)[0], tree["vary"].spots[name])
        problems += perturbation_problems(tree, ("run", "perturbations", i), whole)
    return problems


def tried(tree: Map, plan: Planned) -> list[Problem]:
    """Each value that bounds an axis, tried once beside the first of the others; then the whole study's time."""
    first = {name: ends(axis)[0] for name, axis in plan.axes.items()}
    if found := attempt(tree, ("run",), plan, first):
        shared = {p.message for p in attempt(tree, ("run",), plan, {})}
        blamed = [p for name in first for p in attempt(tree, ("vary", name), plan, {name: first[name]}) if p.message not in shared]
        return blamed or found
    problems = [p for name, axis in plan.axes.items() for value in ends(axis)[1:] for p in attempt(tree, ("vary", name), plan, first | {name: value})[:1]]
    return problems or too_much(tree, plan)


def attempt(tree: Map, at: tuple[str, ...], plan: Planned, chosen: dict[str, Scalar]) -> list[Problem]:
    """What is wrong with a run, said where its axis stands."""
    try:
        c = case(plan.study.run, chosen)
        site = equipped(variant(c.site, c.changes), c.sheets)
        if at != ("vary", "site"):  # there a question that means nothing at one of several sites is a result
            meant(ground(site), c.question)
    except ConfigError as error:
        return [problem(tree, at, f"{p.key}: {p.message}") for p in error.problems]
    except Refused as error:
        deeper = keys(error.field) if at == ("run",) else ()
        return [problem(tree, at + deeper, error.why)]
    except ValueError as error:
        return [problem(tree, at, " ".join(str(error).split())[:300])]
    return []


def meant(g: Ground, q: Question) -> None:
    """Raise Refused where a question means nothing at a site, or is too big by itself."""
    checked(g, q.perturbations)
    affordable(g, q)
    for i, p in enumerate(q.perturbations):
        try:
            p.explain(g)
        except Refused as error:
            raise Refused(f"perturbations.{i}.{error.field}", error.why) from None


def too_much(tree: Map, plan: Planned) -> list[Problem]:
    """The time of all runs, where it is more than a study may ask for."""
    drawn = settings(plan)
    takes = sum(seconds(plan, chosen) for chosen in drawn)
    if takes <= MOST_S:
        return []
    return [problem(tree, ("run", "horizon_s"), f"{len(drawn):,} runs take about {takes:,.0f} s of one core: at most {MOST_S:,.0f} s; "
                    "fewer runs, a shorter horizon_s or a longer step_s")]


def seconds(plan: Planned, chosen: dict[str, Scalar]) -> float:
    """Time of one core a run takes, about; none where it cannot be asked, which is its result."""
    try:
        c = case(plan.study.run, chosen)
    except ValueError:
        return 0.0
    site = variant(c.site)
    return core_seconds(c.question, site.count("rack"), site.gpus_per_rack)

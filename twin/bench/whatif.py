"""What-if: an hour ahead at 1 s, a thousand members, and what the twin's live step takes meanwhile."""
from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from config.load import load_site
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.ensemble import bands
from twin.whatif.ground import Ground, ground
from twin.whatif.question import Question, asked, plain, spelled
from twin.whatif.schedule import pieces
from twin.whatif.start import Start, designed

WORDS = {"pump_trip": "pump-trip first/cdu-03", "gpu_by_gpu": "pump-trip first/cdu-03 + plate-blocked first/r001 1 30%", "feed_lost": "feed-lost all"}
HOUR_S, MEMBERS, SAMPLE = 3600.0, 1000, 20
SMALL = 20_000  # GPUs; larger sites are measured once each


def question(words: str, members: int | None = 0) -> Question:
    return asked(plain(Question(perturbations=spelled(words))) | {"horizon_s": HOUR_S, "members": members})


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Seconds of an answer and of its bytes; CPU seconds beside those on the clock, as a busy machine stretches these."""
    g = ground(load_site(site))
    start, designed_s, _ = timed(lambda: designed(g))
    ask(g, start, question(WORDS["gpu_by_gpu"]).model_copy(update={"horizon_s": 30.0}))
    times = 5 if g.p.leaves.plate_factor.size < SMALL else 1
    out: dict[str, float | int | str] = {"gpus": g.p.leaves.plate_factor.size, "designed_start_s": round(designed_s, 2)}
    asked_ = {name: question(words) for name, words in WORDS.items()} | {"with_bands": question(WORDS["pump_trip"], None)}
    for name, q in asked_.items():
        found = [timed(partial(answered, g, start, q)) for _ in range(times)]
        out[f"{name}_hour_s"], out[f"{name}_hour_cpu_s"] = (round(statistics.median(f[i] for f in found), 3) for i in (1, 2))
    return out | _members(g, start)


def answered(g: Ground, start: Start, q: Question) -> bytes:
    return encode(ask(g, start, q))


def _members(g: Ground, start: Start) -> dict[str, float | int | str]:
    """A sample of an ensemble of the hour, and what a thousand would take."""
    q = question(WORDS["pump_trip"])
    plan, steps = pieces(g, start.world, q.perturbations, int(HOUR_S), 1.0), int(HOUR_S)
    _, clock, cpu = timed(lambda: bands(g, start, plan, 1.0, steps, SAMPLE, 1, ()))
    return {"members_timed": SAMPLE, "ms_member": round(clock / SAMPLE * 1e3, 1), "ms_member_cpu": round(cpu / SAMPLE * 1e3, 1),
            "thousand_members_cpu_s": round(cpu / SAMPLE * MEMBERS, 1)}


def timed(work: Callable[[], object]) -> tuple[object, float, float]:
    """What it gives, seconds on the clock and of the core."""
    clock, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - clock, time.process_time() - cpu

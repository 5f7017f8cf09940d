"""The report of a study: one page that needs nothing else."""
from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from twin.sweep.study import Axis, Planned, Range, Scalar
from twin.sweep.svg import scatter
from twin.sweep.work import DONE, Row
from twin.whatif.span import clock

OUTCOMES = (("gpu_margin_k", "least GPU margin, K"), ("first_at_s", "first consequence after, s"), ("facility_kwh", "site energy, kWh"),
            ("net_eur", "net cost, EUR"))
CLOSEST = 10  # runs in the table
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}p.asks{color:#566}table{border-collapse:collapse;font-size:14px}
td,th{padding:.25rem .8rem .25rem 0;text-align:left;border-bottom:1px solid #e3e7ec;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:1rem}figure{margin:0}figcaption{font-size:13px;color:#566}
svg{width:100%;height:auto}svg line{stroke:#d5dbe2}svg text{font-size:11px;fill:#566}svg text.title{font-size:12px;fill:#1b2430}
.dots,.key{fill:#0b6bcb;color:#0b6bcb;fill-opacity:.55}.harm{fill:#c8371b;color:#c8371b}
@media(prefers-color-scheme:dark){body{background:#12171d;color:#e4e9ef}td,th{border-color:#2c3540}svg line{stroke:#36414d}
svg text,p.asks,figcaption{fill:#9aa7b4;color:#9aa7b4}svg text.title{fill:#e4e9ef}.dots,.key{fill:#5aa9f5;color:#5aa9f5}.harm{fill:#ff7a5c;color:#ff7a5c}}"""


def report(p: Planned, drawn: Sequence[dict[str, Scalar]], rows: Sequence[Row]) -> str:
    """HTML with what was varied, what came out, plots, and the runs closest to harm."""
    title = escape(p.study.title)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1><p class=\"asks\">{escape(p.study.asks)}</p>"
            f"{summary(p, rows)}{plots(p, drawn, rows)}{closest(p, drawn, rows)}{not_run(rows)}</body></html>\n")


def summary(p: Planned, rows: Sequence[Row]) -> str:
    done = [r for r in rows if r["status"] == DONE]
    harmed = sum(map(harms, done))
    axes = "".join(f"<tr><td><code>{escape(name)}</code></td><td>{escape(meant(p, name))}</td><td>{escape(spoken(axis))}</td></tr>" for name, axis in p.axes.items())
    return (f"<p>{len(rows):,} runs at {escape(p.study.run.site)} ({escape(p.study.sample.kind)}): {len(done):,} answered, {len(rows) - len(done):,} refused. "
            f"Computing is harmed in {harmed:,} (<span class=harm>&#9679;</span>), not in the others (<span class=key>&#9679;</span>).</p><h2>What is varied</h2><table>{axes}</table>")


def harms(r: Row) -> bool:
    """Whether computing is harmed in a run."""
    return r["first"] in ("gpu_throttle", "gpu_shutdown", "rack_power")


def meant(p: Planned, name: str) -> str:
    """Which perturbation the number in an axis's name counts."""
    words = name.split(".")
    return str(p.study.run.perturbations[int(words[1])].get("kind", "")) if words[0] == "perturbations" else ""


def spoken(axis: Axis) -> str:
    """An axis in words."""
    if isinstance(axis, Range):
        return f"{axis.low:g} .. {axis.high:g}" + (f" in {axis.steps} steps" if axis.steps else "")
    return ", ".join(map(str, axis))


def plots(p: Planned, drawn: Sequence[dict[str, Scalar]], rows: Sequence[Row]) -> str:
    """Every outcome that moves over every axis."""
    parts = []
    for key, title in OUTCOMES:
        there = [(s, r) for s, r in zip(drawn, rows, strict=True) if r[key] is not None]
        shown, harmed = [(s, r[key]) for s, r in there], [harms(r) for _, r in there]
        values = [y for _, y in shown]
        if len(set(values)) < 2:
            continue
        figures = "".join(f"<figure>{scatter(*over(name, shown), name, title, harmed)}</figure>" for name in p.axes)
        parts.append(f"<h2>{escape(title)}</h2><div class=\"plots\">{figures}</div>")
    return "".join(parts)


def over(name: str, shown: Sequence[tuple[dict[str, Scalar], float]]) -> tuple[list[Any], list[float]]:
    """Points of an outcome over an axis; a mixture of words and numbers is words."""
    x = [s[name] for s, _ in shown]
    plain = all(isinstance(v, float | int) and not isinstance(v, bool) for v in x)
    return x if plain else list(map(str, x)), [y for _, y in shown]


def closest(p: Planned, drawn: Sequence[dict[str, Scalar]], rows: Sequence[Row]) -> str:
    """The runs with the least margin."""
    found = sorted((i for i, r in enumerate(rows) if r["gpu_margin_k"] is not None), key=lambda i: (rows[i]["gpu_margin_k"], i))[:CLOSEST]
    head = "".join(f"<th>{escape(h)}</th>" for h in ("run", *p.axes, "margin, K", "first", "what happens"))
    body = "".join(f"<tr>{line(i, drawn[i], rows[i])}</tr>" for i in found)
    return f"<h2>Closest to harm</h2><table><tr>{head}</tr>{body}</table>" if found else ""


def line(i: int, chosen: dict[str, Scalar], r: Row) -> str:
    after = "" if r["first_at_s"] is None else clock(r["first_at_s"])
    cells = [str(i), *(f"{v:.4g}" if isinstance(v, float) else str(v) for v in chosen.values()), f"{r['gpu_margin_k']:.1f}", after]
    return "".join(f'<td class="n">{escape(c)}</td>' for c in cells) + f"<td>{escape(r['headline'])}</td>"


def not_run(rows: Sequence[Row]) -> str:
    """Why runs were refused, each reason once."""
    why = [r["why"] for r in rows if r["status"] != DONE]
    body = "".join(f'<tr><td class="n">{why.count(w)}</td><td>{escape(w)}</td></tr>' for w in dict.fromkeys(why))
    return f"<h2>Refused</h2><table><tr><th>runs</th><th>why</th></tr>{body}</table>" if why else ""

"""An answer on the terminal: the first line answers the question, the rest says why and what else."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from twin.whatif.answer import Answer
from twin.whatif.limits import HARM, LOSS, Reached
from twin.whatif.phrase import number
from twin.whatif.span import clock

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 48
COLOURS = {HARM: "bold red", LOSS: "dark_orange"}
CURVES = ("site.gpu_max_c", "loop.supply_c", "cdu.tcs_supply_c", "cdu.tcs_flow_lpm", "site.it_kw", "site.facility_kw", "site.sold_kw", "ups.charge_pct")
TITLES = {"site.gpu_max_c": "hottest GPU", "loop.supply_c": "facility supply", "cdu.tcs_supply_c": "coolant supply", "cdu.tcs_flow_lpm": "coolant flow",
          "site.it_kw": "IT power", "site.facility_kw": "site power", "site.sold_kw": "heat sold", "ups.charge_pct": "battery"}


def show(a: Answer) -> None:
    """Print an answer."""
    console = Console(highlight=False)
    colour = COLOURS.get(a.first.severity, "yellow") if a.first else "green"
    console.print(Text(with_doubt(a), style=colour), soft_wrap=True)
    console.print(Text(a.sentence, style="default"))
    if a.reached:
        console.print()
        console.print(limits(a.reached))
    console.print()
    console.print(curves(a))
    console.print()
    console.print(money(a))


def with_doubt(a: Answer) -> str:
    return a.headline if a.plus_minus_s is None else f"{a.headline[:-1]}, +-{a.plus_minus_s:.0f} s."


def limits(reached: Sequence[Reached]) -> Table:
    table = Table(box=None, pad_edge=False, title="Limits reached", title_justify="left", title_style="bold")
    for name, justify in (("after", "right"), ("what", "left"), ("how many", "right")):
        table.add_column(name, justify=justify, style="dim" if name == "how many" else "", overflow="fold")
    for r in reached:
        table.add_row(clock(r.at_s), Text(r.sentence.rpartition(" at ")[0], style=COLOURS.get(r.severity, "yellow")), str(r.count))
    return table


def curves(a: Answer) -> Table:
    """What moves, each on its own scale, beside the same future without it."""
    table = Table(box=None, pad_edge=False)
    for name, justify in (("", "left"), ("now", "right"), ("lowest", "right"), ("highest", "right"), ("end", "right"), ("without", "right"), ("", "left"),
                          ("", "left")):
        table.add_column(name, justify=justify)
    for name, c in a.series.items():
        key, _, asset = name.partition(" ")
        moved = np.abs(c["with"] - c["without"]).max() > 1e-3 * max(np.abs(c["without"]).max(), 1e-9)
        if key in CURVES and (moved or key == "site.gpu_max_c"):
            v = c["with"]
            cells = [number(x) for x in (v[0], v.min(), v.max(), v[-1], c["without"][-1])]
            table.add_row(f"{TITLES[key]} {asset}".strip(), *cells, c["unit"], Text(spark(v), style="cyan"))
    return table


def spark(values: np.ndarray) -> str:
    """A curve in one line of blocks."""
    at = np.linspace(0, len(values) - 1, min(WIDTH, len(values))).round().astype(int)
    low, high = values.min(), values.max()
    share = (values[at] - low) / (high - low) if high > low else np.zeros(len(at))
    return "".join(BARS[int(s * (len(BARS) - 1) + 0.5)] for s in share)


def money(a: Answer) -> Table:
    """Differences to the same future without it."""
    d, table = a.difference, Table(box=None, pad_edge=False, title="Against the same future without it", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("", justify="right")
    rows = (("IT energy", d.it_kwh, "kWh"), ("site energy", d.facility_kwh, "kWh"), ("heat sold", d.sold_kwh, "kWh"), ("net cost", d.net_eur, "EUR"),
            ("CO2 of electricity", d.co2_kg, "kg"), ("CO2 avoided by heat sold", d.avoided_kg, "kg"), ("computing lost", d.lost_gpu_h, "GPU h"))
    for name, value, unit in rows:
        table.add_row(name, f"{value:+,.1f} {unit}" if abs(value) >= 0.05 else "none")
    margin = f"{a.margin.gpu_k:.1f} K at {a.margin.asset}, without it {a.base_margin.gpu_k:.1f} K"
    table.add_row("least GPU margin", margin)
    return table

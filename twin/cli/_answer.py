"""An answer on the terminal: the first line answers the question, the rest says why and what else."""
from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from twin.whatif.limits import HARM, LOSS
from twin.whatif.phrase import number
from twin.whatif.span import clock

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 32
COLOURS = {HARM: "bold red", LOSS: "dark_orange"}
CURVES = ("site.gpu_max_c", "loop.supply_c", "cdu.tcs_supply_c", "cdu.tcs_flow_lpm", "site.it_kw", "site.facility_kw", "site.sold_kw", "ups.charge_pct")
TITLES = {"site.gpu_max_c": "hottest GPU", "loop.supply_c": "facility supply", "cdu.tcs_supply_c": "coolant supply", "cdu.tcs_flow_lpm": "coolant flow",
          "site.it_kw": "IT power", "site.facility_kw": "site power", "site.sold_kw": "heat sold", "ups.charge_pct": "battery"}
MONEY = (("IT energy", "it_kwh", "kWh"), ("site energy", "facility_kwh", "kWh"), ("heat sold", "sold_kwh", "kWh"), ("net cost", "net_eur", "EUR"),
         ("CO2 of electricity", "co2_kg", "kg"), ("CO2 avoided by heat sold", "avoided_kg", "kg"), ("computing lost", "lost_gpu_h", "GPU h"))


def show(a: dict[str, Any]) -> None:
    """Print an answer, as its JSON says it."""
    console = Console(highlight=False)
    colour = COLOURS.get(a["first"]["severity"], "yellow") if a["first"] else "green"
    console.print(Text(a["headline"], style=colour), soft_wrap=True)
    console.print(Text(a["sentence"]))
    if a["reached"]:
        console.print()
        console.print(limits(a["reached"]))
    console.print()
    console.print(curves(a))
    console.print()
    console.print(money(a))


def limits(reached: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, title="Limits reached", title_justify="left", title_style="bold")
    for name, justify in (("after", "right"), ("what", "left"), ("how many", "right")):
        table.add_column(name, justify=justify, style="dim" if name == "how many" else "", overflow="fold")
    for r in reached:
        table.add_row(clock(r["at_s"]), Text(r["sentence"].rpartition(" at ")[0], style=COLOURS.get(r["severity"], "yellow")), str(r["count"]))
    return table


def curves(a: dict[str, Any]) -> Table:
    """What moves, each on its own scale, beside the same future without it."""
    table = Table(box=None, pad_edge=False)
    for name, justify in (("", "left"), ("now", "right"), ("lowest", "right"), ("highest", "right"), ("end", "right"), ("without", "right"), ("", "left"),
                          ("", "left")):
        table.add_column(name, justify=justify)
    for name, c in a["series"].items():
        key, _, asset = name.partition(" ")
        v, w = np.array(c["with"]), np.array(c["without"])
        moved = np.abs(v - w).max() > 1e-3 * max(np.abs(w).max(), 1e-9)
        if key in CURVES and (moved or key == "site.gpu_max_c"):
            cells = [number(x) for x in (v[0], v.min(), v.max(), v[-1], w[-1])]
            table.add_row(f"{TITLES[key]} {asset}".strip(), *cells, c["unit"], Text(spark(v), style="cyan"))
    return table


def spark(values: np.ndarray) -> str:
    """A curve in one line of blocks."""
    at = np.linspace(0, len(values) - 1, min(WIDTH, len(values))).round().astype(int)
    low, high = values.min(), values.max()
    share = (values[at] - low) / (high - low) if high > low else np.zeros(len(at))
    return "".join(BARS[int(s * (len(BARS) - 1) + 0.5)] for s in share)


def money(a: dict[str, Any]) -> Table:
    """Differences to the same future without it."""
    d, table = a["difference"], Table(box=None, pad_edge=False, title="Against the same future without it", title_justify="left", title_style="bold", show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    for name, key, unit in MONEY:
        table.add_row(name, f"{d[key]:+,.1f} {unit}" if abs(d[key]) >= 0.05 else "none")
    least, without = a["margin"], a["base_margin"]
    table.add_row("least GPU margin", f"{least['gpu_k']:.1f} K at {least['asset']}, without it {without['gpu_k']:.1f} K")
    return table

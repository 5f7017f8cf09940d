"""Cause by cause, in a sentence a person can follow: what moves first, what follows from it."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.whatif.ground import Ground
from twin.whatif.limits import Reached
from twin.whatif.phrase import number
from twin.whatif.record import Trajectory
from twin.whatif.span import clock

Array = np.ndarray
MOST = 7  # links of a sentence


@dataclass(frozen=True, slots=True)
class Watched:
    """A quantity worth a link of the chain, in the order of cause."""

    column: str
    title: str  # with {asset}
    unit: str
    factor: float  # SI of one unit
    least: float  # SI; less is no link
    share: float = 0.0  # of its value; less is no link either
    only: str = ""  # the direction that means something


WATCHED = (
    Watched("feed.power_kw", "the power from feed {asset}", "MW", 1e6, 5e5, 0.1),
    Watched("genset.power_kw", "the power from {asset}", "MW", 1e6, 1e5),
    Watched("ups.charge_pct", "the battery of {asset}", "%", 0.01, 0.02),
    Watched("loop.flow_lpm", "the facility water of {asset}", "L/min", 1 / 6e4, 1e-3, 0.1),
    Watched("cdu.tcs_flow_lpm", "the coolant flow of {asset}", "L/min", 1 / 6e4, 1e-4, 0.1),
    Watched("cdu.fws_flow_lpm", "the facility water through {asset}", "L/min", 1 / 6e4, 1e-4, 0.15),
    Watched("cdu.level_pct", "the reservoir of {asset}", "%", 0.01, 0.02, only="falls"),
    Watched("loop.pressure_kpa", "the pressure in {asset}", "kPa", 1e3, 2e4, only="falls"),
    Watched("loop.district_w", "the heat to the network from {asset}", "MW", 1e6, 1e5, 0.05),
    Watched("loop.rejected_w", "the heat rejected outdoors by {asset}", "MW", 1e6, 2e5, 0.1),
    Watched("loop.supply_c", "the facility supply of {asset}", "degC", 1.0, 0.5),
    Watched("cdu.tcs_supply_c", "the coolant supply of {asset}", "degC", 1.0, 0.5),
    Watched("rack.gpu_max_c", "the hottest GPU of {asset}", "degC", 1.0, 1.0),
    Watched("rack.power_kw", "the power of {asset}", "kW", 1e3, 1e3, 0.05),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One quantity that left the future without the perturbation."""

    at_s: float
    order: int
    asset: str
    sentence: str


def links(g: Ground, t: Trajectory, base: Trajectory, rack: int | None) -> list[Link]:
    """What parts from the base, by time then cause; assets on the way to `rack` where one is given, else those that part the most."""
    path = _path(g, t, base, rack)
    found = [link for order, w in enumerate(WATCHED) if (link := _link(g, order, w, t, base, path))]
    return sorted(found, key=lambda link: (link.at_s, link.order))


def _path(g: Ground, t: Trajectory, base: Trajectory, rack: int | None) -> dict[str, int]:
    """The rack that matters, its CDU and its loop."""
    parted = np.abs(t["rack.gpu_max_c"] - base["rack.gpu_max_c"]).max(0)
    if rack is None and parted.max() < 1.0:
        return {}
    rack = int(parted.argmax()) if rack is None else rack
    cdu = int(g.p.wiring.rack_cdu[rack])
    return {"rack": rack, "cdu": cdu, "loop": int(g.p.wiring.cdu_loop[cdu])}


def _link(g: Ground, order: int, w: Watched, t: Trajectory, base: Trajectory, path: dict[str, int]) -> Link | None:
    cls = w.column.split(".")[0]
    with_, without = t[w.column], base[w.column]
    parts = np.abs(with_ - without) / np.maximum(w.least, w.share * np.abs(without))
    row = path.get(cls, int(parts.max(0).argmax()))
    if parts[:, row].max() < 1.0:
        return None
    seconds, series = t.seconds, with_[:, row]
    at = seconds[max(int((parts[:, row] >= 1.0).argmax()) - 1, 0)]
    extreme = int(np.abs(series - without[:, row]).argmax())
    verb = "falls" if series[extreme] < without[extreme, row] else "rises"
    if w.only not in ("", verb):
        return None
    asset = f"hall {g.halls[row]}" if cls == "loop" else g.name(cls, row)
    text = f"{w.title.format(asset=asset)} {moves(series[0], series[extreme], without[extreme, row], w)}"
    return Link(float(at), order, asset, f"{text} ({clock(at)})")


def moves(begun: float, there: float, without: float, w: Watched) -> str:
    """How a quantity goes its way: from where it began, or beside where it would be where that is most of the difference."""
    begun, there, without = begun / w.factor, there / w.factor, without / w.factor
    apart = there - without
    if (there - begun) * np.sign(apart) < 0.5 * abs(apart):
        return f"is {number(there)} {w.unit} instead of {number(without)}"
    return f"{'rises' if apart > 0 else 'falls'} from {number(begun)} to {number(there)} {w.unit}"


def sentence(causes: list[str], chain: list[Link], first: Reached | None) -> str:
    """The chain as one readable sentence, with the first consequence in its place."""
    if not causes:
        return "Nothing happens."
    head = "; ".join(causes)
    parts = [(link.at_s, link.sentence) for link in chain[:MOST]] + ([(first.at_s, first.sentence)] if first else [])
    rest = [text for _, text in sorted(parts, key=lambda part: part[0])]
    return f"{capital(head)}{': ' if rest else ', and nothing that is watched changes'}{', then '.join(rest)}."


def capital(text: str) -> str:
    """With a capital letter, unless it begins with a name."""
    return text if any(c.isdigit() for c in text.split()[0]) else text[:1].upper() + text[1:]

"""The table of docs/validation.md out of the checks."""
from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tests.servers import ROOT
from tests.validation.check import Check, checks

PAGE = ROOT / "docs" / "validation.md"
KINDS = {"analytic": "Closed forms", "conservation": "Conservation", "published": "Published", "peer": "Peer programs and libraries"}
HEAD = """# Validation

Written by `python -m tests.validation`; the same checks are tests (`pytest -k within_tolerance`), with these tolerances in their assertions.
Measured is the deviation from the oracle, relative where the unit is 1. A measured day of Frontier: [validation-frontier.md](validation-frontier.md).
"""
TITLES = "| check | what is compared | oracle | measured | tolerance | unit | verdict |\n| --- | --- | --- | --- | --- | --- | --- |"
DOUBTS = """## Doubts
- The rated points of one component come back because its parameters are made from them: those rows guard the way from sheet to plant. The
  rows with other flows, temperatures and times are the ones that test the physics.
- A CDU's UA follows both flows (`twin.physics.films`); no sheet gives a second point of its exchanger, so the share of each film is that of the
  fluids. Coolant is water unless the sheet names a glycol share (Deschutes: PG25); the plates' resistances are those of PG25 either way.
- The reference's case temperatures carry a smoothing of R (up to 26 % at half flow) that no plate has; it is taken over for the comparison only.
- The NVL72 sheet takes up to 120 kW to liquid and 17 kW to air, 137 kW in all; HPE's QuickSpecs say 115 and 17, 132 in all. Both are told in the sheet.
- The transformer's figures are those of the regulation as commonly tabulated; no copy of its table was at hand to read them again (3.42 kW:
  the first tier's 3.8 kW less the second's 10 %). The 244 kPa of the
  XDU1350 stand in two public engineering files beside its 1,200 L/min and 13.7 kW, one as a pump curve that gives 250 kPa; its data sheet was not at hand.
- Minimum-flow lines of pumps open at a quarter of the rated flow: an assumption, no sheet tells it.
- Pressure as the square of the flow takes the mains' friction at 30 % flow 11 % too low: pump speed there is a little low.
- UPS efficiencies are those of a class, not of a maker.
"""


class Row(NamedTuple):
    check: Check
    measured: float

    def line(self) -> str:
        c = self.check
        verdict = "pass" if self.measured <= c.tolerance else "**fail**"
        return f"| {c.name} | {c.what} | {c.oracle} | {self.measured:.2g} | {c.tolerance:g} | {c.unit} | {verdict} |"


def rows() -> list[Row]:
    return [Row(c, c.measure()) for c in checks()]


def page(measured: Iterable[Row]) -> str:
    """The whole document, one section a kind of oracle."""
    measured = list(measured)
    parts = [HEAD]
    for kind, title in KINDS.items():
        lines = [row.line() for row in measured if row.check.kind == kind]
        parts.append("\n".join([f"## {title}", TITLES, *lines, ""]))
    return "\n".join([*parts, DOUBTS])


def named(text: str) -> set[tuple[str, ...]]:
    """Name, what, oracle, tolerance and unit of every row of a page: all but the measured digits and the verdict."""
    cells = ([part.strip() for part in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| "))
    return {(c[0], c[1], c[2], c[4], c[5]) for c in cells if c[0] not in ("check", "---")}

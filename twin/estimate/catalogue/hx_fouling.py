"""Deposits on the plates of a CDU exchanger: its conductance falls over days, or at once where debris comes; flows and meters stay right."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry
from twin.estimate.catalogue.limits import creep

ENTRY = Entry(
    "hx_fouling", "CDU exchanger fouling", "cdu", "share", 0.05,
    "{place}: its exchanger has lost {size} of its conductance; plan a cleaning.",
    needs=("both flows", "all four temperatures"),
    blind="the exchanger is pinched: both ends within 0.3 K, as at low load",
    group="cdu", signature={"ua": -1.0}, pace=ANY, share=True, consequence=creep,
    reads=("cdu.tcs_flow_lpm", "cdu.fws_flow_lpm", "cdu.tcs_supply_c", "cdu.tcs_return_c", "cdu.fws_supply_c", "cdu.fws_return_c"),
    most=0.7,
)

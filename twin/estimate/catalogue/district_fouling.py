"""Deposits on the district plates: conductance falls; seen only while the network asks for enough heat."""
from __future__ import annotations

from twin.estimate.catalogue.entry import ANY, Entry
from twin.estimate.catalogue.limits import creep

ENTRY = Entry(
    "district_fouling", "District exchanger fouling", "district", "share", 0.08,
    "{place}: its exchanger has lost {size} of its conductance; less heat is sold than could be.",
    needs=("hot-side temperatures", "network flow and return", "heat meter"),
    blind="the exchanger is pinched: the network takes little heat, as in mild weather",
    group="hall", signature={"district_ua": -1.0}, pace=ANY, share=True, consequence=creep,
    reads=("district.in_c", "district.out_c", "district.dh_flow_lpm", "district.dh_return_c", "district.heat_kw"),
    most=0.7,
)

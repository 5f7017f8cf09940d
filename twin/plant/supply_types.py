"""Parameters, state, inputs and flows of the electrical supply: frozen types of arrays.

Chain of one feed: grid -> transformer -> transfer switch (gensets on its other side) -> bus -> UPS with battery -> PDU -> busway ->
racks, CDU pumps, controls. Pumps, fans, chillers and heat pumps hang on the bus, or behind the UPS where the site says so.

Axes: F feeds, L loops (one a hall), R racks, X groups of consumers that share their feeds: for each kind of KINDS one group a hall,
and last the site's base load (lights, offices, controls). Any leading batch axes on state, inputs and flows. SI, float64.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray
KINDS = ("rack", "cdu", "pump", "air_fan", "cooler", "chiller", "tower", "heat_pump")


@dataclass(frozen=True, slots=True)
class Supply:
    """Membership is 1 where a group can draw from a feed: behind its UPS or from its bus, never both."""

    ups_member: Array  # [F, X]
    bus_member: Array  # [F, X]
    rack_loop: Array  # [R] int
    loop_racks: Array  # [L] int, first rack of each loop
    transformer_rating: Array  # [F] W, unity power factor
    no_load: Array  # [F] W
    at_rating: Array  # [F] W of load loss
    genset_rating: Array  # [F] W, all sets of the feed
    genset_start: Array  # [F] s from the call to voltage in tolerance
    genset_ramp: Array  # [F] W/s of load the sets accept, all together
    transfer: Array  # [F] s from a genset in tolerance to the switch on its side
    retransfer: Array  # [F] s the grid must hold before the load goes back to it
    ups_rating: Array  # [F] W
    ups_loss: Array  # [3, F] coefficients of rating
    battery: Array  # [F] J at the UPS input of its inverter, new
    battery_power: Array  # [F] W greatest discharge
    charge_power: Array  # [F] W greatest charge, at the UPS input
    charge_efficiency: Array  # [F] share of the charge that comes back
    pdu_rating: Array  # [F] W
    pdu_no_load: Array  # [F] W
    pdu_at_rating: Array  # [F] W
    busway_rating: Array  # [F] W
    busway_at_rating: Array  # [F] W
    base: float  # W lights, offices and controls of the site


@dataclass(frozen=True, slots=True)
class SupplyState:
    battery: Array  # [..., F] J, of p.battery when full
    position: Array  # [..., F] transfer switch: 0 grid side, 1 genset side
    moved_s: Array  # [..., F] s of the transfer delay that have passed
    stable_s: Array  # [..., F] s the grid has been back
    run_s: Array  # [..., F] s of the genset's start that have passed
    genset_ramp_w: Array  # [..., F] W the gensets on load have come to accept

    def shift(self, **changes: Array) -> SupplyState:
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class SupplyInputs:
    """What drives the supply during a step, held over it."""

    grid_ok: Array  # [..., F] 1 where the grid feeds, 0 where it is lost
    genset_able: Array  # [..., F] share of the feed's gensets that start when called
    transfer_delay_s: Array  # [..., F] s of the transfer switch, instead of p.transfer
    battery_health: Array  # [..., F] usable share of the battery: the rest of its charge is out of reach
    loads: Array  # [..., X] W each group asks for where it has power (twin.plant.power.loads)


@dataclass(frozen=True, slots=True)
class SupplyFlows:
    """Mean powers of the step [W]. By feed: feed + genset + battery = ups_out + direct + charge + losses before the UPS's output."""

    powered: Array  # [..., X] share of each group that had power, in number and in time; 0 for kinds a hall does not have
    feed: Array  # [..., F] from the grid, into the transformer
    transformer_loss: Array  # [..., F]
    genset: Array  # [..., F] from the gensets
    direct: Array  # [..., F] to groups on the bus
    ups_in: Array  # [..., F] from the bus, charge included
    battery: Array  # [..., F] discharge
    charge: Array  # [..., F] taken to charge, part of ups_in
    charge_loss: Array  # [..., F] of it, lost
    ups_loss: Array  # [..., F] conversion
    ups_out: Array  # [..., F]
    pdu_loss: Array  # [..., F]
    busway_loss: Array  # [..., F]
    output: Array  # [..., F] to groups behind the UPS
    bus_on: Array  # [..., F] share of the step with the bus alive
    ups_on: Array  # [..., F] share of the step with the UPS output alive
    ups_over: Array  # [..., F] 1 where the UPS carries more than its rating
    transformer_over: Array  # [..., F] likewise
    genset_over: Array  # [..., F] 1 where the gensets could not carry what was asked
    pdu_over: Array  # [..., F]
    busway_over: Array  # [..., F]
    residual: Array  # [..., F] what does not balance: round-off only

    @property
    def loss(self) -> Array:
        """Every loss of the feed's chain down to the consumers' terminals [..., F] W."""
        return self.transformer_loss + self.charge_loss + self.ups_loss + self.pdu_loss + self.busway_loss

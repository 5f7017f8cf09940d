"""The whole plant through time: `advance_whole` in spans that run compiled, in single steps where that would not be the same.

The supply meets machines only through the shares of power they get. On the grid those are all: it is unlimited, and the supply's own state
(a battery that charges) does not hang on the step, so a span is exact. Away from it a span is taken where every group has all of its power
or none from beginning to end, with loads `MARGIN` times as they are. After a span the supply is worked out for what was taken at its end.
Stocks move over hours and are stepped once a span, more often while water leaks or flows in. All other steps are single, in numpy.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from twin.plant import compiled_drive as cd
from twin.plant import compiled_show as cs
from twin.plant import compiled_types as ct
from twin.plant import demand, stocks, supply
from twin.plant.compiled_show import Shown
from twin.plant.compiled_supply import SupplyRunner
from twin.plant.demand import Shares
from twin.plant.drive import drive
from twin.plant.driven import FLAT, DrivenRunner
from twin.plant.machines import Targets
from twin.plant.supply_types import KINDS, SupplyFlows
from twin.plant.whole import Advanced, Plant, Whole, World, advance_whole, powering, served

Array = np.ndarray
GROUPS = {"rack": "rack_power", "cdu": "cdu_power", "cooler": "cooler_power", "tower": "tower_power", "heat_pump": "heatpump_power",
          "chiller": "chiller_power", "pump": "pump", "air_fan": "air_fan"}  # columns of what each kind of consumer takes
SPAN_S, LEAK_SPAN_S = 300.0, 5.0
MARGIN = 1.25
SINGLES = 5  # steps before a span is tried again
_NOTHING = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class WholeCourse:
    """What a run shows, a row each `every` steps."""

    seconds: Array  # [n] s after the start of the run
    shown: Shown
    powered: Array  # [n, X] share of each group of consumers that had power (twin.plant.supply_types), mean since the row before
    feed: Array  # [n, F] W from the grid, likewise
    genset: Array  # [n, F] W likewise
    battery: Array  # [n, F] J at the row's end, as all that follows
    water: Array  # [n, L] Pa gauge of the facility loops
    level: Array  # [n, C] of the CDUs' reservoirs


class Row(NamedTuple):
    """What one step shows, `shown` with a leading axis of one."""

    shown: Shown
    power: SupplyFlows


class WholeRunner:
    """A plant and a value of all its state; neither has batch axes."""

    def __init__(self, plant: Plant, whole: Whole):
        self.plant = plant
        self._runner = DrivenRunner(plant.p, plant.m, whole.state, whole.machines)
        self._feeds = SupplyRunner(plant.supply)
        self._supply, self._stocks, self._singles = whole.supply, whole.stocks, 0

    def whole(self) -> Whole:
        """The plant now."""
        return Whole(self._runner.state(), self._runner.machines(), self._supply, self._stocks)

    def run(self, t: Targets, world: World, steps: int, dt: float, loads: Array = FLAT, every: int = 0) -> WholeCourse:
        """`steps` steps of `dt` seconds under held targets and world; `loads` and `every` as in `DrivenRunner.run`."""
        every, done, rows, sums = every or steps, 0, [], _NOTHING
        while done < steps:
            n = max(1, min(int(self._span_s(world) / dt), every - done % every, steps - done))
            n, row = self._advance(t, world, n, dt, loads if len(loads) == 1 else loads[done : done + n])
            done += n
            sums = tuple(x + n / every * new for x, new in zip(sums, (row.power.powered, row.power.feed, row.power.genset), strict=True))
            if done % every == 0:
                now, sums = (*sums, self._supply.battery, self._stocks.pressure, self._stocks.level), _NOTHING
                rows.append((row.shown, *(x[None] for x in now)))
        shown, *others = zip(*rows, strict=True)
        joined = Shown(*(np.concatenate(column) for column in zip(*shown, strict=True)))
        return WholeCourse(np.arange(1, len(rows) + 1) * every * dt, joined, *(np.concatenate(x) for x in others))

    def _span_s(self, world: World) -> float:
        """The longest span that meets no trip."""
        span = SPAN_S
        if world.loop_leak.any() or self._stocks.filling.any():
            span = LEAK_SPAN_S if self._stocks.pressure.min() > 2.0 * stocks.DRY_PA else 0.0
        return min(span, self._dry_s(world), self._boot_s())

    def _boot_s(self) -> float:
        """Time until the next rack's GPUs are at work: what feeds must carry then is another load."""
        left = self._runner.boot_s()
        return float(np.min(left[left > 0.0], initial=2.0 * SPAN_S))

    def _dry_s(self, world: World) -> float:
        """Half of the time to the next reservoir's trip level."""
        leak = self.plant.p.wiring.racks_to_cdus(world.rack_leak) / self.plant.volumes.reservoir
        spare = self._stocks.level - stocks.TRIP_LEVEL
        due = (leak > 0.0) & (spare > 0.0)
        return float(0.5 * np.min(spare[due] / leak[due], initial=2.0 * SPAN_S))

    def _advance(self, t: Targets, world: World, n: int, dt: float, loads: Array) -> tuple[int, Row]:
        """As many steps as may be taken at once, at most `n`."""
        if on_grid(self._supply, world):
            return n, self._together(t, world, n, dt, loads, None, np.zeros(self.plant.supply.ups_member.shape[-1]))
        self._singles -= 1
        if self._singles < 0:
            asked, shares = self._island(t, world, n, dt, loads[:n].max(0))
            if all(((s == 0.0) | (s == 1.0)).all() for s in shares):
                return n, self._together(t, world, n, dt, loads, shares, asked)
            self._singles = SINGLES
        return 1, self._alone(t, world, dt, loads[0])

    def _island(self, t: Targets, world: World, n: int, dt: float, load: Array) -> tuple[Array, Shares]:
        """Loads [X] W and shares over a span, with the loads' margin."""
        p, state = self.plant.p, self._runner.view()
        t = stocks.constrain(self.plant.volumes, self._stocks, _loaded(t, load))
        _, u, _ = drive(p, self.plant.m, self._runner.machines(), state, t, dt)
        lifts = demand.lifts(p, state, u, dt)
        asked = demand.asked(p, self.plant.supply, u, lifts)
        more = demand.Lifts(*(MARGIN * x for x in lifts))
        shares = served(self.plant, self._supply, world, MARGIN * asked, more, n * dt, self._feeds.step)[1]
        return demand.lifted(shares, asked, lifts), shares

    def _together(self, t: Targets, world: World, n: int, dt: float, loads: Array, shares: Shares | None, asked: Array) -> Row:
        """A span, compiled."""
        p, v = self.plant.p, self.plant.volumes
        t = stocks.constrain(v, self._stocks, t)
        t = t if shares is None else demand.energised(p, t, shares)
        shown = self._runner.run(t, n, dt, loads if len(loads) == 1 else loads[:n]).shown
        if shares is not None and not shares.all_full:
            self._runner.restart(self._runner.view(), demand.tripped(self._runner.machines(), shares))
        power = self._feed(world, asked, taken(self.plant, shown), n * dt)
        flow, leaks = shown.cdus["tcs_flow"][-1], (world.rack_leak, world.loop_leak)
        self._stocks, _ = stocks.advance(p, v, self._stocks, self._runner.view(), flow, *leaks, n * dt)
        return Row(shown, power)

    def _feed(self, world: World, asked: Array, took: Array, span_s: float) -> SupplyFlows:
        """The supply over a span in which groups with power `took` [X] W; those without go on asking for what they `asked`."""
        loads = np.where(took > 0.0, took, asked)
        self._supply, flows = self._feeds.step(self.plant.supply, self._supply, powering(world, loads), span_s)
        return flows

    def _alone(self, t: Targets, world: World, dt: float, load: Array) -> Row:
        """One step in numpy."""
        a = advance_whole(self.plant, self.whole(), _loaded(t, load), world, dt)
        self._runner.restart(a.whole.state, a.whole.machines)
        self._supply, self._stocks = a.whole.supply, a.whole.stocks
        return Row(_shown(self.plant, a), a.power)


def on_grid(s: supply.SupplyState, world: World) -> bool:
    """Every feed closed, on the grid's side and ready to stay there."""
    return bool((world.grid_ok > 0.5).all() and (s.position < 0.5).all())


def taken(plant: Plant, shown: Shown) -> Array:
    """Loads [X] W of every group in the last step shown."""
    rows = shown.loops[-1]
    return np.concatenate([*(rows[GROUPS[kind]] for kind in KINDS), [plant.supply.base]])


def _loaded(t: Targets, load: Array) -> Targets:
    return t if (load == 1.0).all() else replace(t, gpu_power=t.gpu_power * load[:, None])


def _shown(plant: Plant, a: Advanced) -> Shown:
    """What a single step shows, [1, ...]."""
    w, u, x, state = plant.p.wiring, a.inputs, a.whole.machines, a.whole.state
    cdus, loops = np.empty(len(w.cdu_loop), cs.CDUS), np.empty(len(u.dry_bulb), cs.LOOPS)
    for name, value in (("tcs_supply", state.tcs_supply), ("tcs_return", state.tcs_return), ("heat", a.heat.cdu_heat), ("fws_flow", u.fws_flow),
                        ("tcs_flow", w.racks_to_cdus(u.rack_flow)), ("pump", u.cdu_pump)):
        cdus[name] = value
    for name in ct.FLOWS.names:
        loops[name] = getattr(a.heat, name)
    loops["flow"] = w.cdus_to_loops(u.fws_flow) + u.air_flow
    motors = (w.racks_to_loops(demand.rack_power(u)), w.cdus_to_loops(u.cdu_pump), u.loop_pump, u.air_fan, demand.cooler_power(plant.p.core, u),
              demand.tower_power(plant.p.core, u))
    for name, value in zip(cs.MOTORS, motors, strict=True):
        loops[name] = value
    machines = [np.empty(len(table), dtype) for table, dtype in ((cdus, cd.CDU_STATE), (loops, cd.LOOP_STATE))]
    for rows in machines:
        for name in rows.dtype.names:
            rows[name] = getattr(x, name)
    row = Shown(state.die.max(-1), u.gpu_power.sum(-1), cdus, machines[0], loops, machines[1], state.core)
    return Shown(*(value[None] for value in row))

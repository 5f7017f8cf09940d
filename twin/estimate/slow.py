"""Slow parameters: what sensors, laws and patience tell of exchangers, pumps, filters and meters. Small filters, a minute apart.

Each class of asset has one block: its parameters as random walks (twin.estimate.parameters) and, for each residual channel, what is fixed
in the channel beside them: the law's own error and the tolerances of its instruments. That part never averages out, so no parameter is
ever claimed better than the sensors allow.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from twin.estimate import compiled
from twin.estimate.facts import Facts
from twin.estimate.instruments import or_zero
from twin.estimate.parameters import DAY_S, PARAMETERS
from twin.estimate.residuals import BANK, Channel, Scene
from twin.estimate.shares import Shares, even, even_share, shared
from twin.estimate.sheet import Plan, Sheet, measured
from twin.plant import live
from twin.plant.types import Parameters

Array = np.ndarray
EVERY_S, STEPS = 120.0, 15  # s and steps from one lesson to the next, the longer: coarse steps are for pasts whose twin is not kept
OVER_S = 60.0  # of the averages that channels see
DOUBTED = ("ua", "tcs_meter", "fws_meter", "tcs_pair", "fws_pair")  # parameters of a CDU
FAR = 4.0  # standard deviations beyond which a measurement counts for less


@dataclass(frozen=True, slots=True)
class Block:
    """names: parameters, then one `~channel` each; x [rows, n] and cov [rows, n, n]."""

    names: tuple[str, ...]
    x: Array
    cov: Array

    def value(self, name: str) -> Array:
        return self.x[:, self.names.index(name)]

    def std(self, name: str) -> Array:
        at = self.names.index(name)
        return np.sqrt(np.maximum(self.cov[:, at, at], 0.0))


@dataclass(frozen=True, slots=True)
class Slow:
    """p, template: the plant with what was learned; mean, rate: averages of the measured columns, SI and SI/s."""

    facts: Facts
    p: Parameters
    template: live.Template
    blocks: Mapping[str, Block]
    measured: Plan
    mean: Sheet
    rate: Sheet
    shares: Shares
    even_share: Array  # [R] of its CDU's flow, by rating
    doubts: tuple[Array, ...]  # [C] one standard deviation of each of DOUBTED
    age_s: float = 0.0  # since the last update

    @property
    def plate_design(self) -> Array:
        return self.facts.p.leaves.plate_factor

    def scene(self) -> Scene:
        """What the residual channels are evaluated on."""
        return Scene(self.facts, self.mean, self.rate, OVER_S)


def new(facts: Facts, template: live.Template) -> Slow:
    """Nothing learned yet."""
    blocks = {cls: _block(cls, facts.rows[cls]) for cls in PARAMETERS}
    plan = measured(facts.rows)
    return Slow(facts, facts.p, template, blocks, plan, plan.full(np.nan), plan.full(0.0), even(facts), even_share(facts), _doubts(blocks))


def _doubts(blocks: Mapping[str, Block]) -> tuple[Array, ...]:
    return tuple(blocks["cdu"].std(name) for name in DOUBTED)


def _channels(cls: str) -> tuple[Channel, ...]:
    return tuple(c for c in BANK.values() if c.cls == cls)


def _block(cls: str, rows: int) -> Block:
    names = (*PARAMETERS[cls], *(f"~{c.name}" for c in _channels(cls)))
    var = [p.prior**2 for p in PARAMETERS[cls].values()] + [np.nan] * len(_channels(cls))
    return Block(names, np.zeros((rows, len(names))), np.tile(np.diag(var), (rows, 1, 1)))


def averaged(s: Slow, values: Array, believed: Array, dt: float) -> Slow:
    """Averages after `dt` seconds of `values` where they are `believed`, flat as the measured columns."""
    mean, rate = np.empty_like(values), np.empty_like(values)
    compiled.averaged(np.exp(-dt / OVER_S), OVER_S, believed, values, s.mean.flat, mean, rate)
    return replace(s, mean=s.measured.sheet(mean), rate=s.measured.sheet(rate), age_s=s.age_s + dt)


def learned(s: Slow) -> Slow:
    """Take in what the channels show now."""
    scene, elapsed = s.scene(), s.age_s
    blocks = {cls: _update(block, cls, scene, elapsed) if len(block.x) else block for cls, block in s.blocks.items()}
    p = _own(s.facts, blocks)
    return replace(s, blocks=blocks, p=p, template=live.learned(s.template, p), doubts=_doubts(blocks),
                   shares=shared(s.facts, s.shares, scene, elapsed), age_s=0.0)


def _own(f: Facts, blocks: Mapping[str, Block]) -> Parameters:
    """Parameters of CDUs and plant room with what was learned."""
    def of(cls: str, name: str) -> Array:
        factor = np.ones(f.loops)
        factor[f.loop_of[cls]] = np.exp(blocks[cls].value(name))
        return factor

    core = replace(f.p.core, district_ua=f.p.core.district_ua * of("district", "ua"), cooler_ua=f.p.core.cooler_ua * of("cooler", "ua"),
                   heatpump_efficiency=f.p.core.heatpump_efficiency * of("heatpump", "cop"))
    return replace(f.p, core=core, cdus=replace(f.p.cdus, ua=f.p.cdus.ua * np.exp(blocks["cdu"].value("ua"))))


def _update(b: Block, cls: str, scene: Scene, elapsed: float) -> Block:
    parameters = PARAMETERS[cls]
    x, cov = b.x.copy(), b.cov.copy()
    for i, q in enumerate(parameters.values()):
        cov[:, i, i] += q.daily**2 * elapsed / DAY_S
    for channel in _channels(cls):
        _take(b.names, x, cov, channel, scene)
    low, high = (np.array([getattr(q, end) for q in parameters.values()]) for end in ("low", "high"))
    x[:, : len(parameters)] = np.clip(x[:, : len(parameters)], low, high)
    return Block(b.names, x, 0.5 * (cov + np.swapaxes(cov, -1, -2)))


def _take(names: tuple[str, ...], x: Array, cov: Array, channel: Channel, scene: Scene) -> None:
    """One channel into every row that has it, in place; Joseph form."""
    seen = channel.evaluate(scene)
    rows = np.flatnonzero(np.isfinite(seen.value) & np.isfinite(seen.std))
    if not len(rows):
        return
    own = names.index(f"~{channel.name}")
    fixed = np.full(len(rows), channel.model**2) if channel.instrumental else seen.tolerance[rows] ** 2
    new = np.isnan(cov[rows, own, own])
    cov[rows[new], own, own] = fixed[new]
    h = np.zeros((len(rows), len(names)))
    h[:, own] = 1.0
    for name, slope in channel.sensitivity(scene).items():
        h[:, names.index(name)] = slope[rows]
    _scalar(x, cov, rows, h, seen.value[rows], seen.std[rows] ** 2)


def _scalar(x: Array, cov: Array, rows: Array, h: Array, y: Array, var: Array) -> None:
    p = or_zero(cov[rows])
    to = np.einsum("rij,rj->ri", p, h)
    spread = np.einsum("ri,ri->r", to, h)
    off = y - np.einsum("ri,ri->r", x[rows], h)
    var = var * np.maximum(off**2 / (FAR**2 * (spread + var)), 1.0)
    gain = to / (spread + var)[:, None]
    keep = np.eye(x.shape[1]) - gain[:, :, None] * h[:, None, :]
    after = keep @ p @ np.swapaxes(keep, -1, -2) + gain[:, :, None] * gain[:, None, :] * var[:, None, None]
    x[rows] += gain * off[:, None]
    unknown = np.isnan(cov[rows])
    cov[rows] = np.where(unknown, np.nan, after)

"""What happens to the twin (events) and what it asks of the world (effects). All are values; time is event time.

Readings and their records are msgspec's structs, as frozen as the others and made in a tenth of the time: there are thousands a second.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

ACTUAL = "actual"  # the scenario tag of plant data; forecasts and what-ifs carry another

# quality of a reading as sent by its instrument
GOOD, BAD, UNCERTAIN = 1, 0, 2

# verdict of the twin on a measured column
UNSEEN, BELIEVED, SUSPECT, STALE = 0, 1, 2, 3


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One wide message of one asset.

    `cls` is a name of `config.classes.CLASSES`, or "gpu" for a rack's arrays. `row` is the asset's row in its class.
    `values` are SI, NaN where missing: shape (measured columns,), or (2, gpus) for "gpu" (temp_c, power_w).
    """

    ts_ms: int
    cls: str
    row: int
    seq: int
    q: int
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed at the shell: lets the watermark move when the plant is silent."""

    ts_ms: int


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway came online or its last will arrived."""

    ts_ms: int
    name: str
    online: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A request to the twin, answered once on `/ack`."""

    ts_ms: int
    id: str
    author: str
    expires_ms: int
    name: str
    arguments: Mapping[str, object]
    reply_to: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that could not be used: the sender's fault, counted by reason."""

    ts_ms: int
    reason: str
    topic: str
    field: str = ""
    detail: str = ""
    ahead_s: float = 0.0  # what its stamp is ahead of its arrival, negative behind, where that is why


Event = Reading | Tick | Gateway | Command | Rejected


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The plant at one moment as the twin sees it: actual, forecast and what-if alike.

    values, std: by class, SI, shape (rows, columns), NaN where not known; std is one standard deviation.
    residual: measured minus modelled (before the update where the column was assimilated), shape (rows, measured columns), NaN where nothing was measured.
    quality: verdicts, uint8, shape (rows, measured columns).
    gpu_c, gpu_w: shape (racks, gpus of a rack).
    """

    ts_ms: int
    scenario: str
    values: Mapping[str, np.ndarray]
    std: Mapping[str, np.ndarray]
    residual: Mapping[str, np.ndarray]
    quality: Mapping[str, np.ndarray]
    gpu_c: np.ndarray
    gpu_w: np.ndarray


class Record(msgspec.Struct, frozen=True, gc=False):
    """Store this raw reading (src=sensor)."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Emit:
    """Store and publish this snapshot (src=twin)."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Keep what could not be used where a person can look at it."""

    rejected: Rejected


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a command."""

    command: Command
    ok: bool
    result: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as it stands. `state` is one of `twin.alarms.table`; `priority` 1 high, 2 medium, 3 low.

    `id` is `hall:class:asset:fault[:column][:part]`: the same fault at the same place is the same alarm, whenever it comes.
    """

    id: str
    fault: str
    cls: str
    row: int  # of the asset in its class; -1 for a gateway, which is no asset
    column: str
    part: int  # GPU of a rack, -1 for the asset itself
    state: str
    priority: int
    active: bool  # whether the condition holds, whatever the operator did
    since_ms: int  # event time at which the evidence began
    raised_ms: int
    changed_ms: int  # of the last change of state
    seen_ms: int  # condition last seen
    consequence_s: float  # seconds to a limit as last seen, inf where none comes
    text: str
    suspects: tuple[str, ...] = ()  # what the sensors cannot tell apart, the likeliest first: `fault at hall/class/id`
    parent: str = ""  # id of the alarm that stands for this one while it is suppressed
    until_ms: int = -1  # end of shelving
    author: str = ""  # who changed it last, empty: the twin itself
    note: str = ""
    times: int = 1  # raised so often since it was last normal


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """An alarm changed its state: tell everyone, keep it. `serial` counts the changes of a twin: two of one moment stay two."""

    ts_ms: int
    serial: int
    change: str  # a signal of `twin.alarms.table`
    before: str  # state before
    alarm: Alarm


@dataclass(frozen=True, slots=True)
class Score:
    """How well a column was foretold at a horizon, over the last day or so; all assets of the column together. SI, NaN where not known yet."""

    ts_ms: int
    scenario: str
    column: str  # `class.column`
    horizon_s: float
    skill: float  # 1 - RMSE / RMSE of persistence
    coverage: float  # share of what came that fell between 5 and 95 %
    rmse: float
    persistence: float  # RMSE of the forecast that nothing changes
    n: float  # forecasts that came true or not, older ones fading


@dataclass(frozen=True, slots=True)
class Moment:
    """Keep the twin as it is at this moment, so that a future may begin here later. `data` as `twin.whatif.moments` writes it."""

    ts_ms: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Forget:
    """What was stored under this scenario is out of date: another future takes its name."""

    scenario: str


Effect = Record | Emit | DeadLetter | Answer | AlarmChange | Score | Moment | Forget

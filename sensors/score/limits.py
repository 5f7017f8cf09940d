"""Limits that the plant has truly passed: an alarm about one is right in a plant without a fault as well."""
from __future__ import annotations

from collections.abc import Callable

from sensors.truth.plant import Truth
from twin.events import Alarm

NEAR_K = 1.0  # what the alarm's own hysteresis and the age of the snapshot allow
BAND_K = 5.0  # of supply around its set point, as announced


def _hot(t: Truth, row: int) -> bool:
    return bool(t.state.die[row].max() > t.p.rack.throttle[row] - NEAR_K)


def _loop_off(t: Truth, row: int) -> bool:
    return bool(abs(t.state.hall["header"][row] - t.p.hall.fws_set[row]) > BAND_K - NEAR_K)


def _cdu_off(t: Truth, row: int) -> bool:
    return bool(abs(t.state.cdu["tcs_supply"][row] - t.p.cdu.tcs_set[row]) > BAND_K - NEAR_K)


PASSED: dict[tuple[str, str], Callable[[Truth, int], bool]] = {
    ("gpu_margin", "rack"): _hot, ("supply_band", "loop"): _loop_off, ("supply_band", "cdu"): _cdu_off,
    ("leak_detected", "rack"): lambda t, row: bool(t.state.rack["leaked"][row] > 0),
}


def passed(truth: Truth, alarm: Alarm) -> bool:
    """Whether the limit that an alarm is about is passed in the plant; an alarm that gathers others is right when one of them would be."""
    rule = PASSED.get((alarm.fault, alarm.cls))
    if rule is not None:
        return rule(truth, alarm.row)
    one = alarm.fault.removesuffix("_many")
    gathers = alarm.fault != one or alarm.fault == "alarm_flood"
    return gathers and any(test(truth, row) for (fault, cls), test in PASSED.items() if fault == one or alarm.fault == "alarm_flood"
                           for row in range(truth.site.count(cls)))

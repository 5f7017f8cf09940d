"""Many messages of known shape, read from their bytes in compiled code.

It takes what `native` writes: keys in the order of the layout, no blanks, numbers in plain digits. Whatever else it meets, and whatever
breaks a rule, it leaves to the typed decoder, which takes it or says what is wrong. A number comes out as a correct parser gives it:
digits up to 2**53 over a power of ten that a double holds exactly are one correctly rounded division (Clinger 1990).
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.events import GOOD
from twin.kernels import inner, kernel
from twin.wire.columns import SEQ_MAX, Layout

Array = np.ndarray
TENS = np.array([float(f"1e{n}") for n in range(16)])
TS, SEQ, Q = (np.frombuffer(part, np.uint8) for part in (b'{"ts":', b',"seq":', b',"q":'))
COMMA, MINUS, POINT, OPEN, CLOSE, END, N = (ord(c) for c in ",-.[]}n")
ZERO, NINE = np.uint32(48), np.uint32(9)  # a digit is what is at most nine above "0", without a sign
LONGEST, BEFORE_POINT = 17, 10**9  # digits; with up to nine decimals behind, 64 bits hold it


class Shapes(NamedTuple):
    """Layouts one after another: those of layout `i` are columns `first[i]` to `first[i + 1]`."""

    first: Array  # [layouts + 1]
    gpus: Array  # [layouts] values of a column's array, 0 where it is one number
    padded: Array  # [layouts] cells that a column fills
    keys: Array  # uint8, `,"name":` of every column
    key_at: Array  # [columns + 1]
    low: Array  # [columns] boundary units
    high: Array
    factor: Array  # boundary unit to SI

    def cells(self, layout: int) -> int:
        """Cells of a message."""
        return int((self.first[layout + 1] - self.first[layout]) * self.padded[layout])


def shapes(layouts: Sequence[Layout]) -> Shapes:
    """Layouts as the scanner reads them."""
    columns = [c for lay in layouts for c in lay.columns]
    keys = [f',"{c.name}":'.encode() for c in columns]

    def whole(*values: int) -> Array:
        return np.array(values, np.int64)

    low, high, factor = (np.array([getattr(c, name) for c in columns], float) for name in ("low", "high", "factor"))
    return Shapes(np.cumsum(whole(0, *(len(lay.columns) for lay in layouts))), whole(*(lay.gpus for lay in layouts)),
                  whole(*(lay.padded or 1 for lay in layouts)), np.array(bytearray(b"".join(keys)), np.uint8), np.cumsum(whole(0, *map(len, keys))),
                  low, high, factor)


@inner()
def _same(text, at, end, word, begin, stop):
    """Place behind `word[begin:stop]` where it stands at `at`, else -1."""
    if at + stop - begin > end:
        return -1
    for i in range(begin, stop):
        if text[at + i - begin] != word[i]:
            return -1
    return at + stop - begin


@inner()
def _run(text, at, end, value):
    """`value` with the digits at `at` behind it, and the place behind them; at most LONGEST digits, which 64 bits hold."""
    stop = min(end, at + LONGEST)
    while at < stop:
        digit = np.uint32(text[at]) - ZERO
        if digit > NINE:
            break
        value = value * 10 + np.int64(digit)
        at += 1
    return value, at


@inner()
def _digits(text, at, end):
    """Whole number at `at` and the place behind it, -1 where there is none or one that JSON does not have or a double does not hold."""
    value, behind = _run(text, at, end, np.int64(0))
    if behind == at or (text[at] == 48 and behind - at > 1) or value > SEQ_MAX:
        return value, -1
    return value, behind


@inner()
def _number(text, at, end):
    """Number or null (NaN) at `at` and the place behind it, -1 where it is neither or has an exponent."""
    if at + 4 <= end and text[at] == N:
        return np.nan, at + 4 if text[at + 1] == 117 and text[at + 2] == 108 and text[at + 3] == 108 else -1  # "ull"
    sign = 1.0
    if at < end and text[at] == MINUS:
        sign, at = -1.0, at + 1
    value, at = _digits(text, at, end)
    if at < 0 or at >= end or text[at] != POINT:
        return sign * value, at
    if value > BEFORE_POINT:
        return sign, -1
    value, behind = _run(text, at + 1, min(end, at + 10), value)
    if behind == at + 1 or behind == at + 10 or value > SEQ_MAX:
        return sign, -1
    return sign * (value / TENS[behind - at - 1]), behind


@inner()
def _heads(text, at, end, earliest, latest, heads):
    """Place behind the heads `ts`, `seq`, `q`, else -1."""
    at = _same(text, at, end, TS, 0, len(TS))
    if at < 0:
        return -1
    heads[0], at = _digits(text, at, end)
    if at < 0 or heads[0] < earliest or heads[0] > latest:
        return -1
    at = _same(text, at, end, SEQ, 0, len(SEQ))
    if at < 0:
        return -1
    heads[1], at = _digits(text, at, end)
    if at < 0:
        return -1
    at = _same(text, at, end, Q, 0, len(Q))
    if at < 0 or at >= end or not 48 <= text[at] <= 50:
        return -1
    heads[2] = text[at] - 48
    return at + 1


@inner()
def _cell(text, at, end, low, high, nulls):
    """Number within its range, or null where that is allowed, and the place behind it."""
    value, at = _number(text, at, end)
    if at >= 0 and (not nulls if np.isnan(value) else not low <= value <= high):
        return value, -1
    return value, at


@inner()
def _array(text, at, end, low, high, nulls, factor, cells, gpus):
    """Place behind an array of `gpus` numbers, written into `cells` in SI, else -1."""
    if at >= end or text[at] != OPEN:
        return -1
    for i in range(gpus):
        value, at = _cell(text, at + 1, end, low, high, nulls)
        if at < 0 or at >= end or text[at] != (CLOSE if i == gpus - 1 else COMMA):
            return -1
        cells[i] = value * factor + 0.0
    return at + 1


@inner()
def _body(text, at, end, s, layout, nulls, cells):
    """Whether the rest of a message is columns of its layout, one at least, written into `cells` in SI; what is not there is NaN."""
    width, found = s.padded[layout], 0
    for j in range(s.first[layout], s.first[layout + 1]):
        place = (j - s.first[layout]) * width
        cells[place : place + width] = np.nan
        behind = _same(text, at, end, s.keys, s.key_at[j], s.key_at[j + 1])
        if behind < 0:
            continue
        found += 1
        if s.gpus[layout]:
            at = _array(text, behind, end, s.low[j], s.high[j], nulls, s.factor[j], cells[place:], s.gpus[layout])
        else:
            value, at = _cell(text, behind, end, s.low[j], s.high[j], nulls)
            cells[place] = value * s.factor[j] + 0.0
        if at < 0:
            return False
    return found > 0 and at == end - 1 and text[at] == END


@kernel()
def scan(text, ends, layouts, places, s, earliest, latest, longest, heads, cells):
    """Which messages [n] bool are as expected in every byte.

    `text` uint8 holds them one after another, up to `ends` [n]; `layouts` [n], -1 where it is not known; `ts` lies between `earliest`
    and `latest`, and no message is over `longest` bytes. Written: `heads` [n, 3] ts, seq, q; `cells` SI, message i from `places` [i] on.
    """
    good, begin = np.zeros(len(ends), np.bool_), 0
    for i in range(len(ends)):
        end = ends[i]
        if layouts[i] >= 0 and end - begin <= longest:
            at = _heads(text, begin, end, earliest, latest, heads[i])
            good[i] = at >= 0 and _body(text, at, end, s, layouts[i], heads[i, 2] != GOOD, cells[places[i]:])
        begin = end
    return good

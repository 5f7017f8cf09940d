"""Messages written in compiled code: numbers as msgspec prints them, the shortest digits that read back the same."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.events import GOOD, UNCERTAIN
from twin.kernels import inner, kernel
from twin.wire.native import DECIMALS

Array = np.ndarray
SCALE = 10.0**DECIMALS
MOST = 1e15  # of the last decimal: up to here no shorter digits read back the same
HEAD, SEQ, Q, NULL = (np.array(bytearray(part), np.uint8) for part in (b'{"ts":', b',"seq":', b',"q":', b"null"))
COMMA, MINUS, POINT, ZERO, OPEN, CLOSE, END, EXPONENT = (ord(c) for c in ",-.0[]}e")
UNSIGNED = np.uint64  # divides by a constant without a look at the sign
TEN, ONE = UNSIGNED(10), UNSIGNED(10**DECIMALS)
SMALL = 100  # of the last decimal: smaller numbers have an exponent
ROOM = 24  # bytes of a number with its comma
HEADS = 80  # bytes of a message without its columns


class Forms(NamedTuple):
    """Messages of a site one after another. Columns of message `r` are `first[r]` to `last[r]` of the table of columns; where the cells of a
    rack's arrays are fewer than those of the largest rack, `length[r]` are written of `width[r]`."""

    cell: Array  # [messages] first cell of their values
    first: Array
    last: Array
    width: Array  # cells of a column
    length: Array  # cells of a column that are written, -1 where it is one number
    fitted: Array  # [messages, most columns] bool, false where no instrument is: that column is never in the message
    keys: Array  # uint8 `,"name":` of every column
    key_at: Array  # [columns + 1]
    factor: Array  # [columns] boundary unit to SI


@inner()
def _word(out, at, word, begin, stop):
    for i in range(begin, stop):
        out[at + i - begin] = word[i]
    return at + stop - begin


@inner()
def _whole(out, at, value):
    """Digits of a whole number that is not negative."""
    rest, digits = UNSIGNED(value) // TEN, 1
    while rest:
        rest //= TEN
        digits += 1
    rest = UNSIGNED(value)
    for i in range(at + digits - 1, at - 1, -1):
        behind = rest // TEN
        out[i] = UNSIGNED(ZERO) + rest - behind * TEN
        rest = behind
    return at + digits


@inner()
def _tiny(out, at, value):
    """1 to 99 of the last decimal: `5e-6`, `1.2e-5`."""
    power = DECIMALS
    if value >= 10:
        power -= 1
        at = _whole(out, at, value // 10)
        if value % 10:
            out[at], out[at + 1] = POINT, ZERO + value % 10
            at += 2
    else:
        at = _whole(out, at, value)
    out[at], out[at + 1], out[at + 2] = EXPONENT, MINUS, ZERO + power
    return at + 3


@inner()
def _number(out, at, value):
    """A value in its boundary unit, rounded to DECIMALS; NaN is null."""
    if np.isnan(value):
        return _word(out, at, NULL, 0, len(NULL))
    last = np.rint(value * SCALE)
    if not abs(last) < MOST:
        raise ValueError("a reading is too large to be written")
    if last < 0.0:
        out[at], at = MINUS, at + 1
    left = UNSIGNED(abs(last))
    if UNSIGNED(0) < left < UNSIGNED(SMALL):
        return _tiny(out, at, np.int64(left))
    whole = left // ONE
    at = _whole(out, at, whole)
    out[at], at = POINT, at + 1
    return _decimals(out, at, left - whole * ONE)


@inner()
def _decimals(out, at, left):
    """`left` of the last decimal, without zeros behind."""
    scale = ONE
    while True:
        scale //= TEN
        digit = left // scale
        out[at], at = UNSIGNED(ZERO) + digit, at + 1
        left -= digit * scale
        if not left:
            return at


@inner()
def _column(out, at, values, cell, length, factor):
    """One number, or an array of `length`."""
    if length < 0:
        return _number(out, at, values[cell] / factor)
    out[at], at = OPEN, at + 1
    for i in range(length):
        if i:
            out[at], at = COMMA, at + 1
        at = _number(out, at, values[cell + i] / factor)
    out[at] = CLOSE
    return at + 1


@inner()
def _quality(f, r, values):
    """Good, or uncertain where an instrument that is fitted gave nothing."""
    for j in range(f.last[r] - f.first[r]):
        if f.fitted[r, j]:
            begin = f.cell[r] + j * f.width[r]
            for i in range(abs(f.length[r])):
                if np.isnan(values[begin + i]):
                    return UNCERTAIN
    return GOOD


@inner()
def _message(out, at, f, r, values, ts, seq):
    at = _whole(out, _word(out, at, HEAD, 0, len(HEAD)), ts)
    at = _whole(out, _word(out, at, SEQ, 0, len(SEQ)), seq)
    at = _whole(out, _word(out, at, Q, 0, len(Q)), _quality(f, r, values))
    for j in range(f.first[r], f.last[r]):
        column = j - f.first[r]
        if f.fitted[r, column]:
            at = _word(out, at, f.keys, f.key_at[j], f.key_at[j + 1])
            at = _column(out, at, values, f.cell[r] + column * f.width[r], f.length[r], f.factor[j])
    out[at] = END
    return at + 1


@kernel()
def write(f, values, ts, seq, out, ends):
    """Write every message that has something to say into `out` uint8, one after another up to `ends` [messages].

    values [cells] SI, NaN where missing; ts [messages] epoch ms. ValueError where a value is infinite or beyond 1e9 boundary units.
    """
    at = 0
    for r in range(len(ends)):
        if f.fitted[r].any():
            at = _message(out, at, f, r, values, ts[r], seq)
        ends[r] = at

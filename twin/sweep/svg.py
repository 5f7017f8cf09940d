"""Plots as SVG text: points over numbers or over words, with axes that end at round figures."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 12, 44
TICKS, INSET = 4, 8  # px between the ends of an axis and what stands at them


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to pixels, with marks `(value's place, its label)`."""

    low: float
    high: float
    start: float
    end: float
    marks: tuple[tuple[float, str], ...]

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def scatter(x: Sequence[float] | Sequence[str], y: Sequence[float], x_title: str, y_title: str, marked: Sequence[bool] = ()) -> str:
    """A plot of the points, some of them marked; words on x stand side by side in the order they come."""
    words = list(dict.fromkeys(x)) if any(isinstance(v, str) for v in x) else None
    at = [float(words.index(v)) for v in x] if words else [float(v) for v in x]  # type: ignore[arg-type]
    across = worded(words) if words else scale(at, LEFT + INSET, WIDTH - RIGHT - INSET)
    up = scale(y, HEIGHT - BOTTOM - INSET, TOP)
    red = [' class="harm"' if m else "" for m in marked] or [""] * len(at)
    dots = "".join(f'<circle cx="{across(a):.1f}" cy="{up(b):.1f}" r="3"{m}/>' for a, b, m in zip(at, y, red, strict=True))
    return (f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{y_title} over {x_title}")}">'
            f"{grid(across, up)}<g class=\"dots\">{dots}</g>"
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle" class="title">{escape(x_title)}</text></svg>')


def grid(across: Scale, up: Scale) -> str:
    """Lines and figures of both axes."""
    floor_y = HEIGHT - BOTTOM
    lines = "".join(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(v):.1f}" y2="{up(v):.1f}"/>'
                    f'<text x="{LEFT - 6}" y="{up(v) + 4:.1f}" text-anchor="end">{escape(s)}</text>' for v, s in up.marks)
    return lines + "".join(f'<line x1="{across(v):.1f}" x2="{across(v):.1f}" y1="{floor_y}" y2="{floor_y + 4}"/>'
                           f'<text x="{across(v):.1f}" y="{floor_y + 17}" text-anchor="middle">{escape(s)}</text>' for v, s in across.marks)


def worded(words: Sequence[str]) -> Scale:
    return Scale(-0.5, len(words) - 0.5, LEFT, WIDTH - RIGHT, tuple((float(i), w[:14]) for i, w in enumerate(words)))


def scale(values: Sequence[float], start: float, end: float) -> Scale:
    """Round figures around all values; a single value stands in the middle."""
    low, high = min(values), max(values)
    if high - low < 1e-9 * max(abs(low), abs(high), 1.0):
        half = max(abs(low) * 0.1, 0.5)
        low, high = low - half, high + half
    step = nice((high - low) / TICKS)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    marks = tuple((i * step, f"{i * step:.10g}") for i in range(first, last + 1))
    return Scale(first * step, last * step, start, end, marks)


def nice(step: float) -> float:
    """The next of 1, 2, 5, 10 x a power of ten."""
    power = 10.0 ** floor(log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9))

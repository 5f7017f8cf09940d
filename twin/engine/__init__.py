"""The fold: `start(site)` makes a twin, `advance(site, twin, event)` moves it, `unroll` in parts; `rehearse` makes the first step quick."""
from twin.engine.fold import advance, rehearse, unroll
from twin.engine.twin import Twin, start

__all__ = ["Twin", "advance", "rehearse", "start", "unroll"]

"""The fold: `start(site)` makes a twin, `advance(site, twin, event)` moves it; `unroll` in parts, `listen` by many events.

`rehearse` makes the first step quick.
"""
from twin.engine.fold import advance, listen, rehearse, unroll
from twin.engine.twin import Twin, start

__all__ = ["Twin", "advance", "listen", "rehearse", "start", "unroll"]

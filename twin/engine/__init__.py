"""The fold: `start(site)` makes a twin, `advance(site, twin, event)` moves it, `unroll` in parts."""
from twin.engine.fold import advance, unroll
from twin.engine.twin import Twin, start

__all__ = ["Twin", "advance", "start", "unroll"]

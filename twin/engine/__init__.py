"""The fold: `start(site)` makes a twin, `advance(site, twin, event)` moves it."""
from twin.engine.fold import advance
from twin.engine.twin import Twin, start

__all__ = ["Twin", "advance", "start"]

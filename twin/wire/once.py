"""Something made once for each site. A site holds mappings and has no hash, so it is told apart by identity."""
from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from config.site import Site

_T = TypeVar("_T")
_SITES = 8  # kept at a time; a test run makes many


class _Same:
    """Equal to itself alone. The cache holds it, and with it the site, so the id stays taken."""

    def __init__(self, site: Site):
        self.site = site

    def __hash__(self) -> int:
        return id(self.site)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.site is self.site


def per_site(make: Callable[[Site], _T]) -> Callable[[Site], _T]:
    """`make`, called once for each site."""
    kept = lru_cache(maxsize=_SITES)(lambda same: make(same.site))
    return lambda site: kept(_Same(site))

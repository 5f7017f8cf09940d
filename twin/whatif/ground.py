"""A site compiled for futures, and the words by which its assets are meant."""
from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

import numpy as np

from config.site import SITE_LEVEL, Asset, Site
from twin.plant.assembly import assemble
from twin.plant.design import Design, design
from twin.plant.machines import Machinery, machinery
from twin.plant.power import feeds
from twin.plant.stocks import Volumes, volumes
from twin.plant.supply_types import Supply
from twin.plant.types import Parameters
from twin.whatif.refusal import Refused

Array = np.ndarray
SHOWN = 8  # names in a refusal


@dataclass(frozen=True, slots=True)
class Ground:
    """What does not change while a future runs."""

    site: Site
    p: Parameters
    m: Machinery
    d: Design
    supply: Supply
    volumes: Volumes

    @property
    def halls(self) -> list[str]:
        return [h.id for h in self.site.model.halls]

    def name(self, cls: str, row: int) -> str:
        """`cdu-03`, or `h1/cdu-03` where the site has several halls."""
        asset = self.site.assets[cls][row]
        return asset.id if asset.hall == SITE_LEVEL or len(self.site.model.halls) == 1 else f"{asset.hall}/{asset.id}"

    def loops(self, cls: str) -> Array:
        """[rows] loop of each asset of a class."""
        at = {h: i for i, h in enumerate(self.halls)}
        return np.array([at[a.hall] for a in self.site.assets[cls]], dtype=int)


def ground(site: Site) -> Ground:
    """Compile a checked site."""
    p, d = assemble(site), design(site)
    return Ground(site, p, machinery(site, p, d), d, feeds(site), volumes(p))


def select(g: Ground, cls: str, words: str, field: str) -> Array:
    """[n] rows of a class meant by `words`: names, `hall/name`, `first/name`, with `*` and `?`, several behind commas, or `all`.

    Raises Refused where nothing is meant, or where a bare name stands in several halls.
    """
    assets = g.site.assets.get(cls, ())
    if not assets:
        raise Refused(field, f"{g.site.id} has no {cls}")
    rows = sorted({row for word in words.split(",") for row in _rows(g, assets, word.strip(), field)})
    return np.array(rows, dtype=int)


def _rows(g: Ground, assets: tuple[Asset, ...], word: str, field: str) -> list[int]:
    hall, _, name = word.rpartition("/")
    hall, name = (g.halls[0] if hall == "first" else hall or "*"), ("*" if name in ("all", "") else name)
    found = [a for a in assets if fnmatchcase(a.hall, hall) and fnmatchcase(a.id, name)]
    if not found:
        raise Refused(field, f"no {assets[0].cls} is called {word[:40]!r}{_hint(assets, word)}")
    if hall == "*" and "*" not in name and "?" not in name and len(found) > 1:
        raise Refused(field, f"{word} stands in {len(found)} halls: write {found[0].hall}/{word}, or */{word} for all of them")
    return [a.row for a in found]


def _hint(assets: tuple[Asset, ...], word: str) -> str:
    close = get_close_matches(word, [a.id for a in assets] + [f"{a.hall}/{a.id}" for a in assets], n=1, cutoff=0.5)
    names = [a.id for a in assets[:SHOWN]]
    more = f" .. {assets[-1].id}" if len(assets) > SHOWN else ""
    return (f"; did you mean {close[0]!r}?" if close else "") + f" It has {', '.join(names)}{more}"


def halls(g: Ground, words: str, field: str = "hall") -> Array:
    """[n] loops of the halls meant by `words`."""
    patterns = [g.halls[0] if w.strip() == "first" else "*" if w.strip() == "all" else w.strip() for w in words.split(",")]
    rows = [i for i, h in enumerate(g.halls) if any(fnmatchcase(h, p) for p in patterns)]
    if not rows:
        raise Refused(field, f"no hall is called {words[:40]!r}: one of {', '.join(g.halls[:SHOWN])}")
    return np.array(rows, dtype=int)


def feed_rows(g: Ground, words: str, field: str = "feed") -> Array:
    """[n] rows of the feeds meant: `a`, `feed-a`, `all`; `a` is every site's own a where several sites are one."""
    names = [a.id for a in g.site.assets["feed"]]
    wanted = [w.strip().removeprefix("feed-") for w in words.split(",")]
    rows = [i for i, n in enumerate(names) if any(w == "all" or n == w or n.endswith(f"-{w}") or fnmatchcase(n, w) for w in wanted)]
    if not rows:
        raise Refused(field, f"no feed is called {words[:40]!r}: it has {', '.join(names[:SHOWN])}")
    return np.array(rows, dtype=int)

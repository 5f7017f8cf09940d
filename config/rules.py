"""What must hold between the parts of a site: references, topology, counts. Each rule yields problems, none raises."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from config.equipment import Frozen
from config.errors import Problem
from config.model import Hall
from config.validate import Path, problem, unknown

MAX_RACKS, MAX_CDUS = 200_000, 50_000
HALL_PARTS = {"racks": "rack", "cdus": "cdu", "pumps": "pump", "coolers": "dry_cooler", "tower": "tower",
              "heat_pump": "heat_pump", "chiller": "chiller", "district": "exchanger"}
FEED_PARTS = {"transformer": "transformer", "ups": "ups", "genset": "genset", "pdu": "pdu", "busway": "busway"}


def equipment_places(tree: Any) -> Iterator[tuple[Path, Any, str]]:
    """Path, name and needed kind of every datasheet that the tree names."""
    for at, feed in _items(tree, "feeds"):
        for part, kind in FEED_PARTS.items():
            if part in feed:
                yield (*at, part), feed[part], kind
    for at, hall in _items(tree, "halls"):
        for part, kind in HALL_PARTS.items():
            if isinstance(hall.get(part), dict) and "equipment" in hall[part]:
                yield (*at, part, "equipment"), hall[part]["equipment"], kind
        racks = hall.get("racks")
        if isinstance(racks, dict) and "shelf" in racks:
            yield (*at, "racks", "shelf"), racks["shelf"], "power_shelf"


def feed_places(tree: Any) -> Iterator[tuple[Path, list[Any]]]:
    """Path and list of every `feeds: [...]` inside a hall."""
    for at, hall in _items(tree, "halls"):
        for part in HALL_PARTS:
            feeds = hall[part].get("feeds") if isinstance(hall.get(part), dict) else None
            if isinstance(feeds, list):
                yield (*at, part, "feeds"), feeds


def _items(tree: Any, key: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    items = tree.get(key)
    for i, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield (key, i), item


def duplicate_ids(tree: Any) -> Iterator[Problem]:
    for key in ("feeds", "halls"):
        seen: dict[Any, int] = {}
        for at, item in _items(tree, key):
            name = item.get("id")
            if isinstance(name, str) and seen.setdefault(name, at[1]) != at[1]:
                yield problem(tree, (*at, "id"), f"duplicate id {name!r}: ids must differ within {key}")
            if name == "site" and key == "halls":
                yield problem(tree, (*at, "id"), "the id 'site' is kept for what belongs to no hall")


def unknown_feeds(tree: Any) -> Iterator[Problem]:
    known = [f["id"] for _, f in _items(tree, "feeds") if isinstance(f.get("id"), str)]
    for at, feeds in feed_places(tree):
        for i, name in enumerate(feeds):
            if isinstance(name, str) and name not in known:
                yield problem(tree, (*at, i), unknown("feed", name, known))
            if name in feeds[:i]:
                yield problem(tree, (*at, i), f"duplicate feed {name!r}: a feed is named once")


def sizes(tree: Any) -> Iterator[Problem]:
    """A site must fit in memory; a slip of zeros must not."""
    for part, most in (("racks", MAX_RACKS), ("cdus", MAX_CDUS)):
        counts = [h[part]["count"] for _, h in _items(tree, "halls")
                  if isinstance(h.get(part), dict) and isinstance(h[part].get("count"), int)]
        if sum(counts) > most:
            yield problem(tree, ("halls",), f"{sum(counts)} {part}: at most {most} are allowed in a site")


def timezone(tree: Any) -> Iterator[Problem]:
    place = tree.get("place")
    name = place.get("timezone") if isinstance(place, dict) else None
    if isinstance(name, str):
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            yield problem(tree, ("place", "timezone"), f"unknown time zone {name[:60]!r}: IANA names such as Europe/Paris are allowed")


def hall_rules(tree: Any, at: Path, hall: Hall, network: bool) -> Iterator[Problem]:
    """Rules inside one hall that is well formed."""
    if hall.cdus.count > hall.racks.count:
        yield problem(tree, (*at, "cdus", "count"),
                      f"{hall.cdus.count} CDUs for {hall.racks.count} racks: at most one CDU a rack is allowed")
    if hall.pumps.needed > hall.pumps.count:
        yield problem(tree, (*at, "pumps", "needed"), f"must be at most count = {hall.pumps.count}, got {hall.pumps.needed}")
    if hall.coolers is None and hall.tower is None:
        yield problem(tree, at, "nothing rejects heat outdoors: coolers or tower is needed")
    if hall.set_points.tcs_supply_c <= hall.set_points.fws_supply_c:
        yield problem(tree, (*at, "set_points", "tcs_supply_c"),
                      f"must be above fws_supply_c = {hall.set_points.fws_supply_c:g}, got {hall.set_points.tcs_supply_c:g}")
    for part in ("heat_pump", "district"):
        if getattr(hall, part) is not None and not network:
            yield problem(tree, (*at, part), "feeds heat into a network, but the site has none: the key `network` is needed")


def sheet_rules(tree: Any, at: Path, name: str, kind: str, sheet: Frozen) -> Iterator[Problem]:
    if sheet.kind != kind:
        yield problem(tree, at, f"{name!r} is equipment of kind {sheet.kind}: kind {kind} is needed here")


def one_rack_size(tree: Any, sheets: Mapping[str, Frozen]) -> Iterator[Problem]:
    """GPU arrays are rectangles: every rack of a site holds as many GPUs."""
    first: int | None = None
    for at, hall in _items(tree, "halls"):
        name = hall["racks"].get("equipment") if isinstance(hall.get("racks"), dict) else None
        gpus = getattr(sheets.get(name), "gpus", None) if isinstance(name, str) else None
        first = gpus if first is None else first
        if gpus is not None and gpus != first:
            yield problem(tree, (*at, "racks", "equipment"), f"racks of {gpus} GPUs beside racks of {first}: one size is allowed in a site")

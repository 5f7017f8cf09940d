"""A site with some keys and some numbers of its datasheets changed."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from config.equipment import Frozen
from config.errors import ConfigError
from config.load import load_site
from config.site import Site
from config.validate import problem, unknown, validate
from config.yaml_lines import Map, Seq, Spot
from twin.sweep.study import Scalar
from twin.whatif.refusal import Refused

FIXED = ("kind", "title")


@lru_cache(maxsize=64)
def variant(site: str, changes: tuple[tuple[str, Scalar], ...] = ()) -> Site:
    """The site `site` with keys changed, `halls.0.set_points.fws_supply_c` or `halls.*.coolers.count`. Raises ConfigError as any site does."""
    return load_site(site, alter=altering(changes))


def altering(changes: Sequence[tuple[str, Scalar]]) -> Callable[[Map], Map]:
    def alter(tree: Map) -> Map:
        for key, value in changes:
            tree = changed(tree, tuple(key.split(".")), value, tree, ())
        return tree

    return alter


def changed(tree: Map | Seq, path: tuple[str, ...], value: Scalar, root: Map, at: tuple[str | int, ...]) -> Map | Seq:
    """A copy of `tree` with `value` at `path`. Raises ConfigError where the way there does not exist."""
    head, rest = path[0], path[1:]
    out = copied(tree)
    for step in steps(tree, head, root, at):
        here = (*at, step)
        if not rest:
            put(out, step, value)
            continue
        below = tree[step] if step in tree or isinstance(tree, Seq) else None
        if not isinstance(below, Map | Seq):
            raise ConfigError([problem(root, here, "missing: only a key of what the site has can be varied")])
        put(out, step, changed(below, rest, value, root, here))
    return out


def steps(tree: Map | Seq, head: str, root: Map, at: tuple[str | int, ...]) -> list[str | int]:
    """What a word of a path means: a key, a number of a list, `*` for all of it."""
    if isinstance(tree, Map):
        return [head]
    if head == "*":
        return list(range(len(tree)))
    if not head.isdecimal() or int(head) >= len(tree):
        raise ConfigError([problem(root, at, f"has {len(tree)} items, counted from 0: {head!r} is none of them, and not *")])
    return [int(head)]


def copied(tree: Map | Seq) -> Map | Seq:
    """A shallow copy that remembers its places."""
    if isinstance(tree, Map):
        out = Map(tree.spot)
        for key, value in tree.items():
            out.put(key, value, tree.spots[key])
        return out
    items = Seq(tree.spot)
    for item, spot in zip(tree, tree.spots, strict=True):
        items.put(item, spot)
    return items


def put(box: Map | Seq, step: str | int, value: object) -> None:
    if isinstance(box, Map):
        box.put(str(step), value, box.spots.get(str(step), box.spot))
    else:
        box[step] = value


def equipped(site: Site, sheets: Sequence[tuple[str, str, Scalar]]) -> Site:
    """The site with numbers of its datasheets changed. Raises Refused where it has no such sheet or key, or the value cannot be."""
    found = dict(site.sheets)
    for name, key, value in sheets:
        if name not in found:
            raise Refused(f"equipment.{name}", unknown("equipment", name, list(found)))
        found[name] = resheeted(found[name], name, key, value)
    return replace(site, sheets=found) if sheets else site


def resheeted(sheet: Frozen, name: str, key: str, value: Scalar) -> Frozen:
    """A datasheet with one number changed. GPUs of a rack shape the site and stay."""
    free = [k for k in type(sheet).model_fields if k not in (*FIXED, "gpus")]
    if key not in free:
        raise Refused(f"equipment.{name}.{key}", unknown("key", key, free))
    tree = Map(Spot(name, 1))
    for k, v in (sheet.model_dump() | {key: value}).items():
        tree.put(k, v, tree.spot)
    found, problems = validate(type(sheet), tree)
    if found is None:
        raise Refused(f"equipment.{name}.{key}", problems[0].message)
    return found

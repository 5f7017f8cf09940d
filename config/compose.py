"""From a site file to one spelt-out tree: included sites, hall templates and their copies."""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.errors import ConfigError, Problem
from config.model import Copies
from config.shelf import Shelf
from config.validate import problem, unknown, validate
from config.yaml_lines import Map, Seq, read

MAX_HALLS = 1_000
_COPY_KEYS = ("template", "id", "count")


@dataclass
class Composer:
    """Collects problems while it expands; `open` are the files now being read, to see a circle."""

    shelf: Shelf
    problems: list[Problem] = field(default_factory=list)
    open: list[Path] = field(default_factory=list)

    def site(self, path: Path) -> Map | None:
        """The site at `path` with its halls spelt out and the halls and feeds of included sites added."""
        tree = self._read(path)
        if tree is None:
            return None
        self.open.append(path.resolve())
        out = _without(tree, ("include",))
        _replace(out, "halls", self._halls(tree))
        for other in self._included(tree):
            _adopt(out, other)
        self.open.pop()
        return out

    def _read(self, path: Path) -> Map | None:
        try:
            return read(path)
        except ConfigError as error:
            self.problems += error.problems
            return None

    def _named(self, folder: str, tree: Map, path: tuple[str | int, ...], name: Any) -> Path | None:
        """File of `name` in `folder`, unless it is unknown or already open."""
        kind = folder[:-1]
        if not isinstance(name, str) or (found := self.shelf.find(folder, name)) is None:
            self.problems.append(problem(tree, path, unknown(kind, str(name), self.shelf.names(folder))))
            return None
        if found.resolve() in self.open:
            chain = " -> ".join(p.stem for p in [*self.open, found])
            self.problems.append(problem(tree, path, f"cycle: {kind} {name!r} contains itself ({chain})"))
            return None
        return found

    def _included(self, tree: Map) -> list[Map]:
        """Sites named under `include`, each composed."""
        names = tree.get("include", [])
        if not isinstance(names, Seq) and names != []:
            self.problems.append(problem(tree, ("include",), "must be a list of site names"))
            return []
        files = [self._named("sites", tree, ("include", i), n) for i, n in enumerate(names)]
        for i, n in enumerate(names):
            if n in names[:i]:
                self.problems.append(problem(tree, ("include", i), f"duplicate site {n!r}: a site is included once"))
        return [s for f in dict.fromkeys(files) if f and (s := self.site(f)) is not None]

    def _halls(self, tree: Map) -> Any:
        """`halls` with every `{template, id, count}` replaced by its copies."""
        halls = tree.get("halls")
        if not isinstance(halls, Seq):
            return halls
        out = Seq(halls.spot)
        for i, hall in enumerate(halls):
            copies = self._copies(tree, i, hall) if isinstance(hall, Map) and "template" in hall else [hall]
            for copy in copies:
                out.put(copy, halls.spots[i])
        if len(out) > MAX_HALLS:
            self.problems.append(problem(tree, ("halls",), f"{len(out)} halls: at most {MAX_HALLS} are allowed in a site"))
            return Seq(halls.spot)
        return out

    def _copies(self, tree: Map, i: int, hall: Map) -> list[Map]:
        head = _only({"count": 1, **hall}, _COPY_KEYS)
        copies, problems = validate(Copies, head, tree, ("halls", i))
        if copies is not None and copies.count > MAX_HALLS:
            problems = [problem(tree, ("halls", i, "count"), f"must be at most {MAX_HALLS}, got {copies.count}")]
        self.problems += problems
        if problems or copies is None:
            return []
        base = self._template(tree, ("halls", i, "template"), copies.template)
        if base is None:
            return []
        whole = merged(base, _without(hall, _COPY_KEYS))
        return [_with(whole, "id", f"{copies.id}{n + 1}", hall) for n in range(copies.count)]

    def _template(self, tree: Map, path: tuple[str | int, ...], name: str) -> Map | None:
        """A hall template; it may itself name a `template` that it changes."""
        file = self._named("halls", tree, path, name)
        own = self._read(file) if file else None
        if file is None or own is None:
            return None
        if "template" not in own:
            return own
        self.open.append(file.resolve())
        base = self._template(own, ("template",), own["template"])
        self.open.pop()
        return None if base is None else merged(base, _without(own, ("template",)))


def merged(base: Map, over: Map) -> Map:
    """`base` with the keys of `over` on top, mapping by mapping; a null takes the key away."""
    out = Map(over.spot)
    for key, value in base.items():
        out.put(key, value, base.spots[key])
    for key, value in over.items():
        if value is None:
            out.pop(key, None)
            continue
        both = isinstance(value, Map) and isinstance(out.get(key), Map)
        out.put(key, merged(out[key], value) if both else value, over.spots[key])
    return out


def _only(tree: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {k: v for k, v in tree.items() if k in keys}


def _without(tree: Map, keys: tuple[str, ...]) -> Map:
    out = Map(tree.spot)
    for key, value in tree.items():
        if key not in keys:
            out.put(key, value, tree.spots[key])
    return out


def _with(tree: Map, key: str, value: Any, origin: Map) -> Map:
    out = _without(tree, ())
    out.spot = origin.spot
    out.put(key, value, origin.spots.get(key, origin.spot))
    return out


def _replace(tree: Map, key: str, value: Any) -> None:
    if key in tree:
        tree[key] = value


def _adopt(site: Map, other: Map) -> None:
    """Add the halls and feeds of `other` to `site`, ids prefixed with the id of the site that declares them."""
    prefix = f"{other.get('id')}-"
    for key in ("feeds", "halls"):
        mine, theirs = site.get(key), other.get(key)
        if key not in site:
            mine = Seq(site.spot)
            site.put(key, mine, site.spot)
        if isinstance(mine, Seq) and isinstance(theirs, Seq):
            mine = site[key] = _joined(mine)
            for item, spot in zip(theirs, theirs.spots, strict=True):
                mine.put(_renamed(item, prefix), spot)


def _joined(items: Seq) -> Seq:
    out = Seq(items.spot)
    for item, spot in zip(items, items.spots, strict=True):
        out.put(item, spot)
    return out


def _renamed(item: Any, prefix: str) -> Any:
    """A hall or feed with its own id and the feed ids inside it prefixed, once only."""
    if not isinstance(item, Map):
        return item
    out = _without(item, ())
    for key, value in item.items():
        if key == "id" and isinstance(value, str):
            out[key] = _prefixed(value, prefix)
        elif key == "feeds" and isinstance(value, Seq):
            out[key] = _joined(value)
            out[key][:] = [_prefixed(v, prefix) if isinstance(v, str) else v for v in value]
        elif isinstance(value, Map):
            out[key] = _renamed(value, prefix)
    return out


def _prefixed(name: str, prefix: str) -> str:
    return name if name.startswith(prefix) else prefix + name

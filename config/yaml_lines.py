"""YAML as plain values that remember their file and line.

Built from libyaml's flat event stream, not from its recursive composer: depth and size are bounded before anything is built, and every
value keeps its place. Plain scalars follow the YAML 1.2 core schema (`1e3` is a number, `no` is a word).
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from config.errors import ConfigError, Problem

MAX_BYTES, MAX_DEPTH, MAX_NODES = 1_000_000, 20, 50_000
_INT = re.compile(r"[-+]?[0-9]{1,300}\Z")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None,
          "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Spot(NamedTuple):
    """Where something is written."""

    file: str
    line: int


class Map(dict[str, Any]):
    """A mapping that knows where it and each of its keys stand."""

    def __init__(self, spot: Spot):
        super().__init__()
        self.spot = spot
        self.spots: dict[str, Spot] = {}

    def put(self, key: str, value: Any, spot: Spot) -> None:
        self[key] = value
        self.spots[key] = spot


class Seq(list[Any]):
    """A list that knows where it and each of its items stand."""

    def __init__(self, spot: Spot):
        super().__init__()
        self.spot = spot
        self.spots: list[Spot] = []

    def put(self, value: Any, spot: Spot) -> None:
        self.append(value)
        self.spots.append(spot)


def where(tree: Any, path: tuple[str | int, ...]) -> tuple[Spot, str]:
    """Place and dotted key of `path` in `tree`; of the nearest mapping around it where it is absent.

    The key starts anew where the path crosses into another file, so that it reads as it stands there.
    """
    spot, keys = tree.spot, []
    for step in path:
        new = _spot_of(tree, step) or spot
        keys = [step] if new.file != spot.file else [*keys, step]
        spot, tree = new, _child(tree, step)
    return spot, ".".join(str(k) for k in keys)


def _spot_of(tree: Any, step: str | int) -> Spot | None:
    if isinstance(tree, Map):
        return tree.spots.get(str(step))
    if isinstance(tree, Seq) and isinstance(step, int) and step < len(tree):
        return tree.spots[step]
    return None


def _child(tree: Any, step: str | int) -> Any:
    if isinstance(tree, Map):
        return tree.get(str(step))
    return tree[step] if isinstance(tree, Seq) and isinstance(step, int) and step < len(tree) else None


@dataclass
class _Frame:
    """A container being filled: the open key of a mapping, and its anchor."""

    box: Map | Seq
    key: str | None = None
    key_spot: Spot | None = None
    anchor: str | None = None
    skip: bool = False  # the key was a duplicate: its value is read and dropped
    nodes: int = 1


@dataclass
class _Builder:
    """Fold over parser events; `root` is the finished tree."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    root: Any = None
    roots: int = 0
    nodes: int = 0

    def feed(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._open(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close()

    def spot(self, event: Any) -> Spot:
        return Spot(self.file, event.start_mark.line + 1)

    def fault(self, spot: Spot, message: str, key: str | None = None) -> None:
        self.problems.append(Problem(spot.file, spot.line, self.path() if key is None else key, message))

    def stop(self, spot: Spot, message: str) -> None:
        self.fault(spot, message)
        raise ConfigError(self.problems)

    def path(self) -> str:
        return ".".join(str(len(f.box)) if isinstance(f.box, Seq) else str(f.key) for f in self.stack
                        if isinstance(f.box, Seq) or f.key is not None)

    def _count(self, spot: Spot, n: int) -> None:
        self.nodes += n
        if self.nodes > MAX_NODES:
            self.stop(spot, f"too many values: at most {MAX_NODES} are allowed in a file, repeats by alias included")

    def _open(self, event: Any) -> None:
        spot = self.spot(event)
        self._no_tag(event, spot)
        if len(self.stack) >= MAX_DEPTH:
            self.stop(spot, f"nested too deeply: at most {MAX_DEPTH} levels are allowed")
        if self._wants_key():
            self.stop(spot, "a key must be a plain word, not a list or mapping")
        self._count(spot, 1)
        box = Map(spot) if isinstance(event, yaml.MappingStartEvent) else Seq(spot)
        self.stack.append(_Frame(box, anchor=event.anchor))

    def _close(self) -> None:
        frame = self.stack.pop()
        self._place(frame.box, frame.box.spot, frame.nodes, frame.anchor)

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].box, Map) and self.stack[-1].key is None

    def _scalar(self, event: Any) -> None:
        spot = self.spot(event)
        self._count(spot, 1)
        self._no_tag(event, spot)
        if self._wants_key():
            self._key(event.value, spot)
        else:
            self._place(self._value(event, spot), spot, 1, event.anchor)

    def _key(self, key: str, spot: Spot) -> None:
        frame = self.stack[-1]
        frame.key, frame.key_spot = key, spot
        frame.skip = key in frame.box
        if frame.skip:
            first = frame.box.spots[key].line
            self.fault(spot, f"duplicate key (first on line {first}): a key is allowed once in a mapping")

    def _value(self, event: Any, spot: Spot) -> Any:
        if not event.implicit[0]:
            return event.value
        text = event.value
        if text in _WORDS:
            return _WORDS[text]
        if _INT.match(text):
            return int(text)
        if _NOT_FINITE.match(text) or (_NUMBER.match(text) and abs(float(text)) > 1e300):
            self.fault(spot, f"{text[:40]} is not a finite number")
            return None
        return float(text) if _NUMBER.match(text) else text

    def _no_tag(self, event: Any, spot: Spot) -> None:
        if event.tag not in (None, "!"):
            self.fault(spot, f"the tag {event.tag[:40]} is not allowed: write plain values")

    def _alias(self, event: Any) -> None:
        spot = self.spot(event)
        if any(f.anchor == event.anchor for f in self.stack):
            self.stop(spot, f"cycle: *{event.anchor} stands inside the value it repeats")
        if event.anchor not in self.anchors:
            self.stop(spot, f"unknown alias *{event.anchor}: no &{event.anchor} stands before it")
        if self._wants_key():
            self.stop(spot, "a key must be a plain word, not an alias")
        value, nodes = self.anchors[event.anchor]
        self._count(spot, nodes)
        self._place(value, spot, nodes, None)

    def _place(self, value: Any, spot: Spot, nodes: int, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = (value, nodes)
        if not self.stack:
            self.root, self.roots = value, self.roots + 1
            return
        frame = self.stack[-1]
        frame.nodes += nodes
        if isinstance(frame.box, Seq):
            frame.box.put(value, spot)
            return
        if not frame.skip:
            frame.box.put(frame.key, value, frame.key_spot)
        frame.key = None


def parse(text: str | bytes, file: str) -> Map:
    """The one mapping written in `text`. Raises ConfigError with every problem that can be seen."""
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.feed(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.stop(Spot(file, mark.line + 1 if mark else 1), f"not valid YAML: {error.problem or error.context}")
    except (yaml.YAMLError, UnicodeError) as error:
        builder.stop(Spot(file, 1), f"not valid YAML: {' '.join(str(error).split())[:200]}")
    return _one_mapping(builder)


def _one_mapping(builder: _Builder) -> Map:
    first = Spot(builder.file, 1)
    if builder.roots == 0 or (builder.root is None and not builder.problems):
        builder.stop(first, "the file is empty: a mapping of keys is needed")
    elif builder.roots > 1:
        builder.stop(first, "several documents: one mapping is allowed in a file")
    elif not isinstance(builder.root, Map):
        builder.stop(first, "not a mapping: the file must consist of `key: value` lines")
    if builder.problems:
        raise ConfigError(builder.problems)
    return builder.root


def read(path: Path) -> Map:
    """The mapping in the file at `path`."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([Problem(file, 1, "", f"cannot be read: {error.strerror or error}")]) from None
    if len(text) > MAX_BYTES:
        raise ConfigError([Problem(file, 1, "", f"larger than {MAX_BYTES} bytes, the most that is allowed")])
    return parse(text, file)

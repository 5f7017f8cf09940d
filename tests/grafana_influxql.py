"""A small InfluxQL reader for tests: enough of the grammar for every dashboard query, strict about everything else."""
from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r'\s*(?:(?P<ident>"[^"]+")|(?P<text>\'[^\']*\')|(?P<regex>/(?:[^/\\]|\\.)*/)|(?P<word>[A-Za-z_][A-Za-z_0-9]*)'
    r"|(?P<duration>\d+(?:ns|u|ms|s|m|h|d|w)\b)|(?P<number>\d+(?:\.\d+)?)|(?P<op>=~|!~|<=|>=|!=|[-+*=<>(),]))"
)
FUNCTIONS = {"mean", "min", "max", "last", "first", "sum", "count", "stddev"}  # in 1.6 and in 3


@dataclass
class Query:
    """One SELECT. `names` maps a result column to nothing more than its presence; `source` is a measurement or an inner query."""

    source: str | Query = ""
    names: list[str] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    grouped: list[str] = field(default_factory=list)
    timed: bool = False
    bounded: bool = False


def tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if not match:
            raise ValueError(f"cannot read {text[at:at + 30]!r}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind].strip('"') if kind == "ident" else match[kind]))
        at = match.end()
    return found


class Reader:
    def __init__(self, text: str):
        self.left = tokens(text)

    def peek(self, value: str) -> bool:
        return bool(self.left) and self.left[0][0] in ("word", "op") and self.left[0][1].lower() == value

    def take(self, value: str = "", kind: str = "") -> str:
        if not self.left:
            raise ValueError(f"query ends where {value or kind} is wanted")
        got_kind, got = self.left.pop(0)
        if (value and got.lower() != value) or (kind and got_kind != kind):
            raise ValueError(f"{value or kind} wanted, {got!r} found")
        return got

    def skip(self, value: str) -> bool:
        return self.peek(value) and bool(self.take(value))

    def select(self) -> Query:
        query = Query()
        self.take("select")
        self.column(query)
        while self.skip(","):
            self.column(query)
        self.take("from")
        query.source = self.inner() if self.peek("(") else self.take(kind="ident")
        if self.skip("where"):
            self.condition(query)
        if self.skip("group"):
            self.grouping(query)
        return query

    def inner(self) -> Query:
        self.take("(")
        query = self.select()
        self.take(")")
        return query

    def column(self, query: Query) -> None:
        """term (op term)* [AS "name"]"""
        name = self.term(query)
        while self.left and self.left[0][1] in "+-*" and self.left[0][0] == "op":
            self.take()
            self.term(query)
        query.names.append(self.take(kind="ident") if self.skip("as") else name)

    def term(self, query: Query) -> str:
        kind, value = self.left.pop(0)
        if kind == "number":
            return value
        if kind == "ident":
            query.selected.append(value)
            return value
        if kind != "word" or value not in FUNCTIONS:
            raise ValueError(f"{value!r} is not a function all versions have")
        self.take("(")
        kind, argument = self.left.pop(0)
        (query.patterns if kind == "regex" else query.selected).append(argument)
        self.take(")")
        return value

    def condition(self, query: Query) -> None:
        self.comparison(query)
        while self.skip("and"):
            self.comparison(query)

    def comparison(self, query: Query) -> None:
        kind, left = self.left.pop(0)
        operator = self.take(kind="op")
        right_kind, right = self.left.pop(0)
        if (kind, left) == ("word", "time"):
            query.bounded = True
            if right_kind != "duration":
                raise ValueError(f"time compared with {right!r}")
        elif operator == "=~" and right_kind == "regex":
            re.compile(right.strip("/"))
            query.tags.append(left)
        elif operator == "=" and right_kind == "text":
            query.tags.append(left)
        elif operator in "<>" and right_kind == "number":
            query.fields.append(left)
        else:
            raise ValueError(f"comparison {left} {operator} {right}")

    def grouping(self, query: Query) -> None:
        self.take("by")
        while True:
            if self.skip("time"):
                query.timed = True
                self.take("("), self.take(kind="duration"), self.take(")")
            else:
                query.grouped.append(self.take(kind="ident"))
            if not self.skip(","):
                break
        if self.skip("fill"):
            self.take("("), self.take(kind="word"), self.take(")")


def read(text: str) -> Query:
    """The one SELECT of `text`; ValueError says what is wrong."""
    reader = Reader(text)
    query = reader.select()
    if reader.left:
        raise ValueError(f"left over: {reader.left[0][1]!r}")
    return query


def unknown(query: Query, schema: dict[str, frozenset[str]], tags: tuple[str, ...]) -> list[str]:
    """Names in the query that the store does not have."""
    if isinstance(query.source, Query):
        below = query.source
        have = {*below.names, *below.grouped}
        return unknown(below, schema, tags) + [n for n in (*query.selected, *query.grouped) if n not in have]
    if query.source not in schema:
        return [query.source]
    fields = schema[query.source]
    wrong = [n for n in query.selected if n not in fields and n not in tags] + [n for n in query.fields if n not in fields]
    wrong += [p for p in query.patterns if not any(re.search(p.strip("/"), f) for f in fields)]
    return wrong + [n for n in (*query.tags, *query.grouped) if n not in tags]

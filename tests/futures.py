"""Futures for tests: shipped sites compiled once, their designed start, and questions in words."""
from __future__ import annotations

from functools import cache

from config.load import load_site
from twin.whatif.answer import Answer
from twin.whatif.ask import ask
from twin.whatif.ground import Ground, ground
from twin.whatif.question import Question, asked, plain, spelled
from twin.whatif.start import Start, designed


@cache
def grounded(site: str) -> tuple[Ground, Start]:
    g = ground(load_site(site))
    return g, designed(g)


def question(words: str, **more) -> Question:
    """Without an ensemble unless one is asked for."""
    return asked(plain(Question(perturbations=spelled(words))) | {"members": 0} | more)


def answer(site: str, words: str, **more) -> Answer:
    return ask(*grounded(site), question(words, **more))

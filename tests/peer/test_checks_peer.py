"""Checks of docs/validation.md whose oracle is another program."""
from __future__ import annotations

import pytest

from tests.validation.check import Check, checks


@pytest.mark.parametrize("check", list(checks("peer")), ids=lambda c: c.name)
def test_within_tolerance(check: Check):
    assert check.measure() <= check.tolerance

"""Checks of docs/validation.md whose oracle is a conservation law."""
from __future__ import annotations

import pytest

from tests.validation.check import Check, checks


@pytest.mark.parametrize("check", list(checks("conservation")), ids=lambda c: c.name)
def test_within_tolerance(check: Check):
    assert check.measure() <= check.tolerance

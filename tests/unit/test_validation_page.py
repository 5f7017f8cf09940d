"""docs/validation.md names the checks there are, with their tolerances; measured digits may differ."""
from __future__ import annotations

from tests.validation.check import checks
from tests.validation.table import KINDS, PAGE, Row, named, page


def test_the_page_is_current():
    assert named(PAGE.read_text(encoding="utf-8")) == named(page(Row(c, 0.0) for c in checks()))


def test_every_row_of_the_page_passes():
    assert "**fail**" not in PAGE.read_text(encoding="utf-8")


def test_every_check_has_a_section():
    assert {c.kind for c in checks()} <= set(KINDS)

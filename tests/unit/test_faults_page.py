"""docs/faults.md shows the catalogue as it is."""
from __future__ import annotations

from pathlib import Path

from twin.estimate.catalogue import CATALOGUE
from twin.estimate.catalogue._table import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"


def test_the_page_ends_with_the_table_of_the_catalogue() -> None:
    assert PAGE.read_text().endswith(table(CATALOGUE)), "write the table of twin.estimate.catalogue._table into docs/faults.md"

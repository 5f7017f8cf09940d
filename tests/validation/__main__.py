"""`python -m tests.validation` measures every check and writes docs/validation.md."""
from __future__ import annotations

from tests.validation.table import PAGE, page, rows

if __name__ == "__main__":
    PAGE.write_text(page(rows()), encoding="utf-8")

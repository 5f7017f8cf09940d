"""`python -m twin.cli`: the `boucle` command."""
from __future__ import annotations

from twin.cli.main import main

if __name__ == "__main__":
    main()

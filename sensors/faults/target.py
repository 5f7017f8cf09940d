"""Names of what a fault hits."""
from __future__ import annotations

from config.site import Site


def resolve(site: Site, target: str) -> tuple[str, int, str]:
    """(class, row, rest) of `class/id[/rest]` or `hall/class/id[/rest]`; ValueError tells what is allowed."""
    parts = target.split("/")
    for skip in (0, 1):
        if len(parts) >= skip + 2 and parts[skip] in site.assets:
            cls, name = parts[skip], parts[skip + 1]
            rows = [a.row for a in site.assets[cls] if a.id == name and (skip == 0 or a.hall == parts[0])]
            if rows:
                return cls, rows[0], "/".join(parts[skip + 2:])
    raise ValueError(f"no asset {target!r}: write class/id as in cdu/cdu-03, with the hall in front where ids repeat")

"""Benchmarks: one file each with `run(site: str) -> dict[str, float | int | str]`, found by convention (names without `_`)."""

"""Scenario files: what-if questions saved by name, in `config/scenarios` or beside the user's own files."""
from __future__ import annotations

from pathlib import Path

from config.named import Named
from config.yaml_lines import Map, read

SCENARIOS = Named("scenario", "scenarios", "perturbations")
known_scenarios, scenario_path, is_scenario = SCENARIOS.known, SCENARIOS.path, SCENARIOS.holds


def scenario_tree(path_or_name: str | Path) -> Map:
    """A scenario as written, each value with its line. Raises ConfigError."""
    return read(scenario_path(path_or_name))

"""What is deployed: compose file, image, broker limits, and that the distribution carries its data files."""
from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
PINNED = re.compile(r"^[\w./-]+:\d+\.\d+\.\d+(-[\w.-]+)?$")
SECRET = re.compile(r"PASSWORD|TOKEN|_USER(NAME)?$")

each_service = pytest.mark.parametrize("name", SERVICES)


def test_the_four_services_stand_together() -> None:
    assert set(SERVICES) == {"mosquitto", "influxdb", "grafana", "boucle"}


@each_service
def test_pinned_hardened_and_not_root(name: str) -> None:
    service = SERVICES[name]
    assert PINNED.match(service["image"]), service["image"]
    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]


@each_service
def test_healthy_means_asked(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL") and len(check["test"]) > 1
    assert {"interval", "timeout", "retries"} <= check.keys()


@each_service
def test_starts_after_what_it_needs_is_healthy(name: str) -> None:
    needs = SERVICES[name].get("depends_on", {})
    assert all(SERVICES[other] and how == {"condition": "service_healthy"} for other, how in needs.items())


@each_service
def test_no_default_password(name: str) -> None:
    """A secret is required from the environment, with a message; what may have a default is no secret."""
    environment = SERVICES[name]["environment"]
    assert all("${" in value for key, value in environment.items() if SECRET.search(key)), "a secret written down"
    used = re.findall(r"\$\{(\w+)([^}]*)\}", " ".join(environment.values()))
    secrets = [(variable, rest) for variable, rest in used if SECRET.search(variable)]
    assert secrets and all(rest.startswith(":?") and len(rest) > 2 for _, rest in secrets), secrets


def test_the_twin_understands_every_variable_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in SERVICES["boucle"]["environment"].items():
        monkeypatch.setenv(key, re.sub(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)\}", lambda m: m.group(1) or "given", value))
    settings = load_settings()
    assert (settings.mqtt.host, settings.mqtt.username, settings.influx.bucket, settings.http.port) == ("mosquitto", "given", "boucle", 8080)


def test_the_example_names_every_required_variable_and_fills_none() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "deploy/compose.yaml").read_text()))
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / "deploy/env.example").read_text(), re.MULTILINE))
    assert example == dict.fromkeys(required, "")


@each_service
def test_ports_open_on_loopback_unless_asked(name: str) -> None:
    assert all(port.startswith("${BOUCLE_BIND:-127.0.0.1}:") for port in SERVICES[name]["ports"])


@each_service
def test_mounts_exist_and_are_read_only(name: str) -> None:
    for mount in SERVICES[name]["volumes"]:
        source, _, mode = mount.split(":")[0], mount.split(":")[1], mount.split(":")[-1]
        if source.startswith("."):
            assert (ROOT / "deploy" / source).exists(), mount
            assert mode == "ro", mount
        else:
            assert source in COMPOSE["volumes"], mount


def test_grafana_is_given_what_its_provisioning_reads() -> None:
    files = [path.read_text() for path in sorted((ROOT / "deploy/grafana/provisioning").rglob("*.yaml"))]
    assert set(re.findall(r"\$\{(\w+)\}", "".join(files))) <= SERVICES["grafana"]["environment"].keys()
    folder = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/boucle.yaml").read_text())["providers"][0]["options"]["path"]
    assert folder in {mount.split(":")[1] for mount in SERVICES["grafana"]["volumes"]}


def test_the_image_runs_as_an_ordinary_user_from_pinned_packages() -> None:
    lines = DOCKERFILE.splitlines()
    assert all(PINNED.match(line.split()[1]) for line in lines if line.startswith("FROM"))
    assert [line for line in lines if line.startswith("USER")] == [f"USER {SERVICES['boucle']['user']}"]
    assert "--require-hashes -r requirements/run.txt" in DOCKERFILE


def test_the_build_context_holds_what_the_image_copies() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--)", line) for word in line.split()[1:-1]}
    assert copied == allowed


def test_the_broker_asks_for_a_password_and_keeps_its_limits() -> None:
    conf = dict(line.split(" ", 1) for line in (ROOT / "deploy/mosquitto/mosquitto.conf").read_text().splitlines() if re.match(r"\w", line))
    assert conf["allow_anonymous"] == "false" and conf["password_file"].startswith("/mosquitto/data/")
    # above mosquitto's own 1000 and 20; 0 would mean no limit and stops 2.0.11 from delivering
    assert int(conf["max_queued_messages"]) >= 1_000_000 and int(conf["max_inflight_messages"]) >= 1000
    assert conf["persistence"] == "true"


def data_files() -> set[str]:
    """Every file the packages need at run time that is not Python."""
    tracked = subprocess.run(["git", "ls-files", "config", "twin", "sensors"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in tracked.stdout.splitlines() if not name.endswith((".py", ".md")) and (ROOT / name).is_file()}


def test_the_wheel_carries_every_data_file(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        copy.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy)
    for name in ("config", "twin", "sensors"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('..'))"
    done = subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True, text=True, check=True)
    wheel = zipfile.ZipFile(tmp_path / done.stdout.strip().splitlines()[-1])
    assert data_files() - set(wheel.namelist()) == set()

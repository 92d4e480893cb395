"""docs/operations.md and deploy/ say what the code does."""

import json
import os
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
MANUAL = (ROOT / "docs" / "operations.md").read_text()
UNITS = {path.name: path.read_text() for path in (ROOT / "deploy" / "systemd").iterdir()}
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
# Read by Python, Celery, OpenMP and the Prometheus client themselves.
OTHERS = {"PROMETHEUS_MULTIPROC_DIR", "REMAP_SIGTERM", "OMP_NUM_THREADS"}

TELL = """
import json, config.settings
from config.env import KNOWN
print(json.dumps({variable.name: variable.default for variable in KNOWN.values()}))
"""


def known_in_production() -> dict[str, str]:
    environment = {"PATH": os.environ["PATH"], "ACQUIT_ENV": "production"}
    done = subprocess.run([sys.executable, "-c", TELL], cwd=ROOT, env=environment, capture_output=True, check=True)
    return {name: default.removeprefix(f"{ROOT}/") for name, default in json.loads(done.stdout).items()}


def documented() -> dict[str, str]:
    return dict(re.findall(r"^\| `([A-Z_]+\*?)` \| (?:`(.*?)`)? ?\|", MANUAL, re.MULTILINE))


def settable() -> set[str]:
    known = known_in_production()
    return known.keys() | {f"{name}_FILE" for name in known} | OTHERS


def test_every_variable_is_documented_with_its_default():
    assert documented() == known_in_production()


def test_the_example_sets_variables_that_exist():
    lines = (ROOT / "deploy" / "acquit.env.example").read_text().splitlines()
    names = {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    assert names - settable() == set()


def test_compose_sets_variables_that_exist():
    ours = [service for service in COMPOSE["services"].values() if service["image"] == "acquit"]
    assert {name for service in ours for name in service["environment"]} - settable() == set()


def test_units_set_variables_that_exist():
    assignments = [line for unit in UNITS.values() for line in re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)]
    names = {pair.split("=")[0] for line in assignments for pair in line.split()}
    assert names - settable() == set()


def test_compose_and_systemd_run_the_same_programs():
    programs = {
        "web": ("granian", "config.wsgi:application"),
        "worker": ("celery -A config.celery worker", "--concurrency 2"),
        "beat": ("celery -A config.celery beat", "--pidfile="),
    }
    for name, words in programs.items():
        unit = next(text for file, text in UNITS.items() if file.startswith(f"acquit-{name}"))
        assert [word in unit for word in words] == [True, True]
        assert [word in COMPOSE["services"][name]["command"] for word in words] == [True, True]


def test_every_alert_has_its_entry_in_the_runbook():
    rules = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())["groups"][0]["rules"]
    headings = {"#" + title.lower().replace(" ", "-") for title in re.findall(r"^### (.*)$", MANUAL, re.MULTILINE)}
    assert {rule["annotations"]["runbook"] for rule in rules} == headings


def test_alerts_watch_metrics_that_exist():
    rules = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())["groups"][0]["rules"]
    watched = {name for rule in rules for name in re.findall(r"acquit_[a-z_]+", rule["expr"])}
    code = (ROOT / "config" / "metrics.py").read_text()
    assert [name for name in sorted(watched) if f'"{name}"' not in code] == []


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_production_installs_a_part_of_what_is_tested():
    tested = pins(ROOT / "requirements.lock")
    installed = pins(ROOT / "deploy" / "requirements.lock")
    assert {name: versions for name, versions in installed.items() if versions - tested.get(name, set())} == {}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES = PROJECT["project"]["dependencies"]
EVERYTHING = [*DEPENDENCIES, *chain.from_iterable(PROJECT["dependency-groups"].values())]


@pytest.mark.parametrize(
    ("lock", "wanted"), [("requirements.lock", EVERYTHING), ("deploy/requirements.lock", DEPENDENCIES)]
)
def test_the_locks_answer_pyproject(lock, wanted):
    locked = pins(ROOT / lock)
    needs = {text: Requirement(text) for text in wanted}
    unmet = [
        text
        for text, need in needs.items()
        if not any(need.specifier.contains(version) for version in locked.get(need.name, ()))
    ]
    assert unmet == []

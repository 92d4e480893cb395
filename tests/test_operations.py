"""docs/operations.md and deploy/ say what the code does."""

import json
import math
import os
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from django_prometheus.middleware import Metrics
from packaging.requirements import Requirement
from prometheus_client import REGISTRY

from config.watching import limits
from config.watching.gauges import GAUGES

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


ALERTS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "acquit-alerts.yml").read_text())["groups"][0]["rules"]
RUNBOOK = MANUAL.split("\n## Runbook\n")[1].split("\n## ")[0]
# Prometheus itself tells whether it could read.
OF_PROMETHEUS = {"up"}


ENDINGS = {"counter": "_total", "histogram": "_bucket", "gauge": ""}


def exported() -> set[str]:
    """Names as /metrics writes them: ours, and those of django-prometheus."""
    Metrics.get_instance()
    return set(GAUGES) | {metric.name + ENDINGS.get(metric.type, "") for metric in REGISTRY.collect()}


def named(expression: str) -> set[str]:
    """The metrics of an expression of Prometheus, without its functions, labels and words."""
    bare = re.sub(r"\{.*?\}|\[.*?\]|\b(?:by|on|ignoring|without)\s*\(.*?\)|\$\w+", "", expression)
    return set(re.findall(r"\b[a-z_]+\b(?!\s*\()", bare)) - {"and", "or", "unless", "by", "on", "bool"}


def test_every_alert_has_its_entry_in_the_runbook():
    headings = {"#" + title.lower().replace(" ", "-") for title in re.findall(r"^### (.*)$", RUNBOOK, re.MULTILINE)}
    assert {rule["annotations"]["runbook_url"] for rule in ALERTS} == {f"docs/operations.md{one}" for one in headings}


def test_alerts_watch_metrics_that_exist():
    watched = {name for rule in ALERTS for name in named(rule["expr"])}
    assert watched - exported() - OF_PROMETHEUS == set()
    assert len(watched) > 15


def test_every_alert_is_whole():
    assert [rule["alert"] for rule in ALERTS if set(rule) - {"for"} != {"alert", "expr", "labels", "annotations"}] == []
    assert {rule["labels"]["severity"] for rule in ALERTS} == {"page", "ticket"}
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)


def test_the_example_of_a_job_loads_the_alerts():
    example = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    assert example["rule_files"] == ["acquit-alerts.yml"]
    assert [job["job_name"] for job in example["scrape_configs"]] == ["acquit"]


BOARD = json.loads((ROOT / "deploy" / "grafana" / "acquit.json").read_text())
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def test_the_dashboard_shows_every_figure_of_ours_and_no_other():
    shown = {name for panel in PANELS for target in panel["targets"] for name in named(target["expr"])} - {"le"}
    assert shown - exported() == set()
    assert set(GAUGES) - shown == set()


def test_the_dashboard_asks_the_source_one_chooses():
    assert [variable["name"] for variable in BOARD["templating"]["list"]] == ["datasource", "entity"]
    sources = {json.dumps(holder["datasource"]) for panel in PANELS for holder in (panel, *panel["targets"])}
    assert sources == {json.dumps({"type": "prometheus", "uid": "${datasource}"})}


def test_the_panels_of_the_dashboard_stand_side_by_side():
    cells = [
        (x, y)
        for panel in BOARD["panels"]
        for spot in [panel["gridPos"]]
        for x in range(spot["x"], spot["x"] + spot["w"])
        for y in range(spot["y"], spot["y"] + spot["h"])
    ]
    assert (len(cells), max(x for x, _y in cells)) == (len(set(cells)), 23)
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def limit(alert: str) -> float:
    """The number after the first comparison of an alert; products are worked out."""
    (expression,) = [rule["expr"] for rule in ALERTS if rule["alert"] == alert]
    factors = re.search(r"[<>]=? ([\d. *]+)", expression)
    assert factors
    return math.prod(float(factor) for factor in factors[1].split("*"))


def test_alerts_and_status_page_start_from_the_same_limits():
    assert [limit(alert) for alert in ("OutboxStands", "ProviderNewsWait", "EventsPileUp", "BeatIsSilent")] == [
        amber_red[1].total_seconds() for amber_red in (limits.OUTBOX, limits.NEWS, limits.EVENTS, limits.BEAT)
    ]
    assert limit("MailboxIsNotRead") == limits.MAILBOX[1].total_seconds()
    assert [limit("ImportStands"), limit("PrintBatchWaits")] == [
        limits.IMPORT[1].total_seconds(),
        limits.PRINT_BATCH[0].total_seconds(),
    ]
    assert [limit(alert) for alert in ("MailsBounce", "MailsAreRefused", "QueueIsDeep", "DiskIsNearlyFull")] == [
        limits.BOUNCED_SHARE[0], limits.FAILED_SHARE[0], limits.QUEUE[0], limits.FREE_SHARE[0],
    ]  # fmt: skip


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

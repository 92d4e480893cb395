"""Prometheus itself reads the alerts and the dashboard, and says when each alert fires."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.servers.outside import needed
from tools.launcher import outside

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "acquit-alerts.yml"
BOARD = json.loads((ROOT / "deploy" / "grafana" / "acquit.json").read_text())
CASES = ROOT / "tests" / "deploy" / "alerts.yml"
NEEDED = needed("Prometheus")


def promtool(*arguments: object) -> None:
    command = [str(outside.program("Prometheus")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def expressions() -> list[str]:
    return [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", [])]


def test_each_alert_has_a_minute_it_is_silent_at_and_one_it_fires_at():
    cases = yaml.safe_load(CASES.read_text())["tests"]
    tries = [(one["alertname"], bool(one["exp_alerts"])) for case in cases for one in case["alert_rule_test"]]
    alerts = {rule["alert"] for rule in yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]}
    assert set(tries) == {(alert, fires) for alert in alerts for fires in (True, False)}


@NEEDED
def test_prometheus_reads_the_alerts():
    promtool("check", "rules", ALERTS)


@NEEDED
def test_each_alert_fires_when_it_should_and_then_only():
    promtool("test", "rules", CASES)


@NEEDED
@pytest.mark.parametrize("chosen", [".*", "ONE|TWO"])
def test_prometheus_reads_every_expression_of_the_dashboard(tmp_path, chosen):
    shown = [text.replace("$entity", chosen) for text in expressions()]
    rules = [{"record": f"shown:{number}", "expr": text} for number, text in enumerate(shown)]
    (tmp_path / "board.yml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    promtool("check", "rules", tmp_path / "board.yml")
    assert (len(shown) > 30, [text for text in shown if "$" in text]) == (True, [])


@NEEDED
def test_prometheus_reads_the_example_of_a_job(tmp_path):
    example = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    (job,) = example["scrape_configs"]
    token = tmp_path / "token"
    token.write_text("x")
    job["authorization"]["credentials_file"] = str(token)
    (tmp_path / "acquit-alerts.yml").write_text(ALERTS.read_text())
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(example))
    promtool("check", "config", tmp_path / "prometheus.yml")

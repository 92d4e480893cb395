"""What docs/operations.md has people type, and what deploy/ gives them, hold together."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from config.queues import NAMES
from config.settings.imports import IMPORT_MAX_MB as MOST_READ_MB

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
MANUAL = (ROOT / "docs" / "operations.md").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
WRAPPER = (DEPLOY / "acquit-python").read_text()


def sorted_queues(*lists: str) -> list[str]:
    return sorted(queue for one in lists for queue in re.split(r"[, ]+", one.strip()))


def test_the_manual_names_every_queue():
    (said,) = re.findall(r"Seven queues carry the work by its nature: (.*?)\. A worker", MANUAL, re.DOTALL)
    (purged,) = re.findall(r"for queue in (.*); do rabbitmqctl purge_queue", MANUAL)
    workers = re.findall(r"^echo 'QUEUES=-Q (\S+)'", MANUAL, re.MULTILINE)
    assert len(NAMES) == 7
    assert [sorted(re.findall(r"`(\w+)`", said)), sorted_queues(purged), sorted_queues(*workers)] == [NAMES] * 3


def test_the_backups_of_the_manual_leave_out_what_simulations_work_on():
    backups = re.findall(r"pg_dump --format.*", MANUAL)
    assert [line.split()[2] for line in backups] == ["--exclude-schema='simulation_*'"] * 2


def test_an_upgrade_stops_the_site_for_the_migrations_alone():
    upgrade = MANUAL.split("\n## Upgrade\n")[1].split("\n## ")[0]
    commands = "\n".join(re.findall(r"^```\n(.*?)^```", upgrade, re.DOTALL | re.MULTILINE))
    before, stopped = commands.split("systemctl stop")
    steps = ("git clone", "pip install", "frontend compile", "collectstatic", "migrate")
    assert [step in before for step in steps] == [True] * 4 + [False]
    assert [step in stopped for step in steps] == [False] * 4 + [True]


def test_static_files_are_collected_without_secrets_in_the_manual_as_in_the_image():
    without = "ACQUIT_ENV=development STATIC_HASHED=true STATIC_ROOT=/opt/acquit"
    assert [without in text for text in (MANUAL, (DEPLOY / "Dockerfile").read_text())] == [True, True]


def test_the_workers_of_compose_take_every_queue():
    commands = [service.get("command", "") for service in COMPOSE["services"].values()]
    assert sorted_queues(*re.findall(r"-Q (\S+)", " ".join(commands))) == NAMES


@pytest.mark.parametrize("path", ["deploy/acquit.env", "deploy/secrets/secret_key"])
def test_git_ignores_secrets(path):
    assert subprocess.run(["git", "check-ignore", "--quiet", path], cwd=ROOT, check=False).returncode == 0


def test_no_secret_is_copied_into_the_image():
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    # Docker reads a pattern from the root: "*.env" would leave deploy/acquit.env in.
    assert {"**/*.env", "deploy/secrets"} - set(left_out) == set()


def test_the_account_of_the_image_has_the_number_others_count_on():
    (number,) = re.findall(r"useradd .*--uid (\d+)", (DEPLOY / "Dockerfile").read_text())
    assert f"uid={number}," in COMPOSE["services"]["web"]["tmpfs"][0]
    assert f"`chown {number} deploy/secrets/*" in MANUAL


def test_the_example_gives_all_that_production_needs_but_the_secrets():
    lines = (DEPLOY / "acquit.env.example").read_text().splitlines()
    given = {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    assert {"BROKER_URL", "ALLOWED_HOSTS"} - given == set()
    assert given & {"SECRET_KEY", "DATABASE_URL"} == set()


@pytest.mark.parametrize("line", ["EnvironmentFile=", "LoadCredential=", "WorkingDirectory=", "StateDirectory="])
def test_commands_by_hand_run_as_the_services_do(line):
    by_hand = set(re.findall(rf"--property=({line}\S+)", WRAPPER))
    assert by_hand
    for unit in UNITS:
        assert by_hand - set(unit.read_text().splitlines()) == set()


def test_the_wrapper_is_a_shell_script_one_can_run():
    assert subprocess.run(["sh", "-n", DEPLOY / "acquit-python"], check=False).returncode == 0
    assert (DEPLOY / "acquit-python").stat().st_mode & 0o111 == 0o111


def test_the_proxy_leads_to_the_web_processes_and_lets_the_largest_import_through():
    proxy = (DEPLOY / "nginx.conf").read_text()
    (address,) = re.findall(r"proxy_pass http://([\d.:]+);", proxy)
    (most,) = re.findall(r"max_body_size (\d+)m;", proxy)
    assert f"--host {address.replace(':', ' --port ')} " in (DEPLOY / "systemd" / "acquit-web.service").read_text()
    assert int(most) > MOST_READ_MB


def test_the_proxy_speaks_no_old_tls_and_sends_nobody_to_a_host_he_named():
    proxy = (DEPLOY / "nginx.conf").read_text()
    assert re.findall(r"ssl_protocols (.*);", proxy) == ["TLSv1.2 TLSv1.3"]
    assert re.findall(r"return 301 https://([^/$]+)\$request_uri;", proxy) == ["acquit.example.org"]


def test_the_proxy_hands_on_no_address_a_caller_wrote():
    proxy = (DEPLOY / "nginx.conf").read_text()
    assert re.findall(r"proxy_set_header (\S+) (\S+);", proxy) == [
        ("Host", "$host"), ("X-Forwarded-Proto", "$scheme"), ("X-Forwarded-For", "$remote_addr"),
    ]  # fmt: skip

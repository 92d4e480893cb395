"""What is not installed is said, by each test that is skipped and at the end of ./acquit test."""

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from tools.launcher import checks, outside
from tools.launcher.paths import ROOT

# Files with tests of these programs; THEIRS leaves out those that run without.
WITH = [
    "tests/deploy/test_prometheus.py", "tests/deploy/test_systemd.py",
    "tests/collections_app/letters/test_archival.py", "tests/telephony/messaging/test_mailbox_tls.py",
    "tests/faults/test_brokers.py", "tests/faults/test_real_kills.py",
]  # fmt: skip
THEIRS = "(rabbitmq and not quorum) or dovecot or prometheus_reads or fires_when or test_systemd.py or test_qpdf"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The only one in the path."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(outside, "LEDGERS", tmp_path / "ledgers")
    return tmp_path


def install(folder: Path, name: str) -> None:
    program = folder / outside.PROGRAMS[name]
    program.write_text("#!/bin/sh")
    program.chmod(0o755)


def test_each_program_that_is_missing_is_said(folder):
    install(folder, "Prometheus")
    assert [line.split(" (")[0] for line in outside.all_not_run()] == [
        "RabbitMQ: NOT RUN", "Dovecot: NOT RUN", "systemd: NOT RUN", "qpdf: NOT RUN", "Ledgers: NOT RUN",
    ]  # fmt: skip


def test_with_all_of_them_nothing_is_said(folder):
    for name in outside.PROGRAMS:
        install(folder, name)
    outside.LEDGERS.mkdir()
    assert outside.all_not_run() == []


def test_the_end_of_all_tests_says_it(folder, monkeypatch, capsys):
    monkeypatch.setattr(checks, "beside", lambda *_: nullcontext(list))
    monkeypatch.setattr(checks, "_pytest", lambda *_: (0, {}))
    monkeypatch.setattr(checks, "_has_browser", lambda: True)
    install(folder, "RabbitMQ")
    assert checks._everything({}, list) == 0
    said = capsys.readouterr()
    assert re.findall(r"(\w+): NOT RUN", said.out + said.err) == ["Dovecot", "Prometheus", "systemd", "qpdf", "Ledgers"]


def test_tests_of_what_is_missing_are_skipped_in_these_words(tmp_path):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", "-k", THEIRS, *WITH]
    environment = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    reasons = set(re.findall(r"^SKIPPED .*?: (\w+: NOT RUN .*)$", done.stdout, re.MULTILINE))
    assert reasons == {outside.not_run(name) for name in outside.PROGRAMS}, done.stdout
    assert set(checks.read_closing_line(done.stdout.splitlines()[-1])) == {"skipped"}

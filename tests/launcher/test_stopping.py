"""Nothing that was started outlives the command that started it."""

import signal
import subprocess
import sys

import pytest

from tools.launcher import demo, manage, processes
from tools.launcher.paths import ROOT

# A child in a session of its own, which no signal to its parent's group reaches.
WITH_RUNAWAY = ["sh", "-c", "setsid sleep 300 & sleep 300"]
DEAF = ["sh", "-c", "trap '' TERM; sleep 300 & wait; wait"]


@pytest.fixture
def signals_as_before():
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("command", [WITH_RUNAWAY, DEAF], ids=["runaway grandchild", "deaf child"])
def test_the_demo_stops_children_and_grandchildren(command, tmp_path, monkeypatch, signals_as_before):
    monkeypatch.setattr(demo, "STOP_S", 0.5)
    child = demo._start(command, {}, tmp_path / "log")
    assert processes.wait_until(lambda: len(processes.descendants(child.pid)) >= 1, 10)
    family = [child.pid, *processes.descendants(child.pid)]
    demo._stop({"web": child})
    assert processes.wait_until(lambda: not any(map(processes.alive, family)), 5)


SLEEPER = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs these tests may have it ignored
sys.path.insert(0, sys.argv[1])
from tools.launcher import main, manage
manage.PYTHON, manage.ROOT = sys.executable, Path(sys.argv[2])
main.commands = lambda: {"manage": lambda arguments: manage.call(arguments, {})}
sys.exit(main.main(["manage"]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_command_stops_its_program_and_says_so(tmp_path, number):
    (tmp_path / "manage.py").write_text("import time; print('up', flush=True); time.sleep(300)")
    command = [sys.executable, "-c", SLEEPER, str(ROOT), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == "up\n"
        (program,) = processes.descendants(launcher.pid)
        launcher.send_signal(number)
        assert launcher.wait(10) == 128 + number
    assert not processes.alive(program)


def test_the_exit_code_is_that_of_the_command(tmp_path, monkeypatch):
    (tmp_path / "manage.py").write_text("import sys; sys.exit(int(sys.argv[1]))")
    monkeypatch.setattr(manage, "ROOT", tmp_path)
    monkeypatch.setattr(manage, "PYTHON", sys.executable)
    assert [manage.call([str(code)], {}) for code in (0, 2)] == [0, 2]

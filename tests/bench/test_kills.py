"""Work done in a process of its own, as `./acquit bench faults` does it."""

import os
import signal

import pytest

from bench._kills import WorkFailed, in_child


def test_work_that_ends_well_was_not_killed():
    assert in_child(lambda: None) is False


def test_work_may_be_killed():
    assert in_child(signal.pause, kill_after=0) is True


def test_work_that_fails_is_told_with_its_error(capfd):
    with pytest.raises(WorkFailed, match="ended with 1"):
        in_child(lambda: 1 / 0)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_work_that_somebody_else_kills_failed():
    with pytest.raises(WorkFailed, match="ended with -9"):
        in_child(lambda: os.kill(os.getpid(), signal.SIGKILL))

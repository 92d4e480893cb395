"""Work that is killed at a chosen place, in a process of its own, as by kill -9."""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from tools.launcher import processes

Work = Callable[[], object]
NOTICED_S = 10


def killed_at(point: str, work: Work) -> bool:
    """Do `work` in a process that dies at the named crash point; whether it died there."""
    return killed(lambda: os.environ.__setitem__("ACQUIT_CRASH_AT", point), work)


def killed(arm: Work, work: Work, *, started: Callable[[int], object] = lambda child: None) -> bool:
    """Do `work` in a process that `arm` made mortal; whether it was killed. A fork of this one: nothing starts again.

    `started` hears its number.
    """
    before = backends()
    child = os.fork()
    if child == 0:
        try:
            connection.connection = None  # it stays its parent's, warm for what comes next
            arm()
            work()
        except BaseException:  # nothing of pytest may run in the child
            traceback.print_exc()
        finally:
            os._exit(0)
    started(child)
    _, status = os.waitpid(child, 0)
    # What it had begun ends when its server notices: until then its rows are passed by as those of a worker that lives.
    assert processes.wait_until(lambda: backends() <= before, NOTICED_S, pause=0.002)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def backends() -> set[int]:
    """The processes of the server that speak with somebody about this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


class Statements:
    """Counts what is said to the database, COMMIT included, and kills the process before or after one of it."""

    def __init__(self, kill_before: int = 0, kill_after: int = 0) -> None:
        self.kill_before, self.kill_after = kill_before, kill_after
        self.said: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        return self.watch(str(sql), lambda: execute(sql, params, many, context))

    def watch(self, words: str, run: Callable[[], Any]) -> Any:
        """Run one of them, or die."""
        self.said.append(" ".join(words.split()[:3]))
        if len(self.said) == self.kill_before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = run()
        if len(self.said) == self.kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count within it."""
        commit = connection.commit
        connection.commit = lambda: self.watch("COMMIT", commit)
        try:
            with connection.execute_wrapper(self):
                yield
        finally:
            del connection.commit


def said_by(work: Work) -> list[str]:
    """The first words of each statement of `work`, done here, undisturbed."""
    statements = Statements()
    with statements.watching():
        work()
    return statements.said


def killed_by_statement(work: Work, *, before: int = 0, after: int = 0) -> bool:
    """Do `work` in a process that dies before or after its n-th statement (from 1); whether it died there."""

    def watched() -> None:
        with Statements(before, after).watching():
            work()

    return killed(lambda: None, watched)


def points_of(work: Work, *modules: Any) -> list[str]:
    """The crash points `work` passes in these modules, in order, each once; it is done here, undisturbed."""
    seen: dict[str, None] = {}
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "crash_point", lambda point: seen.setdefault(point))
        work()
    return list(seen)

from collections.abc import Callable

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected, DiskFull, LockNotAvailable

from crm.core.each import each
from crm.core.errors import BUSY

BUSY_ROWS = {"locked": LockNotAvailable, "deadlock": DeadlockDetected, "full": DiskFull}


def doing(done: list[str]) -> Callable[[str], int]:
    """Writes down each row, and says how many letters it has."""

    def work(row: str) -> int:
        if row == "refused":
            raise ValueError(row)
        if row in BUSY_ROWS:
            raise OperationalError from BUSY_ROWS[row]()
        done.append(row)
        return len(row)

    return work


def test_what_is_refused_or_written_by_others_does_not_stop_the_rest():
    done: list[str] = []
    tried = each(["a", "refused", "locked", "bb"], doing(done), ValueError)
    assert (done, tried.done, tried.left) == (["a", "bb"], [("a", 1), ("bb", 2)], [])
    assert [(row, str(why)) for row, why in tried.refused] == [("refused", "refused"), ("locked", str(BUSY))]


def test_after_two_that_others_write_the_rest_is_left():
    done: list[str] = []
    tried = each(["locked", "a", "deadlock", "b", "c"], doing(done), ValueError)
    assert (done, tried.left) == (["a"], ["b", "c"])


@pytest.mark.parametrize(("row", "error"), [("refused", ValueError), ("full", OperationalError)])
def test_what_nobody_foresaw_is_no_refusal(row, error):
    with pytest.raises(error):
        each([row, "a"], doing([]))

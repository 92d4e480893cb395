import os
import signal
from threading import Event

import pytest
from django.db import OperationalError, connection

from crm.core.alone import alone
from tests.connections import elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


def is_free(work: str = "a batch") -> bool:
    with alone(work) as free:
        return free


def test_who_is_at_work_is_alone_until_the_end():
    with alone("a batch") as free:
        beside = elsewhere(is_free), elsewhere(lambda: is_free("another"))
    assert (free, beside, elsewhere(is_free)) == (True, (False, True), True)


def test_work_that_fails_is_free_again():
    with pytest.raises(ZeroDivisionError), alone("a batch"):
        _ = 1 / 0
    assert elsewhere(is_free)


def test_a_connection_that_is_lost_holds_nothing_and_hides_no_error():
    with pytest.raises(OperationalError, match="terminating"), alone("a batch"), connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert elsewhere(is_free)


def test_what_a_killed_process_held_is_free():
    connection.close()
    pid = os.fork()
    if not pid:
        with alone("a batch"):
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    soon = Event()
    while not is_free():  # as soon as the server has noticed
        soon.wait(0.01)

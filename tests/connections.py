"""Work done at another connection, as by somebody else."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from django.db import connection, transaction

from crm.core.alone import LET_GO, TAKE

# Not of the databases of other tests. pg_stat_activity would stay as it was when a transaction first looked at it.
WAITING = """
select count(*) from pg_locks where not granted
    and (database is null or database = (select oid from pg_database where datname = current_database()))
"""


def elsewhere(work):
    """Its result, from a connection of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(closing, work).result()


def closing(work):
    try:
        return work()
    finally:
        connection.close()


@contextmanager
def held_elsewhere(work):
    """Another process is at this work (see crm.core.alone)."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(TAKE, [work])
        yield
        cursor.execute(LET_GO, [work])
    other.close()


def write_something():
    """A transaction that counts as one that wrote: it ends after those begun before it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()")


def waiting():
    """How many wait for somebody."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0]


class Other:
    """Somebody at another connection, who starts when told and by the end of the transaction here waits for it."""

    def __init__(self, pool, work):
        self.pool, self.work = pool, work

    def start(self):
        """Come back once he waits, beside those who did already, or is done."""
        before, patience = waiting(), Event()
        self.doing = self.pool.submit(closing, self.work)
        while not self.doing.done() and waiting() <= before:
            patience.wait(0.01)

    def result(self):
        return self.doing.result()


@contextmanager
def all_beside(*works):
    """A transaction, with those who do `works` beside it and each other."""
    with ThreadPoolExecutor(len(works)) as pool, transaction.atomic():
        yield [Other(pool, work) for work in works]


@contextmanager
def beside(work):
    """A transaction, with somebody who does `work` beside it."""
    with all_beside(work) as [other]:
        yield other

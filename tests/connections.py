"""Work done at another connection, as by somebody else."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def elsewhere(work):
    """Its result, from a connection of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(closing, work).result()


def closing(work):
    try:
        return work()
    finally:
        connection.close()


def write_something():
    """A transaction that counts as one that wrote: it ends after those begun before it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()")

"""While a piece of work without nights goes on: the lease is kept, and who stops it is heard."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event

from django.db import connection


@contextmanager
def beating(beat: Callable[[], None], *, every_s: float) -> Iterator[Callable[[], None]]:
    """Calls `beat` every so often on a thread and a connection of its own, until the work inside is over. Gives what
    the work calls between its statements, on whatever thread; that, and the end, raise what `beat` has raised.

    Inside a transaction nothing is called: another connection would not find what it has not committed.
    """
    if connection.in_atomic_block:
        yield lambda: None
        return
    over = Event()

    def listen() -> None:
        try:
            while not over.wait(every_s):
                beat()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(copy_context().run, listen)

        def go_on() -> None:
            if listening.done():
                listening.result()

        try:
            yield go_on
        finally:
            over.set()
        listening.result()

"""Pieces of work killed at a random instant in a process of their own, and what is wrong once the next one has come."""

import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.db import connection

from collections_app.letters.models import PrintBatch
from crm.imports.operations import batches as imports
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.engine.small_house import forget_the_night, small_house, state as state_of_night
from tests.crm.imports.conftest import AT
from tests.factories.messaging import World
from tests.faults import printing
from tests.faults.batch import LATER, Batch
from tests.faults.sink import Sink
from tests.faults.test_killed_imports import books_with_a_list_to_write, state as state_of_import
from tests.faults.test_killed_nights import NEXT, run as run_night

MAILS = 20
NAMES = tuple(f"Client {number}" for number in range(6))


@dataclass
class Tally:
    """`kills`: work that was killed before its end; `finished`: it was faster. `to_verify`: mails left to a person.
    `recovered_s`: seconds from the last restart of an installation to the end of its work."""

    kills: int = 0
    finished: int = 0
    to_verify: int = 0
    wrong: list[str] = field(default_factory=list)
    recovered_s: list[float] = field(default_factory=list)


@dataclass
class Piece:
    """`work` is killed, `after` does what comes next and returns (mails to verify, what is wrong)."""

    work: Callable[[], object]
    after: Callable[[], tuple[int, list[str]]]


class WorkFailed(Exception):
    """Work in a process of its own ended by itself and not well: what is measured on it would say nothing."""


def in_child(work: Callable[[], object], kill_after: float | None = None) -> bool:
    """Do `work` in a fork of this process, killed after so many seconds; whether it was. WorkFailed otherwise."""
    child = os.fork()
    if child == 0:
        _work_and_end(work)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    killed = kill_after is not None and ended == -signal.SIGKILL
    if ended != 0 and not killed:
        raise WorkFailed(f"Work ended with {ended}; its error stands above.")
    return killed


def _work_and_end(work: Callable[[], object]) -> NoReturn:
    connection.connection = None
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def strike(pieces: Iterator[Piece], kills: int, chance: random.Random) -> Tally:
    """Kill so many pieces, each at an instant drawn over the time one takes that nobody kills."""
    tally = Tally()
    for _ in range(2):  # the first finds nothing in memory
        piece, started = next(pieces), time.perf_counter()
        in_child(piece.work)
        length = time.perf_counter() - started
        piece.after()
    while tally.kills < kills:
        piece = next(pieces)
        killed = in_child(piece.work, chance.uniform(0, length))
        tally.kills, tally.finished = tally.kills + killed, tally.finished + (not killed)
        unclear, wrong = piece.after()
        tally.to_verify += unclear
        tally.wrong += wrong
    return tally


def nights() -> Iterator[Piece]:
    """Two parts side by side, taken up by the next night."""
    world = small_house()
    run_night(world, shards=2)
    undisturbed = state_of_night()

    def after() -> tuple[int, list[str]]:
        run_night(world, NEXT, shards=2)
        return 0, [] if state_of_night() == undisturbed else ["a night ended otherwise"]

    while True:
        forget_the_night()
        yield Piece(lambda: run_night(world, shards=2), after)


def outbox(sink: Sink) -> Iterator[Piece]:
    """Twenty mails over one connection; a person then looks up what is to verify."""
    first = 1_000_000
    while True:
        batch = Batch(first, MAILS)
        first += MAILS
        yield Piece(batch.send, lambda batch=batch: after_sending(batch, sink))


def after_sending(batch: Batch, sink: Sink) -> tuple[int, list[str]]:
    batch.recover()
    unclear = [message for message in batch.messages if of(message).state == "ambiguous"]
    wrong = [f"{len(unclear)} mails to verify on one connection"] if len(unclear) > 1 else []
    for message in unclear:
        messaging.reconcile(of(message), sent=sink.taken[message.message_id] > 0, by=None, at=LATER)  # type: ignore[arg-type]
    batch.recover()
    if set(batch.states()) != {"sent"}:
        wrong.append(f"mails left in {batch.states()}")
    if set(batch.taken(sink)) != {1}:
        wrong.append(f"mails taken {batch.taken(sink)} times")
    return len(unclear), wrong


def of(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def files() -> Iterator[Piece]:
    """A list of open items, written or not at all, then written by the next try."""
    undisturbed = books_with_a_list_to_write()
    imports.write(undisturbed.pk, at=AT)
    end = state_of_import(undisturbed)
    while True:
        batch = books_with_a_list_to_write()
        before = state_of_import(batch)

        def after(batch=batch, before=before) -> tuple[int, list[str]]:  # type: ignore[no-untyped-def]
            wrong = [] if state_of_import(batch) in (before, end) else ["an import was half written"]
            imports.write(batch.pk, at=AT)
            return 0, wrong + ([] if state_of_import(batch) == end else ["an import ended otherwise"])

        yield Piece(lambda batch=batch: imports.write(batch.pk, at=AT), after)


def letters(world: World) -> Iterator[Piece]:
    """A print batch of six letters with its list drawn by typst, always in a child: it would hang in later ones."""
    folder = Path(settings.MEDIA_ROOT)
    entity = printing.letters_to_print(world, NAMES)
    in_child(lambda: printing.prepare(entity))
    end = printing.state(entity, folder)
    while True:
        entity = printing.letters_to_print(world, NAMES)

        def after(entity=entity) -> tuple[int, list[str]]:  # type: ignore[no-untyped-def]
            in_child(lambda: printing.prepare_again(entity))
            found = PrintBatch.objects.filter(entity=entity).count()
            same = printing.state(entity, folder) == end
            return 0, [] if same else [f"a print batch ended otherwise ({found} batches)"]

        yield Piece(lambda entity=entity: printing.prepare(entity), after)

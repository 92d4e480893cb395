"""An import, or its undoing, killed at any statement is written whole by the next try, and once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from crm.accounts.models import Entity
from crm.customers.models import Customer
from crm.events.models import Event
from crm.imports import staging
from crm.imports.models import Batch, FecLine
from crm.imports.operations import batches
from crm.imports.operations.undo import undo
from crm.imports.outcome import Options
from crm.receivables.models import Credit, Invoice, Movement
from crm.timeline.models import Entry
from tests.crm.imports.conftest import AT, balances
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.fec import Ledger, Shape
from tests.faults.killing import killed_at, killed_by_statement, points_of, said_by

HEADER = "Code client;Nom;Facture;Date facture;Échéance;Montant TTC;Reste à payer\n"
FIRST = """A;Alpha;F1;01/02/2026;03/03/2026;100,00;100,00
A;Alpha;F2;15/02/2026;17/03/2026;1 000,00;1 000,00
B;Bêta;F3;20/02/2026;22/03/2026;80,00;80,00
"""
SECOND = """A;Alpha;F2;15/02/2026;17/03/2026;1 000,00;250,50
B;Bêta;F3;20/02/2026;22/03/2026;80,00;80,00
C;Gamma;F4;20/02/2026;22/03/2026;30,00;30,00
"""
JANUARY, FEBRUARY = date(2026, 1, 5), date(2026, 2, 1)
# Every row an import writes, without its numbers.
ROWS: dict[Any, str] = {
    Customer: "external_id name",
    Invoice: "customer__external_id external_id number installment kind issued_on due_on due_on_source currency amount"
    " open_amount settled_on label books_amount recorded_at",
    Credit: "customer__external_id external_id number kind received_on currency amount open_amount label books_amount"
    " names_invoice__external_id recorded_at",
    Movement: "customer__external_id invoice__external_id credit__external_id kind currency amount on at reason",
    FecLine: "customer__external_id letter amount entered_on",
    Entry: "customer__external_id kind subject",
}


def confirmed(entity: Entity, name: str, content: bytes, options: Options) -> Batch:
    """A file that a person has confirmed and no worker has written yet."""
    person = UserFactory()
    batch = batches.receive(entity=entity, upload=SimpleUploadedFile(name, content), options=options, by=person, at=AT)
    batches.read(batch.pk, at=AT)
    batches.confirm(batch, options=options, by=person, at=AT)
    return batch


def a_list(entity: Entity, text: str) -> Batch:
    """Complete: what it does not name is closed."""
    return confirmed(entity, "list.csv", (HEADER + text).encode(), Options(mode="snapshot", closing_confirmed=True))


def books_with_a_list_to_write() -> Batch:
    entity = EntityFactory()
    batches.write(a_list(entity, FIRST).pk, at=AT)
    return a_list(entity, SECOND)


def a_fec(entity: Entity, ledger: Ledger) -> Batch:
    with TemporaryDirectory() as folder:
        content = Shape().write(ledger, Path(folder) / "fec.txt").read_bytes()
    return confirmed(entity, "fec.txt", content, Options())


def books_with_a_fec_to_write() -> Batch:
    """What it brings: a payment lettered with an invoice known before, one of nobody's, a customer."""
    entity = EntityFactory()
    ledger = Ledger().sale(JANUARY, "A", "100.00", "AA").sale(JANUARY, "B", "80.00")
    batches.write(a_fec(entity, ledger).pk, at=AT)
    ledger.payment(FEBRUARY, "A", "60.00", "AA").payment(FEBRUARY, "B", "30.00").sale(FEBRUARY, "C", "40.00")
    return a_fec(entity, ledger)


def books_with_a_fec_to_undo() -> Batch:
    batch = books_with_a_fec_to_write()
    write(batch)
    return batch


def write(batch: Batch) -> None:
    batches.write(batch.pk, at=AT)


def take_back(batch: Batch) -> None:
    undo(Batch.objects.get(pk=batch.pk), by=None, at=AT)


@dataclass(frozen=True)
class Work:
    """`books`: where `do` is still to be done."""

    books: Callable[[], Batch]
    do: Callable[[Batch], None]


WORKS = {
    "a list is written": Work(books_with_a_list_to_write, write),
    "a FEC is written": Work(books_with_a_fec_to_write, write),
    "a FEC is undone": Work(books_with_a_fec_to_undo, take_back),
}


def state(batch: Batch) -> tuple[object, ...]:
    """The ledger, row by row, and what was told of it."""
    batch.refresh_from_db()
    mine = {model: model.objects.filter(entity=batch.entity) for model in ROWS}
    rows = {model.__name__: sorted(mine[model].values_list(*names.split()), key=repr) for model, names in ROWS.items()}
    told = Event.objects.filter(entity_id=batch.entity_id)
    return batch.status, balances(batch.entity), rows, sorted(told.values_list("kind", flat=True))


def next_try(work: Work, batch: Batch) -> tuple[object, ...]:
    """What the next worker leaves; taken back, so that the same books are killed at the next place too."""
    with transaction.atomic():
        work.do(batch)
        left = state(batch)
        transaction.set_rollback(True)
    return left


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WORKS)
def test_killed_anywhere_it_is_done_by_the_next_try_as_if_nothing_had_happened(name):
    work = WORKS[name]
    undisturbed, batch = work.books(), work.books()
    points = points_of(lambda: work.do(undisturbed), staging)
    before, after = state(batch), state(undisturbed)
    assert len(points) > 10
    for point in points:
        assert killed_at(point, lambda: work.do(batch)), point
        assert (point, state(batch)) == (point, before)
        assert (point, next_try(work, batch)) == (point, after)
    work.do(batch)
    assert state(batch) == after


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WORKS)
def test_killed_at_its_commit_it_is_done_or_not(name):
    work = WORKS[name]
    undisturbed, batch = work.books(), work.books()
    commit = said_by(lambda: work.do(undisturbed)).index("COMMIT") + 1
    before, after = state(batch), state(undisturbed)
    assert before != after
    assert killed_by_statement(lambda: work.do(batch), before=commit)
    assert (state(batch), next_try(work, batch)) == (before, after)
    assert killed_by_statement(lambda: work.do(batch), after=commit)
    assert state(batch) == after

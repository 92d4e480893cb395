"""A print batch killed anywhere is made, changed or posted by the next try, with one file and nothing beside it.

Letters are drawn by a stand-in: typst, once used in a process, hangs in those it forks.
"""

import itertools
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from collections_app.letters import batches, pdf
from collections_app.letters.models import PrintBatch, PrintedLetter
from crm.accounts.models import Entity, User
from telephony.core.outgoing import Attachment, Prepared
from telephony.messaging.models import Message
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import AT, planned
from tests.faults.killing import killed_at, killed_by_statement, said_by

pytestmark = pytest.mark.django_db(transaction=True)
ON = AT.date()
NOW = AT + timedelta(seconds=1)
numbers = itertools.count(1)


def drawn(words: str) -> bytes:
    writer, written = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": words})
    writer.write(written)
    return written.getvalue()


@pytest.fixture(autouse=True)
def _drawing(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(pdf, "compiled", lambda layout, data, at: drawn(layout))


@pytest.fixture
def house(world):
    """Makes a creditor with two letters that wait."""
    world.prepared = Prepared(
        subject="Rappel", text="Bonjour", attachments=(Attachment("lettre.pdf", drawn("letter")),)
    )

    def make() -> Entity:
        entity = EntityFactory()
        for name in ("Alpes", "Zinc"):
            customer = CustomerFactory(entity=entity, name=name)
            planned(next(numbers), AddressFactory(customer=customer, post=True))
        return entity

    return make


def state(entity: Entity, folder: Path) -> object:
    """Batches with their letters, what became of the messages, and the pages of the files there are."""
    letters = PrintedLetter.objects.filter(batch__entity=entity).order_by("batch", "position")
    messages = Message.objects.filter(entity=entity).order_by("customer__name")
    pages = {path.name: len(PdfReader(path).pages) for path in folder.rglob(f"{entity.code}-*.pdf")}
    named = {Path(batch.file.name).name for batch in PrintBatch.objects.filter(entity=entity) if batch.file}
    return (
        list(PrintBatch.objects.filter(entity=entity).order_by("pk").values_list("state", "number", "pages")),
        list(letters.values_list("message__customer__name", "position", "pages", "taken_out_at")),
        [(message.state, message.attempts.count(), message.enclosures.count()) for message in messages],
        (sorted(pages.values()), pages.keys() == named),
    )


def prepare(entity: Entity) -> PrintBatch:
    return batches.prepare_batch(entity, on=ON, by=None, at=NOW)


def prepare_again(entity: Entity) -> None:
    """As a person does who finds no batch, or the batch, in the list."""
    if not PrintBatch.objects.filter(entity=entity).exists():
        prepare(entity)


def test_preparing_killed_after_each_statement(house, tmp_path):
    entity = house()
    said = said_by(lambda: prepare(entity))
    undisturbed = state(entity, tmp_path)
    assert len(said) > 25
    for number in range(1, len(said) + 1):
        entity = house()
        assert killed_by_statement(lambda entity=entity: prepare(entity), after=number), said[number - 1]
        prepare_again(entity)
        assert (number, said[number - 1], state(entity, tmp_path)) == (number, said[number - 1], undisturbed)


POINTS = ["letters: composed", "letters: before file", "letters: after file", "letters: before removing"]


@pytest.mark.parametrize("point", [*POINTS, "letters: after removing"])
def test_preparing_killed_at_each_named_point(house, tmp_path, point):
    entity = house()
    prepare(entity)
    undisturbed = state(entity, tmp_path)
    entity = house()
    assert killed_at(point, lambda: prepare(entity))
    prepare_again(entity)
    assert state(entity, tmp_path) == undisturbed


def take_out(batch: PrintBatch, by: User) -> None:
    """One letter leaves; as a person does who finds it still there, or not."""
    if letter := batch.letters.filter(taken_out_at=None, position=1).first():
        batches.cancel_letter(letter, by=by, at=NOW)


def finish(entity: Entity, by: User) -> None:
    batch = PrintBatch.objects.get(entity=entity)
    take_out(batch, by)
    if batch.state == "prepared":
        batches.mark_posted(batch, on=ON, by=by, at=NOW, today=ON)


@pytest.mark.parametrize("work", [take_out, lambda batch, by: finish(batch.entity, by)], ids=["taking out", "posting"])
def test_changing_and_posting_killed_after_each_statement(house, tmp_path, work):
    by, entity = UserFactory(), house()
    batch = prepare(entity)
    said = said_by(lambda: work(batch, by))
    finish(entity, by)
    undisturbed = state(entity, tmp_path)
    for number in range(1, len(said) + 1):
        entity = house()
        batch = prepare(entity)
        assert killed_by_statement(lambda batch=batch: work(batch, by), after=number), said[number - 1]
        finish(entity, by)
        assert (number, said[number - 1], state(entity, tmp_path)) == (number, said[number - 1], undisturbed)


@pytest.mark.parametrize("point", POINTS[1:])
def test_the_file_is_never_missing_while_it_is_replaced(house, tmp_path, point):
    by, entity = UserFactory(), house()
    batch = prepare(entity)
    assert killed_at(point, lambda: take_out(batch, by))
    batch.refresh_from_db()
    left = batch.letters.filter(taken_out_at=None).count()
    assert len(PdfReader(BytesIO(batch.file.read())).pages) == 1 + left
    finish(entity, by)
    assert state(entity, tmp_path)[3] == ([2], True)

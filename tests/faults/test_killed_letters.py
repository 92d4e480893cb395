"""A print batch killed anywhere is made, changed or posted by the next try, with one file and nothing beside it.

Letters are drawn by a stand-in: typst, once used in a process, hangs in those it forks.
"""

from io import BytesIO

import pytest
from pypdf import PdfReader

from collections_app.letters import batches, pdf
from collections_app.letters.models import PrintBatch
from crm.accounts.models import Entity, User
from tests.factories.accounts import UserFactory
from tests.faults.killing import killed_at, killed_by_statement, said_by
from tests.faults.printing import NOW, ON, drawn, letters_to_print, prepare, prepare_again, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _drawing(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(pdf, "compiled", lambda layout, data, at: drawn(layout))


@pytest.fixture
def house(world):
    """Makes a creditor with two letters that wait."""
    return lambda: letters_to_print(world)


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


def test_preparing_killed_at_each_named_point(house, tmp_path):
    entity = house()
    prepare(entity)
    undisturbed = state(entity, tmp_path)
    for point in (*POINTS, "letters: after removing"):
        entity = house()
        assert killed_at(point, lambda entity=entity: prepare(entity)), point
        prepare_again(entity)
        assert (point, state(entity, tmp_path)) == (point, undisturbed)


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


def test_the_file_is_never_missing_while_it_is_replaced(house, tmp_path):
    by = UserFactory()
    for point in POINTS[1:]:
        entity = house()
        batch = prepare(entity)
        assert killed_at(point, lambda batch=batch: take_out(batch, by)), point
        batch.refresh_from_db()
        left = batch.letters.filter(taken_out_at=None).count()
        assert (point, len(PdfReader(BytesIO(batch.file.read())).pages)) == (point, 1 + left)
        finish(entity, by)
        assert (point, state(entity, tmp_path)[3]) == (point, ([2], True))

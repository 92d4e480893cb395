"""An import killed at any statement is written whole by the next try, and once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from crm.accounts.models import Entity
from crm.imports import staging
from crm.imports.models import Batch
from crm.imports.operations import batches
from crm.imports.outcome import Options
from crm.timeline.models import Entry
from tests.crm.imports.conftest import AT, balances, open_items
from tests.factories.accounts import EntityFactory, UserFactory
from tests.faults.killing import killed_at, points_of

HEADER = "Code client;Nom;Facture;Date facture;Échéance;Montant TTC;Reste à payer\n"
FIRST = """A;Alpha;F1;01/02/2026;03/03/2026;100,00;100,00
A;Alpha;F2;15/02/2026;17/03/2026;1 000,00;1 000,00
B;Bêta;F3;20/02/2026;22/03/2026;80,00;80,00
"""
SECOND = """A;Alpha;F2;15/02/2026;17/03/2026;1 000,00;250,50
B;Bêta;F3;20/02/2026;22/03/2026;80,00;80,00
C;Gamma;F4;20/02/2026;22/03/2026;30,00;30,00
"""


def confirmed(entity: Entity, text: str) -> Batch:
    """A complete list that a person has confirmed and no worker has written yet."""
    person, options = UserFactory(), Options(mode="snapshot", closing_confirmed=True)
    upload = SimpleUploadedFile("list.csv", (HEADER + text).encode())
    batch = batches.receive(entity=entity, upload=upload, options=options, by=person, at=AT)
    batches.read(batch.pk, at=AT)
    batches.confirm(batch, options=options, by=person, at=AT)
    return batch


def books_with_a_list_to_write() -> Batch:
    entity = EntityFactory()
    batches.write(confirmed(entity, FIRST).pk, at=AT)
    return confirmed(entity, SECOND)


def state(batch: Batch) -> tuple[object, ...]:
    batch.refresh_from_db()
    entries = Entry.objects.filter(entity=batch.entity).count()
    return batch.status, balances(batch.entity), open_items(batch.entity), entries


def next_try(batch: Batch) -> tuple[object, ...]:
    """What the next worker leaves; taken back, so that the same books are killed at the next place too."""
    with transaction.atomic():
        batches.write(batch.pk, at=AT)
        left = state(batch)
        transaction.set_rollback(True)
    return left


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_anywhere_is_written_by_the_next_try_as_if_nothing_had_happened():
    undisturbed, batch = books_with_a_list_to_write(), books_with_a_list_to_write()
    points = points_of(lambda: batches.write(undisturbed.pk, at=AT), staging)
    before, after = state(batch), state(undisturbed)
    assert len(points) > 10
    for point in points:
        assert killed_at(point, lambda: batches.write(batch.pk, at=AT)), point
        assert (point, state(batch)) == (point, before)
        assert (point, next_try(batch)) == (point, after)
    batches.write(batch.pk, at=AT)
    assert state(batch) == after

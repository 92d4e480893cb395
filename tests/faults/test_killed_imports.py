"""An import killed at any statement is written whole by the next try, and once."""

import os
import signal
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from crm.accounts.models import Entity
from crm.imports import staging
from crm.imports.models import Batch
from crm.imports.operations import batches
from crm.imports.outcome import Options
from crm.timeline.models import Entry
from tests.crm.imports.conftest import AT, balances, open_items
from tests.factories.accounts import EntityFactory, UserFactory

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
    batches.confirm(batch, options=options, by=person)
    return batch


def books_with_a_list_to_write() -> Batch:
    entity = EntityFactory()
    batches.write(confirmed(entity, FIRST).pk, at=AT)
    return confirmed(entity, SECOND)


def state(batch: Batch) -> tuple[object, ...]:
    batch.refresh_from_db()
    entries = Entry.objects.filter(entity=batch.entity).count()
    return batch.status, balances(batch.entity), open_items(batch.entity), entries


def points_of(work: Callable[[], None]) -> list[str]:
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "crash_point", seen.append)
        work()
    return list(dict.fromkeys(seen))


def killed_at(point: str, batch: Batch) -> int:
    connection.close()
    child = os.fork()
    if child == 0:
        os.environ["ACQUIT_CRASH_AT"] = point
        batches.write(batch.pk, at=AT)
        os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_anywhere_is_written_by_the_next_try_as_if_nothing_had_happened():
    undisturbed = books_with_a_list_to_write()
    points = points_of(lambda: batches.write(undisturbed.pk, at=AT))
    assert len(points) > 10
    for point in points:
        batch = books_with_a_list_to_write()
        before = state(batch)
        assert (point, killed_at(point, batch)) == (point, signal.SIGKILL)
        assert (point, state(batch)) == (point, before)
        batches.write(batch.pk, at=AT)
        assert (point, state(batch)) == (point, state(undisturbed))

import pytest

from collections_app.engine.models import Run
from crm.imports.errors import CannotUndo
from crm.imports.models import Batch
from crm.imports.operations.undo import ask_undo
from tests.crm.imports.conftest import AT
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_import_is_not_taken_back_from_under_a_night_of_its_entity():
    ours, theirs = EntityFactory(), EntityFactory()
    batch = Batch.objects.create(entity=ours, file_name="l.csv", created_at=AT, status="done", format="open_items")
    Run.objects.create(entity=theirs, on=AT.date(), started_at=AT)
    run = Run.objects.create(entity=ours, on=AT.date(), started_at=AT)
    with pytest.raises(CannotUndo, match="une nuit de cette entité est en cours"):
        ask_undo(batch, by=UserFactory(), at=AT)
    Run.objects.filter(pk=run.pk).update(state="done", finished_at=AT)
    ask_undo(batch, by=UserFactory(), at=AT)
    assert Batch.objects.get().status == "undoing"

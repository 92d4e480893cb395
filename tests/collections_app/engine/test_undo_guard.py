from datetime import timedelta

import pytest
from django.urls import reverse

from collections_app.actions.models import Action
from collections_app.engine.asked import ask_night
from collections_app.engine.exceptions import ImportBeingUndone
from collections_app.engine.models import Run
from collections_app.engine.tasks import start_night
from crm.imports.errors import CannotUndo
from crm.imports.models import Batch
from crm.imports.operations import import_file
from crm.imports.operations.undo import ask_undo, undo_asked
from crm.imports.outcome import Options
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.crm.imports.conftest import AT
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
MARCH_2 = MARCH_1 + timedelta(days=1)


@pytest.fixture
def world(tmp_path) -> World:
    """Somebody asked to undo an import of an invoice that is to be reminded of."""
    world = World({"offset_days": 5, "email": True})
    path = tmp_path / "wrong.csv"
    path.write_text("client;facture;echeance;solde;email\nA;F1;10/02/2026;100;a@x.example\n")
    import_file(path, entity=world.entity, options=Options(), by=None, at=noon(MARCH_1))
    ask_undo(Batch.objects.get(), by=UserFactory(), at=noon(MARCH_1))
    return world


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


def test_a_night_waits_until_what_is_being_undone_is_gone(world):
    with pytest.raises(ImportBeingUndone):
        world.night(MARCH_2)
    start_night(world.entity.pk, MARCH_2.isoformat())
    assert (Run.objects.count(), Action.objects.count()) == (0, 0)
    undo_asked(Batch.objects.get().pk, at=noon(MARCH_2))
    assert (Batch.objects.get().status, Invoice.objects.count()) == ("undone", 0)
    world.night(MARCH_2)
    assert (Run.objects.get().state, Action.objects.count()) == ("done", 0)


def test_nights_of_other_entities_do_not_wait(world):
    other = World({"offset_days": 5, "email": True})
    other.night(MARCH_2)
    assert Run.objects.get().entity == other.entity


def test_a_night_that_has_begun_goes_on(world):
    """Its worker was lost, and the undoing waits for it: it would for ever."""
    Run.objects.create(
        entity=world.entity, on=MARCH_2, started_at=noon(MARCH_2), lease_until=noon(MARCH_2) - timedelta(days=1)
    )
    world.night(MARCH_2)
    assert Run.objects.get().state == "done"


def test_one_asked_for_is_refused_with_the_reason(world):
    with pytest.raises(ImportBeingUndone, match="est en cours d’annulation"):
        ask_night(world.entity, on=MARCH_2, by=UserFactory(), at=noon(MARCH_2))


@pytest.mark.parametrize("where", ["supervision", "admin:engine_run_changelist"])
def test_the_pages_of_nights_say_what_they_wait_for(world, client, where):
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    said = "L’import de wrong.csv est en cours d’annulation"
    assert said in client.get(reverse(where)).text
    undo_asked(Batch.objects.get().pk, at=noon(MARCH_2))
    assert said not in client.get(reverse(where)).text

"""What supervision shows of what its reader sees: the work of his teams, the nights that are still to be done again."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from collections_app.dashboards.queries import nights_failed, workloads
from collections_app.engine.models import Run
from crm.accounts.calendars import Days
from crm.imports.models import Batch
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
DAYS = Days(date(2026, 3, 2))
OF_ENTITIES = ("admin:letters_printbatch_changelist", "admin:messaging_message_changelist")


@pytest.fixture
def teams():
    """Two of one entity."""
    return TeamFactory.create_batch(2, entity=EntityFactory())


@pytest.fixture
def worker(teams):
    """With a task of each team, and one in another entity."""
    person = UserFactory()
    for customer in [CustomerFactory(entity=team.entity, team=team) for team in teams]:
        ActionFactory(customer=customer, owner=person)
    ActionFactory(owner=person)
    return person


def loads(user):
    return [(load.user, load.waiting) for load in workloads(user, days=DAYS)]


def test_the_workload_is_of_the_customers_he_sees(teams, worker):
    of_one, of_both = (UserFactory(supervisor=True, sees=seen) for seen in (teams[0], teams[0].entity))
    own = UserFactory(supervisor=True)
    ActionFactory(customer__entity=teams[0].entity, customer__collector=own, owner=own)
    assert (loads(of_one), loads(own)) == ([(worker, 1)], [(own, 1)])
    assert loads(of_both) == [(worker, 2), (own, 1)]
    assert loads(UserFactory(administrator=True)) == [(worker, 3), (own, 1)]


@pytest.mark.parametrize(("whole", "shown"), [(True, [True, True, False]), (False, [False, False, True])])
def test_what_is_told_of_whole_entities_is_not_shown_as_none_to_who_sees_a_team(client, teams, whole, shown):
    client.force_login(UserFactory(supervisor=True, sees=teams[0].entity if whole else teams[0]))
    told = client.get(reverse("supervision")).content.decode()
    parts = [*(reverse(name) in told.split("</dl>")[0] for name in OF_ENTITIES), "d’une entité entière" in told]
    assert parts == shown


def test_the_link_of_nights_not_made_good_shows_these_alone(client):
    entity, other = EntityFactory.create_batch(2)
    at = datetime(2026, 3, 2, 4, tzinfo=UTC)
    lived = [(entity, "failed"), (entity, "done"), (entity, "failed"), (entity, "failed"), (other, "failed")]
    nights = [
        Run.objects.create(entity=house, on=date(2026, 3, day), state=state, started_at=at)
        for day, (house, state) in enumerate(lived, start=1)
    ]
    client.force_login(UserFactory(supervisor=True, sees=entity))
    answer = client.get(reverse("supervision"))
    link = re.search(rf'href="({reverse("admin:engine_run_changelist")}[?][^"]*)"', answer.content.decode())[1]
    assert set(client.get(link).context["cl"].result_list) == {nights[2], nights[3]}
    assert answer.context["nights_failed"] == 2


@pytest.mark.parametrize(
    ("live_since", "told"), [(None, 0), (date(2026, 3, 3), 0), (date(2026, 3, 2), 1), (date(2026, 1, 5), 1)]
)
def test_a_night_tried_before_the_entity_was_live_or_of_one_that_is_no_more_waits_for_nobody(live_since, told):
    entity = EntityFactory(live_since=live_since)
    at = datetime(2026, 3, 2, 4, tzinfo=UTC)
    Run.objects.create(entity=entity, on=at.date(), state="failed", started_at=at)
    assert nights_failed(UserFactory(supervisor=True, sees=entity)) == told


@pytest.mark.parametrize(("imported", "told"), [(None, "Aucun import"), (4, "Le dernier import est du"), (0, "")])
def test_books_are_too_old_until_an_import_comes(client, imported, told):
    entity = EntityFactory(stale_after_days=3)
    now = timezone.now()
    Run.objects.create(entity=entity, on=now.date(), state="done", started_at=now, stale=not told)
    if imported is not None:
        at = now - timedelta(days=imported)
        Batch.objects.create(entity=entity, format="fec", status="done", file_name="f", created_at=at, finished_at=at)
    client.force_login(UserFactory(supervisor=True, sees=entity))
    page = client.get(reverse("supervision")).content.decode()
    assert (told in page, "rien ne part automatiquement" in page) == (True, bool(told))

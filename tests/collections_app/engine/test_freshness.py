"""Books that have not come in for too long: the night decides, nothing leaves by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from collections_app.actions.models import Action, Refusal
from collections_app.actions.operations import send_now
from collections_app.dashboards.queries import mornings
from collections_app.engine.models import Run
from crm.core import sql
from crm.imports.feeds.noting import note_feed
from crm.imports.models import Batch
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.engine.world import World, noon
from tests.factories.accounts import UserFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world

pytestmark = pytest.mark.django_db
MARCH_3 = date(2026, 3, 3)


@pytest.fixture
def world():
    """A reminder that leaves by itself, in an entity whose books are stale after 3 days."""
    world = World({"offset_days": 5, "email": True}, stale_after_days=3)
    TemplateVersionFactory(template=world.steps[0].template)
    world.invoice(world.customer(), late=6, on=MARCH_3)
    return world


def imported(world, on, **fields):
    values = {"format": "open_items", "status": "done", "file_name": "items.csv"} | fields
    return Batch.objects.create(entity=world.entity, created_at=noon(on), finished_at=noon(on), **values)


def fresh(world, on=MARCH_3):
    world.night(on)
    run = Run.objects.latest("pk")
    return run.books_on, run.stale


@pytest.mark.parametrize(("days", "stale"), [(0, False), (3, False), (4, True)])
def test_books_are_stale_after_more_days_than_the_entity_says(world, days, stale):
    seen = MARCH_3 - timedelta(days=days)
    imported(world, seen)
    assert fresh(world) == (seen, stale)
    assert Message.objects.count() == (0 if stale else 1)


def test_stale_books_open_the_step_and_keep_it_home_with_the_reason(world):
    imported(world, MARCH_3 - timedelta(days=9))
    report = world.night(MARCH_3)
    assert (report.actions_opened, report.blocked) == ({"s5": 1}, {"freshness": 1})
    assert Action.objects.get().state == "scheduled"
    assert list(Refusal.objects.values_list("gate", "rule")) == [("freshness", "books_stale")]


def test_what_waited_leaves_once_an_import_has_come(world):
    imported(world, MARCH_3 - timedelta(days=9))
    world.night(MARCH_3)
    imported(world, MARCH_3)
    world.night(MARCH_3 + timedelta(days=1))
    assert Message.objects.count() == 1


def test_books_that_grow_stale_in_the_outbox_keep_the_message_home(world):
    imported(world, MARCH_3)
    world.night(MARCH_3)
    with a_world() as network:
        assert messaging.send_one(Message.objects.get().pk, noon(MARCH_3 + timedelta(days=4))) == "blocked"
    assert network.sent == []


def test_a_person_may_still_send(world):
    world.night(MARCH_3)
    Action.objects.update(mode="todo", state="todo")
    message = send_now(Action.objects.get(), by=world.person, at=noon(MARCH_3))
    with a_world():
        assert messaging.send_one(message.pk, noon(MARCH_3)) == "sent"


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "customers"},
        {"status": "refused"},
        {"status": "undone", "undone_at": noon(MARCH_3)},
        {"format": "payments", "rows_read": 2, "rows_rejected": 2},
    ],
)
def test_what_brought_no_books_does_not_count(world, fields):
    imported(world, MARCH_3, **fields)
    assert fresh(world) == (None, True)


def test_a_file_of_which_a_row_was_taken_counts(world):
    imported(world, MARCH_3, rows_read=2, rows_rejected=1)
    assert fresh(world) == (MARCH_3, False)


def test_books_sent_through_the_api_count(world):
    note_feed(world.entity, at=noon(MARCH_3))
    note_feed(world.entity, at=noon(MARCH_3 - timedelta(days=9)))
    assert fresh(world) == (MARCH_3, False)


def test_an_entity_that_set_no_limit_is_not_checked(world):
    world.entity.stale_after_days = None
    world.entity.save()
    assert fresh(world) == (None, False)
    assert Message.objects.count() == 1


def test_the_day_of_an_import_is_that_of_the_entity(world):
    Batch.objects.create(
        entity=world.entity, format="fec", status="done", file_name="fec.txt",
        created_at=noon(MARCH_3), finished_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
    )  # fmt: skip
    assert fresh(world) == (date(2026, 3, 2), False)


STALE = """
create or replace function books_of(p_entity bigint, p_day date, p_at timestamptz)
returns table (books_on date, stale boolean) language sql stable as $$ select p_day, true $$
"""


def test_one_rule_says_when_they_are(world):
    """The night, what leaves, Supervision and the watch ask the database for it."""
    imported(world, MARCH_3)
    with connection.cursor() as cursor:
        cursor.execute(STALE)
    assert fresh(world) == (MARCH_3, True)
    assert set(Refusal.objects.values_list("rule", flat=True)) == {"books_stale"}
    [morning] = mornings(UserFactory(sees=world.entity), at=noon(MARCH_3))
    [watched] = sql.rows("config.watching", "nights", {"at": noon(MARCH_3)})
    assert (morning.books_on, morning.stale, watched["stale"]) == (MARCH_3, True, True)


@pytest.mark.parametrize("page", ["supervision", "admin:engine_run_change"])
def test_the_pages_say_it(client, world, page):
    imported(world, MARCH_3 - timedelta(days=9))
    world.night(MARCH_3)
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    place = reverse(page, args=[] if page == "supervision" else [Run.objects.get().pk])
    text = client.get(place).content.decode().replace("\u00a0", " ")
    assert "Le dernier import est du 22/02/2026 : la comptabilité est trop ancienne" in text

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from collections_app.engine.exceptions import NightAlreadyRunning
from collections_app.engine.leases import LEASE, take_run
from collections_app.engine.models import AskedNight, Run
from collections_app.engine.tasks import start_asked_night
from collections_app.letters.models import PrintBatch, PrintedLetter
from crm.accounts.calendars import today
from crm.accounts.models import EntityClosure
from crm.law.models import Holiday
from telephony.messaging.models import Message
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory
from tests.factories.messaging import planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6)
    world.night()
    return world


def page(client, name, user, *args):
    client.force_login(user)
    return client.get(reverse(name, args=args))


def test_a_supervisor_reads_what_the_night_did(client, world):
    user = UserFactory(supervisor=True, sees=world.entity)
    text = page(client, "admin:engine_run_change", user, Run.objects.get().pk).content.decode()
    assert "Décider ce qu’il faut à chaque compte" in text
    assert "Étape +5" in text


def test_a_night_says_whom_it_looked_at(client, world):
    user = UserFactory(supervisor=True, sees=world.entity)
    world.invoice(world.customer(), late=1)
    world.night(MARCH_1 + timedelta(days=1))
    told = [
        page(client, "admin:engine_run_change", user, run.pk).context["looked_at"] for run in Run.objects.order_by("pk")
    ]
    assert told == [
        "Il a regardé tous les clients.",
        "Il a regardé 1 client : pour aucun autre rien n’a pu changer.",
    ]


def test_nights_of_other_entities_stay_hidden(client, world):
    user = UserFactory(supervisor=True, sees=EntityFactory())
    assert page(client, "admin:engine_run_change", user, Run.objects.get().pk).status_code == 404


def test_the_button_leads_to_the_night_it_started(client, world, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr("collections_app.engine.tasks.start_asked_night.delay", lambda *args: asked.append(args))
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    with django_capture_on_commit_callbacks(execute=True):
        waits = client.post(reverse("admin:engine_run_start"), {"entity": world.entity.pk})["Location"]
    assert (asked, client.get(waits).status_code) == ([(AskedNight.objects.get().pk,)], 200)
    world.night(today(world.entity, timezone.now()))
    url = reverse("admin:engine_run_change", args=[Run.objects.latest("pk").pk])
    assert client.get(waits)["Location"] == url
    assert client.get(waits, headers={"HX-Request": "true"})["HX-Redirect"] == url


@pytest.mark.parametrize("days_ago", [0, 1])
def test_the_button_leads_to_the_night_that_goes_on_with_what_a_lost_worker_left(client, world, monkeypatch, days_ago):
    now = timezone.now()
    on, lost_at = today(world.entity, now), now - timedelta(days=1)
    Run.objects.create(
        entity=world.entity, on=on - timedelta(days=days_ago), started_at=lost_at, lease_until=lost_at + LEASE
    )
    monkeypatch.setattr("collections_app.engine.tasks.start_asked_night.delay", lambda *args: None)
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    waits = client.post(reverse("admin:engine_run_start"), {"entity": world.entity.pk})["Location"]
    run = take_run(world.entity, on=on, clock=timezone.now, by=None)
    assert client.get(waits)["Location"] == reverse("admin:engine_run_change", args=[run.pk])


def asked_beside(client, world, monkeypatch, callbacks):
    """The night of today asked for while that of yesterday seems lost, which another worker then goes on with."""
    now = timezone.now()
    on, lost_at = today(world.entity, now), now - timedelta(days=1)
    Run.objects.create(entity=world.entity, on=on - timedelta(days=1), started_at=lost_at, lease_until=lost_at + LEASE)
    sent = []
    monkeypatch.setattr("collections_app.engine.tasks.start_asked_night.delay", lambda *args: sent.append(args))
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    with callbacks(execute=True):
        waits = client.post(reverse("admin:engine_run_start"), {"entity": world.entity.pk})["Location"]
    take_run(world.entity, on=on - timedelta(days=1), clock=timezone.now, by=None)
    return waits, sent, on - timedelta(days=1)


def test_a_night_refused_in_the_worker_is_told_on_the_page_that_waits(
    client, world, monkeypatch, django_capture_on_commit_callbacks
):
    waits, sent, other = asked_beside(client, world, monkeypatch, django_capture_on_commit_callbacks)
    assert "HX-Redirect" not in client.get(waits, headers={"HX-Request": "true"})
    start_asked_night(*sent[0])
    assert client.get(waits, headers={"HX-Request": "true"})["HX-Redirect"] == waits
    page = client.get(waits)
    assert page.context["title"] == f"Le traitement de {world.entity.legal_name} n’a pas démarré"
    assert page.context["error"] == str(NightAlreadyRunning(other))
    assert "hx-get" not in page.content.decode()


def test_it_is_told_in_the_language_of_who_waits(client, world, monkeypatch, django_capture_on_commit_callbacks):
    waits, sent, other = asked_beside(client, world, monkeypatch, django_capture_on_commit_callbacks)
    start_asked_night(*sent[0])
    client.force_login(UserFactory(supervisor=True, sees=world.entity, language="en"))
    assert f"A night run of this entity is already running (for {other:%d/%m/%Y})" in client.get(waits).context["error"]


def test_who_does_not_see_the_entity_does_not_read_what_became_of_its_night(
    client, world, monkeypatch, django_capture_on_commit_callbacks
):
    waits, _sent, _other = asked_beside(client, world, monkeypatch, django_capture_on_commit_callbacks)
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    assert client.get(waits).status_code == 404


def test_what_became_of_nights_asked_for_is_forgotten_after_a_month(client, world, monkeypatch):
    monkeypatch.setattr("collections_app.engine.tasks.start_asked_night.delay", lambda *args: None)
    long_ago = timezone.now() - timedelta(days=31)
    AskedNight.objects.create(entity=world.entity, on=MARCH_1, after=0, asked_at=long_ago)
    elsewhere = AskedNight.objects.create(entity=EntityFactory(), on=MARCH_1, after=0, asked_at=long_ago)
    user = UserFactory(supervisor=True, sees=world.entity)
    client.force_login(user)
    client.post(reverse("admin:engine_run_start"), {"entity": world.entity.pk})
    assert [asked.asked_by for asked in AskedNight.objects.order_by("pk")] == [elsewhere.asked_by, user]


def test_the_button_says_why_no_night_begins(client, world):
    later = timezone.now() + timedelta(hours=1)
    Run.objects.create(entity=world.entity, on=today(world.entity, later), started_at=later, lease_until=later)
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    answer = client.post(reverse("admin:engine_run_start"), {"entity": world.entity.pk}, follow=True)
    assert "déjà en cours" in answer.content.decode()


def test_an_auditor_starts_no_night(client, world):
    client.force_login(UserFactory(auditor=True, sees=world.entity))
    answer = client.post(reverse("admin:engine_run_start"), {"entity": world.entity.pk})
    assert answer.status_code == 403


@pytest.mark.parametrize(("role", "status"), [("supervisor", 200), ("auditor", 200), ("integrator", 403)])
def test_supervision_is_for_who_leads_or_audits(client, world, role, status):
    user = UserFactory(**{role: True}, sees=world.entity)
    assert page(client, "supervision", user).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_supervision_costs_the_same_for_any_number_of_entities(client, count, django_assert_max_num_queries):
    houses = [World({"offset_days": 5}) for _ in range(count)]
    for house in houses:
        house.invoice(house.customer(), late=6)
        house.night()
    client.force_login(UserFactory(supervisor=True, sees=[house.entity for house in houses]))
    with django_assert_max_num_queries(27):
        assert client.get(reverse("supervision")).status_code == 200


@pytest.mark.parametrize(
    ("working_days", "kind", "told"),
    [
        ([1, 2, 3, 4, 5], "", True),
        ([1, 2, 3, 4, 5, 6, 7], "", False),
        ([1, 2, 3, 4, 5, 6, 7], "holiday", True),
        ([1, 2, 3, 4, 5, 6, 7], "closure", True),
        ([1, 2, 3, 4, 5, 6, 7], "closure elsewhere", False),
    ],
)
def test_supervision_says_why_a_night_of_a_day_off_opens_little(client, world, working_days, kind, told):
    world.entity.working_days = working_days
    world.entity.save()
    if kind == "holiday":
        Holiday.objects.create(jurisdiction=world.entity.jurisdiction, on=MARCH_1, name="x")
    elif kind:
        EntityClosure.objects.create(entity=world.entity if kind == "closure" else EntityFactory(), on=MARCH_1)
    user = UserFactory(supervisor=True, sees=world.entity)
    assert ("ne travaille pas ce jour-là" in page(client, "supervision", user).content.decode()) is told


def tiles(client, user):
    """Letters to print, messages failed, and how many the list behind the second shows."""
    answer = page(client, "supervision", user)
    link = re.search(r'href="([^"]*state__exact=failed[^"]*)"', answer.content.decode())[1].replace("&amp;", "&")
    shown = client.get(link).context["cl"].result_count
    return answer.context["to_settle"]["to_print"], answer.context["to_settle"]["failed"], shown


def test_supervision_counts_the_letters_no_batch_holds_and_what_failed_lately(client, world, monkeypatch):
    at = noon(MARCH_1)
    monkeypatch.setattr(timezone, "now", lambda: at)
    customer = world.customer()
    post = AddressFactory(customer=customer, post=True)
    letters = [planned(number, post, at=at - timedelta(hours=1)) for number in range(3)]
    Message.objects.filter(pk=letters[2].pk).update(not_before_at=at + timedelta(hours=1), state="waiting")
    batch = PrintBatch.objects.create(entity=world.entity, on=MARCH_1, number=1, prepared_at=at)
    Message.objects.filter(pk=letters[0].pk).update(state="ready", digest="composed")
    PrintedLetter.objects.create(batch=batch, message=letters[0], position=1)
    for number, hours in ((10, 1), (11, 23), (12, 25)):
        failed = planned(number, customer.addresses.get(channel="email"), at=at - timedelta(days=2))
        Message.objects.filter(pk=failed.pk).update(
            state="failed", digest="composed", closed_at=at - timedelta(hours=hours)
        )
    assert tiles(client, UserFactory(supervisor=True, sees=world.entity)) == (1, 2, 2)

"""A training entity: nothing ever leaves from it, and a button makes it again."""

import sys
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, Refusal
from collections_app.actions.operations import KeptHome, Said, conclude, send_now
from collections_app.engine import precautions, training
from collections_app.engine.exceptions import ResetRefused
from collections_app.engine.models import Run, TrainingReset
from config import training as sample
from crm.accounts.models import Entity
from crm.customers.models import Channel, Customer
from crm.holds.models import Declaration
from crm.law.models import ExchangeRate
from crm.receivables.models import DayTally, Movement
from telephony.messaging.models import Attempt, Message
from telephony.messaging.operations import queue, send_one
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.declaring import to_declare
from tests.factories.messaging import a_world

pytestmark = pytest.mark.django_db
PARITIES = {("EUR", "XOF"), ("EUR", "XAF")}  # of the law; a rate of the sample would serve real entities
NOW = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def lead():
    return UserFactory(administrator=True)


@pytest.fixture
def entity(lead, monkeypatch):
    """Made without a past, which is quicker."""
    quick = training.Portfolio(sample.create, lambda entity, by, at: sample.fill(entity, by, at, weeks=0))
    monkeypatch.setitem(training.portfolios, training.SAMPLE, quick)
    entity = training.open_training(code="FORMATION", by=lead, at=NOW)
    training.reset(TrainingReset.objects.get().pk, at=NOW)
    return entity


def test_it_is_made_worked_and_made_again_and_nothing_left(entity, lead, client):
    customers = set(Customer.objects.filter(entity=entity).values_list("pk", flat=True))
    assert (len(customers), Movement.objects.filter(entity=entity).exists()) == (400, True)
    assert Refusal.objects.filter(entity=entity, gate="training").exists()
    assert (Message.objects.count(), Attempt.objects.count()) == (0, 0)
    assert set(ExchangeRate.objects.values_list("base", "quote")) == PARITIES
    _nothing_leaves_by_any_channel(entity, lead)
    client.force_login(lead)
    client.post(reverse("admin:engine_training_reset", args=[entity.pk]))
    training.reset(TrainingReset.objects.latest("pk").pk, at=NOW)
    again = set(Customer.objects.filter(entity=entity).values_list("pk", flat=True))
    assert (len(again), again & customers) == (400, set())
    training.wipe(entity)
    assert left_of(entity) == {"TrainingReset", "Team", "LegalMentions"}
    assert not DayTally.objects.filter(entity_id=entity.pk).exists()


def test_claims_that_were_declared_go_with_the_rest(entity, lead):
    task = to_declare(Customer.objects.filter(entity=entity, merged_into=None).first(), at=NOW)
    conclude(task, Said(Outcome.DECLARED, on=NOW.date()), by=lead, at=NOW)
    training.wipe(entity)
    assert (Declaration.objects.count(), left_of(entity)) == (0, {"TrainingReset", "Team", "LegalMentions"})


def test_it_can_be_made_on_a_sunday(lead):
    sunday = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Europe/Paris"))
    entity = sample.create(code="FORMATION", by=lead, at=sunday)
    sample.fill(entity, lead, sunday, weeks=1)  # from Saturday the 14th: the Friday before it is already written
    nights = Run.objects.filter(entity=entity).order_by("on").values_list("on", flat=True)
    assert list(nights) == [date(2026, 11, 17), date(2026, 11, 20)]


def _nothing_leaves_by_any_channel(entity, lead):
    action = Action.objects.filter(entity=entity, channel=Channel.EMAIL, state="scheduled").first()
    with pytest.raises(KeptHome):
        send_now(action, by=lead, at=NOW)
    for number, channel in enumerate(("email", "post", "phone", "sms"), start=1):
        address = action.customer.addresses.create(channel=channel, value=f"x{number}@y.example")
        message = queue(address, origin="action", origin_id=action.pk, attempt_key=number, at=NOW)
        with a_world() as network:
            send_one(message.pk, NOW)
        message.refresh_from_db()
        assert (network.sent, message.state, message.sent_at) == ([], "blocked", None)
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.create(message=message, started_at=NOW)


def left_of(entity):
    """Models that still have rows of the entity."""
    models = [model for model in apps.get_models() if any(field.name == "entity" for field in model._meta.fields)]
    return {model.__name__ for model in models if model._default_manager.filter(entity=entity.pk).exists()}


def test_only_a_training_entity_is_wiped_and_it_stays_one():
    entity = EntityFactory()
    with pytest.raises(ResetRefused):
        training.ask_reset(entity, by=UserFactory(), at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Entity.objects.filter(pk=entity.pk).update(training=True)


def test_one_reset_at_a_time(lead):
    entity = EntityFactory(training=True)
    training.ask_reset(entity, by=lead, at=NOW)
    with pytest.raises(ResetRefused):
        training.ask_reset(entity, by=lead, at=NOW)


def test_one_whose_worker_is_told_to_stop_is_not_done(lead, monkeypatch):
    asked = training.ask_reset(EntityFactory(training=True), by=lead, at=NOW)
    monkeypatch.setattr(training, "make_again", lambda *args, **given: sys.exit(-241))  # as Celery does
    with pytest.raises(SystemExit):
        training.reset(asked.pk, at=NOW)
    asked.refresh_from_db()
    assert asked.finished_at is None


def test_of_two_administrators_who_open_one_the_second_reads_why_not(lead, client, monkeypatch):
    # When he is asked, the first one is not done yet.
    monkeypatch.setattr(precautions.TrainingForm, "validate_unique", lambda form: None)
    EntityFactory(code="FORMATION")
    client.force_login(lead)
    answer = client.post(reverse("admin:engine_trainings"), {"code": "FORMATION"}, follow=True)
    assert "Une entité a déjà ce code." in answer.content.decode()
    assert not Entity.objects.filter(training=True).exists()

"""What is done to several rows of a list, one of which somebody else is writing."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.accounts.models import ApiToken, Entity
from crm.accounts.tokens import issue_token
from crm.holds.models import Hold
from crm.law.operations import load_law
from telephony.core.channels import Ambiguous
from telephony.messaging.models import Message
from tests.connections import elsewhere
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.messaging import AT, a_world, sent

pytestmark = pytest.mark.django_db(transaction=True)
BUSY = "Ces données sont en cours d’écriture"


@pytest.fixture
def entities():
    load_law()
    return [EntityFactory(legal_name=name, live_since=None, mentions="SAS") for name in ("Alpes", "Zinc")]


def holds(entities):
    for entity in entities:
        customer, author = CustomerFactory(entity=entity, name=entity.legal_name), UserFactory()
        Hold.objects.create(
            entity=entity, customer=customer, kind="manual", reason="x", starts_on=date(2026, 3, 1), author=author,
            created_at=AT,
        )  # fmt: skip
    return Hold.objects.filter(ended_on=None)


def doubtful_mails(entities):
    with a_world() as world:
        world.failure = Ambiguous("timeout")
        for number, entity in enumerate(entities):
            sent(number, AddressFactory(customer=CustomerFactory(entity=entity, name=entity.legal_name)))
    return Message.objects.filter(state="ambiguous")


def tokens(entities):
    for entity in entities:
        issue_token(UserFactory(integrator=True), name=entity.legal_name, at=AT)
    return ApiToken.objects.filter(revoked_at=None)


def to_go_live(_entities):
    return Entity.objects.filter(live_since=None)


def live(_entities):
    Entity.objects.update(live_since=date(2026, 3, 1))
    return Entity.objects.filter(live_since__isnull=False)


@contextmanager
def being_written(row):
    """By somebody else, who does not end."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(f"select 1 from {row._meta.db_table} where id = %s for no key update", [row.pk])
        yield
    other.rollback()
    other.close()


def pressed(user, action, rows):
    """What the list answers to somebody who does not wait."""
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '50ms'")
    client = Client()
    client.force_login(user)
    address = reverse(f"admin:{rows[0]._meta.app_label}_{rows[0]._meta.model_name}_changelist")
    answer = client.post(address, {"action": action, "_selected_action": [row.pk for row in rows]})
    return answer.status_code, [str(message).replace("\xa0", " ") for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize(
    ("made", "action"),
    [
        (holds, "lift"),
        (doubtful_mails, "it_left"),
        (doubtful_mails, "it_did_not_leave"),
        (tokens, "revoke"),
        (to_go_live, "go_live"),
        (live, "stop"),
    ],
)
def test_the_others_are_done_and_that_one_is_told_by_name(entities, made, action):
    waiting, user = made(entities), UserFactory(administrator=True)
    first, *_others = rows = list(waiting.order_by("pk"))
    with being_written(first):
        status, told = elsewhere(lambda: pressed(user, action, rows))
    assert (status, list(waiting)) == (302, [first])
    assert [text.split()[0] for text in told if text.endswith(f" : {BUSY}")] == ["Alpes"]

from datetime import UTC, datetime

import pytest

from crm.events.operations import deliver_waiting, emit
from telephony.core.channels import Permanent
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.messaging import a_world

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
FULL = {"channel": "email", "on": "2026-03-03", "ceiling": 100}


@pytest.fixture
def entity():
    return EntityFactory()


def told(entity):
    with a_world() as network:
        emit("outbox.full", entity_id=entity.pk, payload=FULL, at=AT)
        deliver_waiting("alerts", at=AT)
    return [mail.to for mail in network.sent]


def test_those_who_lead_in_the_entity_are_told(entity):
    seer = UserFactory(supervisor=True, sees=entity)
    head = TeamFactory(entity=entity, supervisor=UserFactory(supervisor=True)).supervisor
    UserFactory(supervisor=True, sees=EntityFactory())
    UserFactory(sees=entity)
    UserFactory(supervisor=True, sees=entity, is_active=False)
    assert told(entity) == [seer.email, head.email]


def test_the_administrators_are_told_where_nobody_leads(entity):
    administrator = UserFactory(administrator=True)
    assert told(entity) == [administrator.email]


def test_each_reads_his_language(entity):
    UserFactory(supervisor=True, sees=entity, language="en")
    with a_world() as network:
        emit("outbox.full", entity_id=entity.pk, payload=FULL, at=AT)
        deliver_waiting("alerts", at=AT)
    assert network.sent[0].subject == f"Acquit: daily ceiling reached (e-mail), {entity.code}"


def test_it_is_tried_again_when_it_reached_nobody(entity):
    UserFactory(supervisor=True, sees=entity)
    with a_world() as network:
        network.failure = Permanent("550", "no")
        emit("outbox.full", entity_id=entity.pk, payload=FULL, at=AT)
        assert deliver_waiting("alerts", at=AT) == 0

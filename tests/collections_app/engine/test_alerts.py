from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

from collections_app.engine.alerts import WORDS
from collections_app.engine.models import MorningReport, Run
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


def mails(entity, kind="outbox.full", payload=FULL):
    with a_world() as network:
        emit(kind, entity_id=entity.pk, payload=payload, at=AT)
        deliver_waiting("alerts", at=AT)
    return network.sent


def told(entity):
    return [mail.to for mail in mails(entity)]


def test_the_supervisors_who_see_the_whole_entity_are_told(entity):
    seer = UserFactory(supervisor=True, sees=entity)
    of_group = UserFactory(supervisor=True)
    of_group.groups.add(Group.objects.create(name="siège"))
    assign_perm("accounts.see_entity", of_group.groups.get(), entity)
    TeamFactory(entity=entity, supervisor=UserFactory(supervisor=True))
    UserFactory(supervisor=True, sees=EntityFactory())
    UserFactory(sees=entity)
    UserFactory(supervisor=True, sees=entity, is_active=False)
    UserFactory(administrator=True)
    assert told(entity) == [seer.email, of_group.email]


def test_the_administrators_are_told_where_nobody_sees_it_whole(entity):
    administrator = UserFactory(administrator=True)
    TeamFactory(entity=entity, supervisor=UserFactory(supervisor=True))
    assert told(entity) == [administrator.email]


@pytest.mark.parametrize("kind", sorted(WORDS))
@pytest.mark.parametrize("seen", [True, False])
def test_the_page_of_the_mail_opens_for_each_person_told(entity, kind, seen, client):
    head = TeamFactory(entity=entity, supervisor=UserFactory(supervisor=True)).supervisor
    people = [head, UserFactory(administrator=True), UserFactory(supervisor=True, sees=entity if seen else None)]
    run = Run.objects.create(entity=entity, on=AT.date(), state="done", started_at=AT)
    MorningReport.objects.create(
        run=run, entity=entity, on=run.on, state="held", anomalies=[{"code": "stale", "books_on": None}]
    )
    changed = {"before": "FR76", "after": "DE89", "by": "Zoé"}
    [mail] = mails(entity, kind, FULL | changed | {"run": run.pk, "messages": 3})
    client.force_login({user.email: user for user in people}[mail.to])
    assert client.get(mail.text.split(settings.SITE_URL)[1].strip()).status_code == 200


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

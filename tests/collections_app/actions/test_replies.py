"""Whose the task is that answers a customer: somebody who works, is there and finds it in his list."""

from datetime import UTC, date, datetime

import pytest

from collections_app.actions.models import Action
from crm.accounts import operations
from crm.accounts.models import Role
from crm.events.operations import deliver_waiting, emit
from tests.factories.accounts import AbsenceFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def customer():
    """With a collector; a member of his team had the last task."""
    team = TeamFactory()
    customer = CustomerFactory(entity=team.entity, team=team, collector=UserFactory())
    ActionFactory(customer=customer, owner=TeamMemberFactory(team=team).user)
    return customer


def answered_by(customer):
    emit("message.reply", entity_id=customer.entity_id, customer_id=customer.pk, payload={}, at=AT)
    deliver_waiting("actions", at=AT)
    task = Action.objects.get(kind="reply")
    assert task.team == customer.team
    return task.owner


def member(customer):
    return customer.team.members.get()


def test_it_goes_to_the_collector(customer):
    assert answered_by(customer) == customer.collector


@pytest.mark.parametrize("ends_on", [date(2026, 3, 2), date(2026, 3, 3)])
def test_while_he_is_away_to_who_had_the_last_task(customer, ends_on):
    AbsenceFactory(user=customer.collector, ends_on=ends_on)
    assert answered_by(customer) == (member(customer) if ends_on.day == 3 else customer.collector)


@pytest.mark.parametrize(("sees", "there"), [(True, True), (True, False), (False, True)])
def test_before_that_to_who_stands_in_for_him_is_there_and_sees_the_customer(customer, sees, there):
    stands_in = UserFactory(sees=customer.entity if sees else None)
    AbsenceFactory(user=customer.collector, replacement=stands_in)
    if not there:
        AbsenceFactory(user=stands_in)
    assert answered_by(customer) == (stands_in if sees and there else member(customer))


def test_while_that_one_is_away_too_to_who_stands_in_for_him(customer):
    stands_in, third = UserFactory(), UserFactory(sees=customer.entity)
    AbsenceFactory(user=customer.collector, replacement=stands_in)
    AbsenceFactory(user=stands_in, replacement=third)
    assert answered_by(customer) == third


def test_so_it_does_when_he_no_longer_works_on_customers(customer):
    operations.give_role(customer.collector, Role.AUDITOR, by=None)
    assert answered_by(customer) == member(customer)


def test_who_had_the_last_task_and_no_longer_sees_the_customer_leaves_it_to_the_team(customer):
    customer.collector = None
    customer.save()
    operations.leave_team(member(customer), customer.team, by=None)
    assert answered_by(customer) is None


def test_where_nobody_had_one_it_is_the_team_s(customer):
    Action.objects.all().delete()
    customer.collector = None
    customer.save()
    assert answered_by(customer) is None

"""Whom the night gives a task to: somebody whose role works on customers."""

from datetime import timedelta

import pytest

from collections_app.actions.models import Action
from crm.accounts import operations
from crm.accounts.models import Role
from crm.customers.models import Customer
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.accounts import AbsenceFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
MARCH_2 = MARCH_1 + timedelta(days=1)


def house(*steps, head=None):
    """A world whose customers are of one team; its head and one member."""
    world = World(*(steps or [{"offset_days": 5}]))
    world.team = TeamFactory(entity=world.entity)
    operations.name_supervisor(world.team, head or UserFactory(supervisor=True), by=None)
    world.member = UserFactory(first_name="member")
    operations.join_team(world.member, world.team, by=None)
    world.group.team = world.team
    world.group.save()
    return world


def owner():
    return Action.objects.get().owner


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.INTEGRATOR])
def test_a_role_that_does_not_work_on_customers_receives_no_task(role):
    world = house()
    world.invoice(world.customer(collector=UserFactory(role=role)), late=6)
    world.night()
    assert owner() == world.member


def test_nor_does_such_a_replacement():
    world, away = house(), UserFactory()
    AbsenceFactory(user=away, replacement=UserFactory(auditor=True, sees=world.entity))
    world.invoice(world.customer(collector=away), late=6)
    world.night()
    assert owner() == world.member


@pytest.mark.parametrize("step", [{"owner": "supervisor"}, {"escalate_above": 50}])
def test_nor_does_such_a_head(step):
    world = house({"offset_days": 5, **step}, head=UserFactory(auditor=True))
    world.invoice(world.customer(), late=6)
    world.night()
    assert (owner(), Action.objects.get().escalated_on) == (world.member, None)


def test_whose_role_no_longer_works_on_customers_has_his_tasks_given_again():
    world, person = house(), UserFactory()
    world.invoice(world.customer(collector=person), late=6)
    world.night()
    assert owner() == person
    operations.give_role(person, Role.AUDITOR, by=None)
    world.night(MARCH_2)
    assert owner() == world.member
    operations.give_role(person, Role.COLLECTOR, by=None)
    Action.objects.update(owner=None)
    world.night(MARCH_2 + timedelta(days=1))
    assert owner() == person


def test_what_was_cancelled_does_not_come_back_to_him():
    world, person = house(), UserFactory()
    world.invoice(world.customer(collector=person), late=6)
    world.night()
    Action.objects.update(state="cancelled", closed_at="2026-03-01T12:00Z")
    operations.give_role(person, Role.AUDITOR, by=None)
    world.night(MARCH_2)
    assert (owner(), Customer.objects.get().collector) == (world.member, person)

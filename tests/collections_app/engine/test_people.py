"""Whom the night gives a task to: somebody whose role works on customers, and who sees this one."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group as PermissionGroup
from django.db import connection
from django.db.models import Case, Value, When
from guardian.shortcuts import assign_perm, remove_perm

from collections_app.actions import queries
from collections_app.actions.models import Action
from collections_app.engine.models import Run
from collections_app.engine.scope import Scope
from collections_app.segments.models import Group
from crm.accounts import operations
from crm.accounts.models import Role, Team, User
from crm.accounts.queries import entities_of, seen
from crm.customers.models import Customer
from crm.customers.operations.master import change_customer
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import AbsenceFactory, EntityFactory, TeamFactory, UserFactory

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


def hidden():
    """Tasks their owner does not find in his list."""
    waiting = Action.objects.filter(state__in=["todo", "to_approve"], owner__isnull=False).select_related("owner")
    return [action for action in waiting if action not in queries.worklist(action.owner)]


def owners():
    """Each customer with the owner of his task."""
    return set(Action.objects.values_list("customer", "owner"))


def night(world, days, *, full=None):
    """The night some days after the first; whether it looked at everybody, where that is said."""
    world.night(MARCH_1 + timedelta(days=days))
    assert full is None or Scope.of(Run.objects.latest("pk")).full is full


@pytest.mark.parametrize("let_in", [False, True])
def test_a_replacement_is_given_what_he_sees(let_in):
    """Else it goes to the team."""
    world, away, other = house(), UserFactory(), UserFactory()
    operations.join_team(other, world.team if let_in else TeamFactory(entity=world.entity), by=None)
    AbsenceFactory(user=away, replacement=other)
    User.objects.filter(pk=world.member.pk).update(capacity=60 if not let_in else 0)
    world.invoice(world.customer(collector=away), late=6)
    night(world, 0)
    assert (owner(), hidden()) == (other if let_in else world.member, [])


def row_of(people, *, then=None):
    """Each is away and replaced by the next one; `then` replaces the last one."""
    for away, replacement in zip(people, [*people[1:], then], strict=True):
        AbsenceFactory(user=away, replacement=replacement)
    return people[0]


@pytest.mark.parametrize(("away", "reached"), [(1, True), (2, True), (3, True), (4, False)])
def test_who_replaces_a_replacement_stands_in_three_of_them_at_most(away, reached):
    world = house()
    there = UserFactory(sees=world.entity)
    collector = row_of([UserFactory(sees=world.entity) for _ in range(away)], then=there)
    world.invoice(world.customer(collector=collector), late=6)
    world.night()
    assert owner() == (there if reached else world.member)


def test_people_who_replace_each_other_leave_it_to_the_team():
    world = house()
    first, second = (UserFactory(sees=world.entity) for _ in range(2))
    world.invoice(world.customer(collector=row_of([first, second], then=first)), late=6)
    world.night()
    assert owner() == world.member


def test_a_replacement_who_no_longer_works_on_customers_passes_nothing_on():
    world = house()
    collector = row_of([UserFactory(), UserFactory(auditor=True)], then=UserFactory(sees=world.entity))
    world.invoice(world.customer(collector=collector), late=6)
    world.night()
    assert owner() == world.member


def test_a_replacement_away_too_from_tomorrow_has_his_own_looked_at():
    world = house()
    away, other, third = UserFactory(), UserFactory(sees=world.entity), UserFactory(sees=world.entity)
    AbsenceFactory(user=away, replacement=other)
    AbsenceFactory(user=other, replacement=third, starts_on=MARCH_2)
    world.invoice(world.customer(collector=away), late=6)
    night(world, 0)
    assert owner() == other
    Action.objects.update(owner=None)
    night(world, 1, full=False)
    assert owner() == third


def test_a_replacement_let_in_later_is_given_what_nobody_has():
    world, away, other = house(), UserFactory(), UserFactory()
    AbsenceFactory(user=away, replacement=other)
    User.objects.filter(pk=world.member.pk).update(capacity=0)
    world.invoice(world.customer(collector=away), late=6)
    night(world, 0)
    assert owner() is None
    operations.grant_entity(other, world.entity, by=None)
    night(world, 1, full=False)
    assert (owner(), hidden()) == (other, [])


def test_who_leaves_a_team_leaves_it_his_tasks():
    world, new = house(), UserFactory(first_name="new")
    world.invoice(world.customer(), late=6)
    night(world, 0)
    assert owner() == world.member
    operations.leave_team(world.member, world.team, by=None), operations.join_team(new, world.team, by=None)
    night(world, 1)
    assert (owner(), hidden()) == (new, [])


def test_who_no_longer_sees_the_entity_leaves_his_tasks():
    world, guest = house(), UserFactory()
    operations.grant_entity(guest, world.entity, by=None)
    world.invoice(world.customer(), late=6)
    night(world, 0)
    Action.objects.update(owner=guest)
    night(world, 1, full=False)
    assert owner() == guest
    operations.revoke_entity(guest, world.entity, by=None)
    night(world, 2, full=False)
    assert (owner(), hidden()) == (world.member, [])


def test_the_tasks_of_a_customer_follow_his_team():
    world, other = house(), UserFactory(first_name="other")
    team = TeamFactory(entity=world.entity)
    operations.join_team(other, team, by=None)
    world.invoice(world.customer(), late=6)
    night(world, 0)
    assert owner() == world.member
    Group.objects.update(team=team)
    night(world, 1)
    assert (owner(), Action.objects.get().team, hidden()) == (other, team, [])


@pytest.mark.parametrize("colleague", [False, True])
def test_a_portfolio_that_is_given_on_goes_with_its_tasks(colleague):
    """Also from a colleague of the team, who would still see them; what another person has stays with him."""
    world, former, new = house(), UserFactory(), UserFactory(first_name="new")
    if colleague:
        operations.join_team(former, world.team, by=None)
    first, second = (world.customer(collector=former) for _ in range(2))
    for customer in (first, second):
        world.invoice(customer, late=6)
    night(world, 0)
    Action.objects.filter(customer=second).update(owner=world.member)
    for customer in (first, second):
        change_customer(customer, {"collector": new}, by=world.team.supervisor, at=noon(MARCH_1))
    assert owners() == {(first.pk, None), (second.pk, world.member.pk)}
    night(world, 1, full=False)
    assert (owners(), hidden()) == ({(first.pk, new.pk), (second.pk, world.member.pk)}, [])


def test_so_do_portfolios_that_are_given_on_at_once():
    world, (former, other, new) = house(), UserFactory.create_batch(3)
    for collector in (former, former, other, None):
        world.invoice(world.customer(collector=collector), late=6)
    night(world, 0)
    done = Action.objects.filter(owner=former).first()
    Action.objects.filter(pk=done.pk).update(state="done", closed_at=noon(MARCH_1))
    Customer.objects.update(collector=Case(When(collector=other, then=Value(other.pk)), default=Value(new.pk)))
    assert Counter(Action.objects.values_list("owner", flat=True)) == Counter(
        [former.pk, None, other.pk, world.member.pk]
    )


def test_what_leaves_by_itself_stays_under_the_name_it_was_approved_in():
    world = house({"offset_days": 5, "email": True})
    world.invoice(world.customer(), late=6)
    night(world, 0)
    guest = UserFactory()
    Action.objects.update(owner=guest)
    night(world, 1)
    assert Action.objects.values_list("state", "owner").get() == ("scheduled", guest.pk)


@pytest.mark.parametrize("step", [{"owner": "supervisor"}, {"escalate_above": 50}])
def test_a_head_who_was_not_let_in_receives_nothing(step):
    world = house({"offset_days": 5, **step})
    remove_perm("accounts.see_team", world.team.supervisor, world.team)
    world.invoice(world.customer(), late=6)
    night(world, 0)
    assert (owner(), hidden()) == (world.member, [])


def test_a_member_who_was_not_let_in_receives_nothing():
    world = house()
    remove_perm("accounts.see_team", world.member, world.team)
    world.invoice(world.customer(), late=6)
    night(world, 0)
    assert owner() is None


def let_in(entity):
    """What `accounts_sight` says of everybody: the entity as a whole, or its teams."""
    with connection.cursor() as cursor:
        cursor.execute("select user_id, team_id from accounts_sight(%s)", [entity.pk])
        return set(cursor.fetchall())


def test_who_is_let_in_is_said_alike_for_one_and_for_all():
    entity, elsewhere = EntityFactory(), EntityFactory()
    team, other = TeamFactory(entity=entity), TeamFactory(entity=elsewhere)
    people, group = UserFactory.create_batch(8), PermissionGroup.objects.create(name="g")
    people[5].groups.add(group)
    for person, scope in zip(people, (entity, elsewhere, team, other, None, None), strict=False):
        assign_perm(f"accounts.see_{scope._meta.model_name}", person, scope) if scope else None
    assign_perm("accounts.see_team", group, team)
    assign_perm("accounts.see_entity", people[6]), assign_perm("accounts.see_team", people[7])
    found = set()
    for person in people:
        found |= {(person.pk, None)} if entity in entities_of(person) else set()
        of_house = Team.objects.filter(pk__in=seen(person, "see_team"), entity=entity)
        found |= {(person.pk, one.pk) for one in of_house}
    assert let_in(entity) == found
    assert len(found) == 5

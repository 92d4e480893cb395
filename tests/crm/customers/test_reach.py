"""What lists filter by is what a person sees: the same rows as `visible_to`, for every way of being let in."""

import pytest
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from guardian.shortcuts import assign_perm, get_objects_for_user

from crm.accounts.models import Entity, Team, User
from crm.accounts.queries import colleagues_of, entities_of
from crm.customers.models import Customer
from crm.customers.reach import Reach, reach_of
from crm.receivables.models import Invoice
from tests.factories.accounts import EntityFactory, TeamFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> dict[str, object]:
    """Two entities with a team each; customers with and without team."""
    first, second = EntityFactory(), EntityFactory()
    teams = [TeamFactory(entity=first), TeamFactory(entity=second)]
    for team in teams:
        InvoiceFactory(customer__entity=team.entity, customer__team=team)
        InvoiceFactory(customer__entity=team.entity)
    return {"first": first, "second": second, "teams": teams}


def people(house) -> list[User]:
    first, second, (here, there) = house["first"], house["second"], house["teams"]
    follower, mixed = UserFactory(), UserFactory(sees=[first, there])
    CustomerFactory(entity=second, collector=follower)
    CustomerFactory(entity=first, collector=mixed)
    return [
        UserFactory(), UserFactory(sees=first), UserFactory(sees=[first, second]), UserFactory(sees=here),
        UserFactory(sees=[here, there]), UserFactory(sees=[first, here]), follower, mixed,
        UserFactory(administrator=True),
    ]  # fmt: skip


def keys(rows: QuerySet) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def test_reach_is_what_one_sees(house):
    for user in people(house):
        visible = Customer.objects.visible_to(user)
        assert keys(Customer.objects.filter(reach_of(user).of())) == keys(visible)
        invoices = Invoice.objects.filter(customer__in=visible)
        assert keys(Invoice.objects.filter(reach_of(user).of("customer__"))) == keys(invoices)


def test_who_was_let_in_nowhere_sees_nothing(house):
    assert reach_of(stranger := UserFactory()) == Reach(stranger.pk)
    assert not Customer.objects.filter(reach_of(stranger).of()).exists()


def test_it_is_asked_once_for_a_person(house, django_assert_num_queries):
    user = UserFactory(sees=house["first"])
    reach_of(user)
    with django_assert_num_queries(0):
        reach_of(user)


def test_an_entity_of_which_all_customers_are_of_ones_teams_is_seen_whole():
    team = TeamFactory()
    mine, theirs = UserFactory(sees=team), UserFactory(sees=TeamFactory(entity=team.entity))
    CustomerFactory(entity=team.entity, team=team)
    assert (reach_of(mine).entities, reach_of(theirs).entities) == ((team.entity_id,), ())


@pytest.mark.parametrize("team", ["none", "other"])
def test_one_customer_of_others_and_it_is_not(team: str):
    mine = TeamFactory()
    of_others = {"none": None, "other": TeamFactory(entity=mine.entity)}
    for one in (mine, of_others[team]):
        CustomerFactory(entity=mine.entity, team=one)
    assert reach_of(UserFactory(sees=mine)).entities == ()


def test_ones_own_teams_are_those_one_is_in_or_heads():
    leader, member = UserFactory(), UserFactory()
    headed, joined = TeamFactory(supervisor=leader), TeamMemberFactory(user=member).team
    assert (reach_of(leader).own, reach_of(member).own) == ((headed.pk,), (joined.pk,))


@pytest.mark.parametrize("given_to", ["person", "group"])
@pytest.mark.parametrize("of", ["row", "model"])
def test_rights_count_as_the_library_counts_them(given_to: str, of: str):
    entities = [EntityFactory(), EntityFactory()]
    person, group = UserFactory(), Group.objects.create(name="g")
    person.groups.add(group)
    assign_perm("accounts.see_entity", person if given_to == "person" else group, entities[0] if of == "row" else None)
    person = User.objects.get(pk=person.pk)
    found = get_objects_for_user(person, "accounts.see_entity", Entity)
    assert set(entities_of(person)) == set(found) == set(entities[: 1 if of == "row" else 2])


def test_who_is_no_longer_active_keeps_no_right_to_a_whole_model():
    EntityFactory()
    person = UserFactory(is_active=False)
    assign_perm("accounts.see_entity", person)
    person = User.objects.get(pk=person.pk)
    assert list(entities_of(person)) == list(get_objects_for_user(person, "accounts.see_entity", Entity)) == []


def test_colleagues_work_in_the_same_entities():
    team, elsewhere = TeamFactory(), TeamFactory()
    me = TeamMemberFactory(team=team).user
    head, guest = UserFactory(), UserFactory(sees=team.entity)
    Team.objects.filter(pk=team.pk).update(supervisor=head)
    follower = CustomerFactory(entity=team.entity, collector=UserFactory()).collector
    TeamMemberFactory(team=elsewhere)
    assert set(colleagues_of(me)) == {me, head, guest, follower}
    assert set(colleagues_of(follower)) == {me, head, guest, follower}

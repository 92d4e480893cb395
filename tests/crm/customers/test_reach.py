"""What lists filter by is what a person sees: the same rows as `visible_to`, for every way of being let in."""

import pytest
from django.db.models import QuerySet

from crm.accounts.models import User
from crm.customers.models import Customer
from crm.customers.reach import Reach, reach_of
from crm.receivables.models import Invoice
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
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

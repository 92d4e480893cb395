"""A customer is asked again no later than the first day on which his group may be another."""

from datetime import date, timedelta
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne

import pytest
from django.db import transaction
from hypothesis import example, given, settings, strategies as st

from collections_app.segments.models import Membership
from collections_app.segments.regrouping import regroup
from tests.examples import taken_back
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.factories.segments import GroupFactory

ON = date(2026, 3, 1)
BANDS = {"overdue": (1, 999), "overdue_1_30": (1, 30), "overdue_61_90": (61, 90), "overdue_over_90": (91, 999)}
COMPARED = {"gt": gt, "gte": ge, "lt": lt, "lte": le, "eq": eq, "ne": ne}
INVOICES = st.lists(st.tuples(st.integers(-120, 60), st.integers(1, 4)), min_size=1, max_size=5)


def answers(fact, operator, value, invoices, days):
    """What the criterion says `days` after ON of invoices (days to their due date, amount)."""
    low, high = BANDS[fact]
    return COMPARED[operator](sum(amount for due, amount in invoices if low <= days - due <= high), value)


@pytest.mark.django_db
@given(
    fact=st.sampled_from(sorted(BANDS)),
    operator=st.sampled_from(sorted(COMPARED)),
    value=st.integers(0, 8),
    invoices=INVOICES,
)
@example(fact="overdue", operator="gt", value=8, invoices=[(5, 4)])  # never that much
@example(fact="overdue", operator="gt", value=1, invoices=[(-3, 2), (5, 4)])  # more already
@example(fact="overdue", operator="gt", value=4, invoices=[(-3, 2), (5, 4)])  # on the sixth day
@example(fact="overdue_1_30", operator="gt", value=1, invoices=[(-10, 2)])  # until it leaves
def test_nobody_is_asked_too_late(fact, operator, value, invoices):
    entity = EntityFactory()
    GroupFactory(entity=entity, code="default", default=True)
    GroupFactory(entity=entity, criteria={"fact": fact, "is": operator, "value": str(value)})
    customer = CustomerFactory(entity=entity)
    for due, amount in invoices:
        InvoiceFactory(customer=customer, amount=amount, due_on=ON + timedelta(days=due))
    regroup(entity, on=ON)
    now = answers(fact, operator, value, invoices, 0)
    changes = [days for days in range(1, 220) if answers(fact, operator, value, invoices, days) != now]
    asked = Membership.objects.get(customer=customer).turns_on
    assert not changes or (asked and asked <= ON + timedelta(days=changes[0]))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "invoices", "days"),
    [(8, [(5, 4)], None), (1, [(-3, 2), (5, 4)], None), (4, [(-3, 2), (5, 4)], 6), (4, [(5, 3), (9, 1)], 6)],
)
def test_what_cannot_be_passed_is_not_waited_for(value, invoices, days):
    entity = EntityFactory()
    GroupFactory(entity=entity, code="default", default=True)
    GroupFactory(entity=entity, criteria={"fact": "overdue", "is": "gt", "value": str(value)})
    customer = CustomerFactory(entity=entity)
    for due, amount in invoices:
        InvoiceFactory(customer=customer, amount=amount, due_on=ON + timedelta(days=due))
    regroup(entity, on=ON)
    assert Membership.objects.get(customer=customer).turns_on == (days and ON + timedelta(days=days))


@pytest.mark.django_db
@pytest.mark.parametrize(("currency", "days"), [("EUR", None), ("USD", 1)])
@pytest.mark.parametrize("fact", ["unapplied", "average_delay"])
def test_what_is_in_another_currency_is_asked_every_night(fact, currency, days):
    entity = EntityFactory()
    GroupFactory(entity=entity, code="default", default=True)
    GroupFactory(entity=entity, criteria={"fact": fact, "is": "gt", "value": "9000"})
    credit = CreditFactory(customer__entity=entity, received_on=ON, currency=currency)
    past = ON - timedelta(days=400)
    InvoiceFactory(customer=credit.customer, currency=currency, issued_on=past, due_on=past, closed_on=ON)
    regroup(entity, on=ON)
    turns_on = Membership.objects.get(customer=credit.customer).turns_on
    assert (turns_on == ON + timedelta(days=1)) is (days == 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("value", "days"), [(39, None), (40, 3), (79, 3), (81, None)])
def test_money_dated_ahead_counts_from_its_day(value, days):
    entity = EntityFactory()
    GroupFactory(entity=entity, code="default", default=True)
    group = GroupFactory(entity=entity, criteria={"fact": "unapplied", "is": "gt", "value": str(value)})
    customer = CustomerFactory(entity=entity)
    for received_on in (ON, ON + timedelta(days=3)):
        CreditFactory(customer=customer, received_on=received_on, amount=Decimal(40))
    regroup(entity, on=ON)
    membership = Membership.objects.get(customer=customer)
    assert (membership.group == group, membership.turns_on) == (value < 40, days and ON + timedelta(days=days))


FACTS = {
    "average_delay": (("gte", "lt"), st.integers(-10, 40)),
    "customer_since": (("within", "older"), st.integers(0, 90)),
    "days_late": (("gt", "eq"), st.integers(0, 60)),
    "last_payment_on": (("within", "older"), st.integers(0, 30)),
    "next_due_in": (("lte",), st.integers(0, 40)),
    "not_due": (("lt",), st.integers(1, 8)),
    "oldest_due_on": (("within",), st.integers(0, 60)),
    "overdue": (("gte",), st.integers(1, 8)),
    "overdue_31_60": (("gte",), st.integers(1, 8)),
    "overdue_count": (("eq",), st.integers(0, 3)),
}
CRITERIA = st.sampled_from(sorted(FACTS)).flatmap(
    lambda fact: st.builds(
        lambda word, value: {"fact": fact, "is": word, "value": str(value)},
        st.sampled_from(FACTS[fact][0]),
        FACTS[fact][1],
    )
)
# Due, amount, settled, issued, in days from ON.
LIVES = st.lists(
    st.tuples(st.integers(-60, 30), st.integers(1, 20), st.none() | st.integers(-20, -1), st.integers(-70, 20)),
    min_size=1,
    max_size=4,
)
AVERAGE = {"fact": "average_delay", "is": "gte"}


@pytest.mark.django_db
@settings(max_examples=25)
@given(criteria=CRITERIA, lives=LIVES)
@example(criteria={**AVERAGE, "value": "-2"}, lives=[(-20, 4, -25, -60), (5, 4, None, -40)])  # falls due meanwhile
@example(criteria={**AVERAGE, "value": "-2"}, lives=[(-20, 19, -23, -60), (-14, 1, None, -60)])  # rounds on its bound
@example(criteria={**AVERAGE, "value": "0"}, lives=[(35, 4, -1, 5), (-20, 4, -10, -60)])  # paid, and issued later
@taken_back
def test_his_group_is_the_same_until_the_day_he_is_asked_again(criteria, lives):
    """Whatever else is looked at meanwhile: nothing but the day says that he is to be asked."""
    entity = EntityFactory()
    GroupFactory(entity=entity, code="default", default=True)
    GroupFactory(entity=entity, criteria=criteria)
    customer = CustomerFactory(entity=entity)
    CreditFactory(customer=customer, received_on=ON - timedelta(days=3))
    for due, amount, settled, issued in lives:
        InvoiceFactory(
            customer=customer,
            amount=Decimal(amount),
            due_on=ON + timedelta(days=due),
            issued_on=ON + timedelta(days=min(issued, due)),
            closed_on=None if settled is None else ON + timedelta(days=settled),
        )
    regroup(entity, on=ON)
    for days in range(1, 50):
        on = ON + timedelta(days=days)
        before = Membership.objects.get(customer=customer, to_on=None)
        if before.turns_on and before.turns_on <= on:
            regroup(entity, on=on)
        else:
            assert wanted(entity, on) == before.group_id


def wanted(entity, on):
    """The group of the only customer, were he asked that day."""
    with transaction.atomic():
        regroup(entity, on=on)
        group = Membership.objects.get(entity=entity, to_on=None).group_id
        transaction.set_rollback(True)
    return group

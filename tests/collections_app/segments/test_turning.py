"""A customer is asked again no later than the first day on which his group may be another."""

from datetime import date, timedelta
from operator import eq, ge, gt, le, lt, ne

import pytest
from hypothesis import example, given, strategies as st

from collections_app.segments.models import Membership
from collections_app.segments.regrouping import regroup
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory
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

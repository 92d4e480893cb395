from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from collections_app.segments.queries import preview, why
from collections_app.segments.regrouping import regroup
from collections_app.segments.sampling import Sample
from crm.core.among import EVERYBODY
from crm.receivables.operations import close_in_ledger
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db

FEB_10, MARCH_2 = date(2026, 2, 10), date(2026, 3, 2)
OVERDUE = {"fact": "overdue", "is": "gt", "value": "0"}


@pytest.fixture
def entity():
    return EntityFactory()


def test_a_preview_counts_and_shows_the_largest_first(entity):
    for amount in (50, 500):
        InvoiceFactory(customer__entity=entity, amount=Decimal(amount))
    CustomerFactory(entity=entity)
    found = preview(entity, OVERDUE, on=MARCH_2)
    assert (found.count, found.left, [row["overdue"] for row in found.sample]) == (2, 2, [500, 50])


def test_a_preview_says_how_many_are_taken_before(entity):
    InvoiceFactory(customer__entity=entity)
    InvoiceFactory(customer__entity=entity, amount=Decimal(900))
    GroupFactory(entity=entity, priority=1, criteria={"fact": "overdue", "is": "gt", "value": "500"})
    found = preview(entity, OVERDUE, on=MARCH_2, before=2)
    assert (found.count, found.left) == (2, 1)


def test_in_a_large_entity_some_stand_for_all(entity, monkeypatch):
    monkeypatch.setattr("collections_app.segments.sampling.ASKED_WHOLE", -1)
    for amount in (50, 500):
        InvoiceFactory(customer__entity=entity, amount=Decimal(amount))
    CustomerFactory(entity=EntityFactory())
    found = preview(entity, OVERDUE, on=MARCH_2)
    assert (found.count, found.left, found.asked) == (2, 2, 2)


@pytest.mark.parametrize(("count", "told"), [(0, 0), (4, 40), (12, 120), (1234, 12000)])
def test_what_is_told_from_some_has_two_figures(count, told):
    assert Sample(EVERYBODY, 10, 4000).told(count) == told
    assert Sample(EVERYBODY, 1, None).told(count) == count


def test_a_preview_of_nobody(entity):
    assert preview(entity, OVERDUE, on=MARCH_2).count == 0


def test_why_tells_each_criterion_with_its_value(entity):
    customer = InvoiceFactory(customer__entity=entity).customer
    other = GroupFactory(entity=entity, criteria={"not": {"any": [OVERDUE]}})
    late, default = GroupFactory(entity=entity, criteria={"all": [OVERDUE]}), GroupFactory(entity=entity, default=True)
    regroup(entity, on=MARCH_2)
    told = why(customer, MARCH_2)
    assert told.recorded.group == told.computed == late
    assert [(answer.group, answer.met, answer.taken) for answer in told.answers] == [
        (other, False, False),
        (late, True, True),
        (default, True, False),
    ]
    (reason,) = told.answers[1].reason.reasons
    assert (reason.met, reason.wanted[:1], reason.found[:3]) == (True, "0", "100")


def test_why_at_a_past_date_reads_the_membership_and_the_books_of_then(entity):
    invoice = InvoiceFactory(customer__entity=entity)
    late = GroupFactory(entity=entity, criteria={"all": [OVERDUE]})
    GroupFactory(entity=entity, default=True)
    regroup(entity, on=FEB_10)
    close_in_ledger(invoice, on=date(2026, 2, 20), at=datetime(2026, 2, 20, 8, tzinfo=UTC))
    regroup(entity, on=MARCH_2)
    then, now = why(invoice.customer, FEB_10, past=True), why(invoice.customer, MARCH_2)
    assert (then.recorded.group, then.computed) == (late, late)
    assert now.recorded.group.is_default
    assert then.answers[0].reason.reasons[0].found.startswith("100")


def test_criteria_that_cannot_be_read_are_said(entity):
    GroupFactory(entity=entity, criteria={"fact": "gone", "is": "eq", "value": "1"})
    told = why(CustomerFactory(entity=entity), MARCH_2)
    assert told.answers[0].error.startswith("fact:")


@pytest.mark.parametrize("count", [1, 3])
def test_why_costs_the_same_whatever_the_number_of_groups(entity, count, django_assert_num_queries):
    customer = CustomerFactory(entity=entity)
    GroupFactory.create_batch(count, entity=entity)
    with django_assert_num_queries(3):
        why(customer, MARCH_2)

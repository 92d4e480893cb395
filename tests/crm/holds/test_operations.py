from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from crm.customers.models import Customer
from crm.customers.operations import merge_customers
from crm.events.models import Event
from crm.holds.exceptions import AlreadyEnded, AlreadyHeld, HoldRefused, OtherCustomersInvoice
from crm.holds.models import Hold, HoldKind, HoldOutcome
from crm.holds.operations import end_expired_holds, follow_settlements, lift_hold, place_hold
from crm.holds.queries import net_items
from crm.receivables.models import Invoice
from crm.receivables.operations import close_in_ledger, reopen
from crm.timeline.queries import entries
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
MARCH_1, NOON = date(2026, 3, 1), datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = {"starts_on": MARCH_1, "ends_on": date(2026, 3, 7)}


def hold(customer, **given):
    return place_hold(customer, **{"kind": HoldKind.DISPUTE, "reason": "Wrong price", "at": NOON, **WEEK, **given})


def held(customer, on):
    return [item.held for item in net_items(customer, on=on)]


def test_a_hold_lasts_from_its_first_to_its_last_day():
    customer = InvoiceFactory().customer
    hold(customer)
    days = [MARCH_1 + timedelta(days=days) for days in (-1, 0, 6, 7)]
    assert [held(customer, on) for on in days] == [[None], ["dispute"], ["dispute"], [None]]


def test_a_hold_covers_one_invoice_or_claims_born_before_a_date():
    customer = CustomerFactory()
    first = InvoiceFactory(customer=customer, issued_on="2026-01-01", due_on="2026-01-02")
    InvoiceFactory(customer=customer, issued_on="2026-02-01", due_on="2026-02-02")
    placed = hold(customer, invoice=first)
    assert held(customer, MARCH_1) == ["dispute", None]
    lift_hold(placed, on=MARCH_1, at=NOON)
    hold(customer, kind=HoldKind.INSOLVENCY, born_before=date(2026, 2, 1))
    assert held(customer, MARCH_1) == ["insolvency", None]


def test_a_lifted_hold_holds_no_more_and_is_lifted_once():
    customer = InvoiceFactory().customer
    placed = hold(customer)
    lift_hold(placed, on=date(2026, 3, 3), reason="Agreed", at=NOON)
    assert (placed.ended_on, placed.outcome) == (date(2026, 3, 3), HoldOutcome.LIFTED)
    assert held(customer, date(2026, 3, 2)) == ["dispute"]
    assert held(customer, date(2026, 3, 3)) == [None]
    with pytest.raises(AlreadyEnded):
        lift_hold(placed, on=date(2026, 3, 4), at=NOON)


def test_what_was_done_is_told():
    customer = CustomerFactory()
    lift_hold(hold(customer), on=MARCH_1, at=NOON + timedelta(hours=1))
    subjects = [line.subject for line in entries(customer, language="en").lines]
    assert subjects == [
        "Suspension lifted (dispute): dunning resumes",
        "Dunning suspended: dispute, from 01/03/2026 to 07/03/2026",
    ]
    events = Event.objects.order_by("id").values_list("kind", "customer_id", "payload__ended")
    assert list(events) == [
        ("facts.changed", customer.pk, False),
        ("hold.placed", customer.pk, None),
        ("facts.changed", customer.pk, True),
        ("hold.ended", customer.pk, None),
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ends_on": date(2026, 2, 1)}, "A hold ends on or after the day it starts."),
        ({"reason": ""}, "This field cannot be blank."),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(HoldRefused) as refused, override("en"):
        hold(CustomerFactory(), **wrong)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("kind", "zone", "at", "born_before", "held"),
    [
        ("insolvency", "Europe/Paris", NOON, MARCH_1, True),
        ("insolvency", "Europe/Paris", NOON, MARCH_1 + timedelta(days=1), False),
        ("insolvency", "Europe/Paris", NOON + timedelta(hours=11, minutes=30), MARCH_1 + timedelta(days=1), True),
        ("insolvency", "America/Cayenne", NOON + timedelta(hours=11, minutes=30), MARCH_1 + timedelta(days=1), False),
        ("dispute", "Europe/Paris", NOON, MARCH_1 + timedelta(days=1), True),
    ],
)
def test_a_judgment_was_given_by_the_day_of_the_entity_it_is_recorded_on(kind, zone, at, born_before, held):
    customer = CustomerFactory(entity=EntityFactory(time_zone=zone))
    later = {"starts_on": date(2026, 6, 1), "ends_on": None}
    with nullcontext() if held else pytest.raises(HoldRefused, match="jugement"):
        hold(customer, kind=kind, born_before=born_before, at=at, **later)
    assert Hold.objects.exists() is held


def test_a_hold_has_one_scope_and_its_own_customer():
    invoice = InvoiceFactory()
    with pytest.raises(HoldRefused):
        hold(invoice.customer, invoice=invoice, born_before=MARCH_1)
    with pytest.raises(OtherCustomersInvoice):
        hold(CustomerFactory(), invoice=invoice)


@pytest.mark.parametrize("count", [1, 3])
def test_expired_holds_end_in_one_statement_and_are_told(count, django_assert_num_queries):
    entity = EntityFactory()
    customers = CustomerFactory.create_batch(count, entity=entity)
    for customer in customers:
        hold(customer)
    hold(CustomerFactory(entity=entity), ends_on=None), hold(CustomerFactory())
    with django_assert_num_queries(1):
        assert end_expired_holds(entity, on=date(2026, 3, 8), at=NOON) == count
    assert end_expired_holds(entity, on=date(2026, 3, 8), at=NOON) == 0
    ended = Hold.objects.filter(outcome=HoldOutcome.EXPIRED)
    assert set(ended.values_list("customer", "ended_on")) == {(c.pk, date(2026, 3, 8)) for c in customers}
    assert len(entries(customers[0]).lines) == 2


def test_a_hold_that_expires_says_whether_dunning_resumes():
    entity = EntityFactory()
    alone, twice = (InvoiceFactory(customer__entity=entity).customer for _ in range(2))
    invoice = twice.invoices.get()
    hold(alone), hold(twice, invoice=invoice)
    hold(alone, ends_on=None, starts_on=date(2026, 4, 1)), hold(twice, ends_on=None)
    end_expired_holds(entity, on=date(2026, 3, 8), at=NOON + timedelta(days=7))
    last = [entries(customer, language="en").lines[0].subject for customer in (alone, twice)]
    assert last == ["Hold ended: dunning resumes", "Hold ended; what another one covers stays suspended"]


MARCH_8 = date(2026, 3, 8)


def settle(*invoices):
    for invoice in invoices:
        close_in_ledger(invoice, on=MARCH_1, at=NOON)


@pytest.mark.parametrize("count", [1, 3])
def test_holds_of_what_is_settled_end_in_one_statement_and_are_told(count, django_assert_num_queries):
    entity = EntityFactory()
    invoices = [InvoiceFactory(customer__entity=entity) for _ in range(count + 1)]
    for invoice in invoices:
        hold(invoice.customer, invoice=invoice, ends_on=None)
    settle(*invoices[:count])
    hold(invoices[0].customer, ends_on=None)
    with django_assert_num_queries(1):
        assert follow_settlements(entity, on=MARCH_8, at=NOON) == count
    assert follow_settlements(entity, on=MARCH_8, at=NOON) == 0
    ended = Hold.objects.exclude(ended_on=None).values_list("invoice", "ended_on", "outcome")
    assert set(ended) == {(invoice.pk, MARCH_8, "settled") for invoice in invoices[:count]}
    told = entries(invoices[0].customer, language="en").lines
    assert f"Suspension ended: nothing is left to pay of {invoices[0].number}" in [line.subject for line in told]


def test_limitation_has_its_own_end_and_other_entities_theirs():
    invoice, other = InvoiceFactory(), InvoiceFactory()
    for one, kind in ((invoice, HoldKind.LIMITATION), (other, HoldKind.DISPUTE)):
        hold(one.customer, invoice=one, kind=kind, ends_on=None)
    settle(invoice, other)
    assert follow_settlements(invoice.customer.entity, on=MARCH_8, at=NOON) == 0


@pytest.mark.parametrize(("ends_on", "days"), [(None, [7, 9]), (date(2026, 3, 10), [7, 9]), (MARCH_8, [7])])
def test_what_is_open_again_is_suspended_as_before(ends_on, days):
    invoice = InvoiceFactory()
    customer = invoice.customer
    hold(customer, invoice=invoice, ends_on=ends_on)
    settle(invoice)
    follow_settlements(customer.entity, on=MARCH_8, at=NOON)
    reopen(Invoice.objects.get(), on=MARCH_8, at=NOON)
    on = MARCH_1 + timedelta(days=8)
    follow_settlements(customer.entity, on=on, at=NOON), follow_settlements(customer.entity, on=on, at=NOON)
    assert [hold.starts_on for hold in Hold.objects.order_by("pk")] == [MARCH_1, on][: len(days)]
    assert held(customer, on) == ["dispute" if len(days) > 1 else None]
    assert set(Hold.objects.values_list("reason", "ends_on", "kind")) == {("Wrong price", ends_on, "dispute")}


def test_what_a_person_lifts_after_that_stays_lifted():
    invoice = InvoiceFactory()
    customer = invoice.customer
    hold(customer, invoice=invoice, ends_on=None)
    settle(invoice)
    follow_settlements(customer.entity, on=MARCH_8, at=NOON)
    reopen(Invoice.objects.get(), on=MARCH_8, at=NOON)
    assert follow_settlements(customer.entity, on=MARCH_8, at=NOON) == 1
    lift_hold(Hold.objects.get(ended_on=None), on=MARCH_8, at=NOON)
    assert follow_settlements(customer.entity, on=MARCH_8, at=NOON) == 0


def test_what_is_said_twice_stands_once():
    customer = CustomerFactory()
    first = hold(customer)
    with pytest.raises(AlreadyHeld) as refused:
        hold(customer, starts_on=date(2026, 3, 2))
    assert (refused.value.hold, str(refused.value)) == (first, "Cette suspension existe déjà, depuis le 01/03/2026.")
    hold(customer, starts_on=date(2026, 2, 1)), lift_hold(first, on=MARCH_1, at=NOON)
    assert Hold.objects.count() == 2


def test_a_promise_needs_the_day_it_is_kept_by():
    with pytest.raises(HoldRefused) as refused:
        hold(CustomerFactory(), kind=HoldKind.PROMISE, ends_on=None)
    assert list(refused.value.errors) == ["ends_on"]


def test_a_customer_merged_since_he_was_read_is_held_where_he_went():
    kept, duplicate = CustomerFactory.create_batch(2, entity=EntityFactory())
    invoice = InvoiceFactory(customer=duplicate)
    merge_customers(kept, Customer.objects.get(pk=duplicate.pk), by=None, at=NOON)
    assert (duplicate.merged_into, invoice.customer) == (None, duplicate)
    assert hold(duplicate, invoice=invoice).customer == kept
    assert held(kept, MARCH_1) == ["dispute"]

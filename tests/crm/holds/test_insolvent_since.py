"""The judgment that opens insolvency proceedings stops interest and leaves no indemnity to what falls due after it
(C. com. L622-28 and L441-10 II, AUPC 77)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.holds.exceptions import AlreadyMistake
from crm.holds.models import HoldKind, HoldOutcome
from crm.holds.operations import INSOLVENCY_MISTAKE, call_mistake, end_expired_holds, lift_hold, place_hold
from crm.receivables.late_charges import late_charges, record_formal_notice
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
JUDGMENT = date(2025, 8, 31)
NOON = datetime(2025, 9, 10, 12, tzinfo=UTC)
LATER = date(2025, 12, 31)


def invoice_of(customer, **values):
    """10 000,00 EUR due 31 July 2025."""
    usual = {"issued_on": date(2025, 7, 1), "due_on": date(2025, 7, 31), "amount": Decimal(10000)}
    return InvoiceFactory(customer=customer, **(usual | values))


def insolvent(customer, **values):
    given = {"kind": HoldKind.INSOLVENCY, "reason": "RJ", "starts_on": date(2025, 9, 10), "born_before": JUDGMENT}
    return place_hold(customer, by=None, **({"at": NOON} | given | values))


def owed(*invoices, on=LATER):
    """Interest and indemnity of each."""
    charges = late_charges([invoice.pk for invoice in invoices], on=on)
    return [(each.interest, each.indemnity) for each in (charges.get(invoice.pk) for invoice in invoices) if each]


def test_interest_ends_with_the_judgment_and_what_falls_due_after_it_owes_nothing():
    customer = CustomerFactory()
    late, later = invoice_of(customer), invoice_of(customer, due_on=date(2025, 9, 30))
    on_the_day = invoice_of(customer, due_on=JUDGMENT)
    before = owed(late, on=date(2025, 8, 20))
    insolvent(customer)
    assert owed(late) == [(Decimal("103.19"), 40)]
    assert owed(late, on=date(2025, 8, 20)) == before
    assert late_charges([later.pk, on_the_day.pk], on=LATER) == {}


def test_what_is_born_after_the_judgment_owes_all_of_it():
    customer = CustomerFactory()
    born_since = invoice_of(customer, issued_on=JUDGMENT, due_on=date(2025, 9, 30))
    others = invoice_of(CustomerFactory())
    expected = owed(born_since, others)
    insolvent(customer)
    assert owed(born_since, others) == expected
    assert expected[0] == (Decimal("306.25"), 40)


def test_the_end_of_the_proceedings_starts_nothing_again():
    customer = CustomerFactory()
    late = invoice_of(customer)
    lift_hold(insolvent(customer), on=date(2025, 11, 1), at=NOON)
    assert owed(late) == [(Decimal("103.19"), 40)]
    in_december = datetime(2025, 12, 20, 12, tzinfo=UTC)
    insolvent(customer, born_before=date(2025, 12, 15), at=in_december)  # a second judgment
    assert owed(late) == [(Decimal("103.19"), 40)]


@pytest.mark.parametrize(
    ("on", "outcome"),
    [(date(2025, 9, 10), HoldOutcome.LIFTED), (date(2025, 11, 1), HoldOutcome.MISTAKE)],
)
def test_what_was_placed_by_mistake_stopped_nothing(on, outcome):
    customer = CustomerFactory()
    late = invoice_of(customer)
    expected = owed(late)
    lift_hold(insolvent(customer), on=on, outcome=outcome, at=NOON)
    assert owed(late) == expected


@pytest.mark.parametrize("end", ["lifted", "expired"])
def test_one_that_ended_is_still_called_a_mistake_and_charges_run_again(end):
    customer = CustomerFactory()
    late = invoice_of(customer)
    expected = owed(late)
    hold = insolvent(customer, ends_on=date(2025, 10, 31))
    if end == "lifted":
        lift_hold(hold, on=date(2025, 11, 1), at=NOON)
    else:
        end_expired_holds(customer.entity, on=date(2025, 11, 1), at=NOON)
    assert owed(late) == [(Decimal("103.19"), 40)]
    call_mistake(hold, on=date(2025, 12, 1), reason="Homonyme", at=NOON)
    hold.refresh_from_db()
    assert (hold.ended_on, hold.outcome, owed(late)) == (date(2025, 11, 1), "mistake", expected)
    told = Entry.objects.order_by("pk").last()
    assert (told.subject, told.text, told.about_id) == (INSOLVENCY_MISTAKE, "Homonyme", hold.pk)
    with pytest.raises(AlreadyMistake):
        call_mistake(hold, on=date(2025, 12, 1), at=NOON)


def test_one_in_force_that_is_called_a_mistake_ends():
    customer = CustomerFactory()
    late = invoice_of(customer)
    expected, hold = owed(late), insolvent(customer)
    call_mistake(hold, on=date(2025, 12, 1), at=NOON)
    hold.refresh_from_db()
    assert (hold.ended_on, hold.outcome, owed(late)) == (date(2025, 12, 1), "mistake", expected)


@pytest.mark.parametrize("one", [False, True])
def test_proceedings_without_a_date_of_birth_count_from_their_own_day(one):
    customer = CustomerFactory()
    late, other = invoice_of(customer), invoice_of(customer)
    expected = owed(late, other)
    insolvent(customer, born_before=None, starts_on=JUDGMENT, invoice=late if one else None)
    assert owed(late, other) == [(Decimal("103.19"), 40), expected[1] if one else (Decimal("103.19"), 40)]


@pytest.mark.parametrize("kind", [kind for kind in HoldKind if kind != HoldKind.INSOLVENCY])
def test_no_other_suspension_stops_anything(kind):
    customer = CustomerFactory()
    late = invoice_of(customer)
    expected = owed(late)
    insolvent(customer, kind=kind, ends_on=LATER)
    assert owed(late) == expected


def test_a_notice_after_the_judgment_starts_nothing():
    customer = CustomerFactory(entity=EntityFactory(jurisdiction="BJ"))
    late = invoice_of(customer)
    insolvent(customer)
    record_formal_notice([late.pk], on=date(2025, 10, 1), at=NOON)
    assert late_charges([late.pk], on=LATER) == {}

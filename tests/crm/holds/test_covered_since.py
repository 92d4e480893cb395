"""Money received stops interest from its day, whether somebody applied it or not yet."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings, strategies as st

from collections_app.letters.charges import charge_sheet
from collections_app.letters.lines import Line
from crm.holds.models import Hold, HoldKind
from crm.holds.queries import net_items
from crm.receivables.late_charges import late_charges, statement, waive
from crm.receivables.models import ChargeKind, Invoice
from crm.receivables.operations import allocate
from crm.receivables.registry import unapplied_covers
from tests.crm.holds.test_net_open_items import hold
from tests.factories.customers import CustomerFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.plans import rows_compared

pytestmark = pytest.mark.django_db
DUE = date(2025, 7, 31)
NOON = datetime(2025, 10, 1, 12, tzinfo=UTC)


def after(days):
    return DUE + timedelta(days=days)


def late_invoice(**values):
    """10 000,00 EUR due 31 July 2025."""
    return InvoiceFactory(**({"issued_on": date(2025, 7, 1), "due_on": DUE, "amount": Decimal(10000)} | values))


def money(invoice, amount, days, **values):
    return CreditFactory(customer=invoice.customer, amount=Decimal(amount), received_on=after(days), **values)


def bases(invoice, on):
    """Days and balance of each segment."""
    return [(s.days, s.base) for s in late_charges([invoice.pk], on=on)[invoice.pk].segments]


def test_money_not_applied_stops_interest_from_the_day_after_it_came():
    invoice = late_invoice()
    money(invoice, 4000, 10)
    assert bases(invoice, after(30)) == [(10, Decimal(10000)), (20, Decimal(6000))]


def test_money_that_came_in_time_leaves_nothing_to_ask_for():
    invoice = late_invoice()
    money(invoice, 10000, 0)
    assert late_charges([invoice.pk], on=after(30)) == {}


def test_each_sum_counts_from_its_own_day_and_covers_in_the_order_of_every_decision():
    old = late_invoice(amount=Decimal(1000))
    young = late_invoice(customer=old.customer, due_on=after(5), amount=Decimal(1000))
    for days, amount in ((10, 600), (20, 600)):
        money(old, amount, days)
    assert bases(old, after(30)) == [(10, Decimal(1000)), (10, Decimal(400))]
    assert bases(young, after(30)) == [(15, Decimal(1000)), (10, Decimal(800))]


def test_a_disputed_invoice_is_not_covered_but_by_money_that_names_it():
    disputed = late_invoice()
    hold(disputed.customer, invoice=disputed)
    money(disputed, 3000, 10)
    money(disputed, 1000, 15, names_invoice=disputed)
    on = date(2026, 3, 2)  # the day the dispute begins
    assert [base for _, base in bases(disputed, on)][-1] == Decimal(9000)


def test_what_is_paid_in_time_since_a_judgment_owes_nothing():
    old = late_invoice()
    born_since = late_invoice(customer=old.customer, issued_on=after(40), due_on=after(60), amount=Decimal(1000))
    Hold.objects.create(
        entity=old.entity, customer=old.customer, kind=HoldKind.INSOLVENCY, reason="RJ", starts_on=after(31),
        born_before=after(31), created_at=NOON,
    )  # fmt: skip
    money(old, 1000, 59)
    assert late_charges([born_since.pk], on=after(90)) == {}


def test_it_is_what_applying_the_money_would_give_before_and_after():
    invoice = late_invoice()
    credit = money(invoice, 4000, 10)
    before = [late_charges([invoice.pk], on=after(days)) for days in (20, 30)]
    allocate(invoice, credit, on=after(25), at=NOON)
    assert [late_charges([invoice.pk], on=after(days)) for days in (20, 30)] == before


def test_what_was_waived_before_money_of_an_earlier_day_was_known_is_owed_to_nobody():
    invoice = late_invoice()
    other = late_invoice(customer=invoice.customer, due_on=after(1))
    waive(invoice, kind=ChargeKind.INTEREST, reason="gesture", on=after(30), at=NOON, by=None)
    before = late_charges([other.pk], on=after(30))[other.pk].total
    money(invoice, 10000, 10)
    charges = late_charges([invoice.pk, other.pk], on=after(30))
    assert charges[invoice.pk].waived[ChargeKind.INTEREST] > charges[invoice.pk].interest
    assert charges[invoice.pk].total == charges[invoice.pk].indemnity
    lines = [Line(each, each.amount) for each in (invoice, other)]
    sheet = charge_sheet(invoice.customer, lines, on=after(30))
    assert sheet.total == before + charges[invoice.pk].indemnity


def compared(name, count):
    """Rows compared to tell the late charges of one customer with this many invoices: one in ten disputed and partly
    paid, half covered by money in ten sums, due in three parts each, of a customer who became insolvent later."""
    customer = CustomerFactory()
    hold(customer, kind=HoldKind.INSOLVENCY, born_before=date(2026, 1, 1))
    late = {"issued_on": date(2025, 7, 1), "due_on": DUE}
    invoices = InvoiceFactory.build_batch(count, customer=customer, **late)
    for nth, invoice in enumerate(invoices):
        invoice.number, invoice.installment = f"F-{nth // 3}", nth % 3 + 1
    invoices = Invoice.objects.bulk_create(invoices)
    for invoice in invoices[::10]:
        pay(invoice, 7, after(3))
        hold(customer, invoice=invoice)
    for _ in range(10):
        money(invoices[0], count * 5, 20)
    return rows_compared(statement(name), {"invoices": [invoice.pk for invoice in invoices], "on": date(2026, 3, 9)})


@pytest.mark.parametrize("name", ["late_interest", "late_indemnities"])
def test_three_times_as_many_invoices_cost_three_times_as_much(name):
    assert compared(name, 900) < 4 * compared(name, 300)


def covered(customer, on):
    ids = list(customer.invoices.values_list("pk", flat=True)[:1])
    with connection.cursor() as cursor:
        cursor.execute(unapplied_covers(), {"invoices": ids, "on": on})
        found = Counter()
        for invoice, _, amount in cursor.fetchall():
            found[invoice] += amount
        return found


@settings(max_examples=40, deadline=None)
@given(
    debts=st.lists(
        st.tuples(st.integers(1, 500), st.integers(0, 60), st.sampled_from([0, 0, 1])), min_size=1, max_size=6
    ),
    received=st.lists(st.tuples(st.integers(1, 700), st.integers(-3, 60), st.none() | st.integers(0, 5)), max_size=5),
    all_disputed=st.sampled_from([False, False, False, True]),
    judged=st.none() | st.integers(-30, 60),
)
def test_credit_by_credit_it_is_what_every_decision_takes_as_covered(debts, received, all_disputed, judged):
    customer, on = CustomerFactory(), date(2026, 3, 2)
    invoices = [
        InvoiceFactory(
            customer=customer,
            amount=amount,
            issued_on=date(2025, 12, 2) + timedelta(days=days),
            due_on=date(2026, 1, 1) + timedelta(days=days),
        )
        for amount, days, _ in debts
    ]
    for invoice, (_, _, disputed) in zip(invoices, debts, strict=True):
        if disputed:
            hold(customer, invoice=invoice)
    if all_disputed:
        hold(customer)
    if judged is not None:
        Hold.objects.create(
            entity=customer.entity,
            customer=customer,
            kind=HoldKind.INSOLVENCY,
            reason="RJ",
            starts_on=date(2026, 1, 1),
            born_before=date(2026, 1, 1) + timedelta(days=judged),
            created_at=NOON,
        )
    for amount, days, named in received:
        target = invoices[named % len(invoices)] if named is not None else None
        day = on - timedelta(days=days)
        CreditFactory(customer=customer, amount=amount, received_on=day, names_invoice=target)
    expected = {item.invoice_id: item.covered for item in net_items(customer, on=on) if item.covered}
    assert covered(customer, on) == expected

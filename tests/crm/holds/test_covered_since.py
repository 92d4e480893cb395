"""Money received stops interest from its day, whether somebody applied it or not yet."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import example, given, settings, strategies as st

from collections_app.letters.charges import charge_sheet
from collections_app.letters.lines import Line
from crm.core.among import named
from crm.holds.models import Hold, HoldKind, HoldOutcome
from crm.holds.queries import net_items, net_open_items
from crm.receivables.late_charges import late_charges, statement, waive
from crm.receivables.models import ChargeKind, Credit, Invoice
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


def test_money_that_came_since_a_claim_ran_out_pays_the_newer_one_in_time():
    ran_out = late_invoice(due_on=after(-800), issued_on=after(-830))
    newer = late_invoice(customer=ran_out.customer, issued_on=after(40), due_on=after(60), amount=Decimal(1000))
    hold(ran_out.customer, HoldKind.LIMITATION, invoice=ran_out, starts_on=after(31))
    money(ran_out, 1000, 59)
    assert late_charges([newer.pk], on=after(90)) == {}


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


def large(count):
    """A customer with this many invoices, due in three parts each, one in ten disputed and partly paid, half covered by
    as many sums, one in ten of which names one of them. Insolvent later, one in ten of his invoices for itself, which
    ran out too."""
    customer = CustomerFactory()
    hold(customer, kind=HoldKind.INSOLVENCY, born_before=date(2026, 1, 1))
    late = {"issued_on": date(2025, 7, 1), "due_on": DUE}
    invoices = InvoiceFactory.build_batch(count, customer=customer, **late)
    for nth, invoice in enumerate(invoices):
        invoice.number, invoice.installment = f"F-{nth // 3}", nth % 3 + 1
    invoices = Invoice.objects.bulk_create(invoices)
    for nth, invoice in enumerate(invoices[::10]):
        pay(invoice, 7, after(3))
        hold(customer, invoice=invoice)
        CreditFactory(customer=customer, amount=50, received_on=after(nth % 200), names_invoice=invoice)
    for kind in (HoldKind.INSOLVENCY, HoldKind.LIMITATION):
        for invoice in invoices[1::10]:
            hold(customer, kind=kind, invoice=invoice)
    sums = CreditFactory.build_batch(count, customer=customer, amount=Decimal(50))
    for nth, one in enumerate(sums):
        one.received_on = after(nth % 200)
    Credit.objects.bulk_create(sums)
    return customer


def compared(name, count):
    """Rows compared to tell the late charges of one large customer, or what his money covers as decisions see it."""
    customer, on = large(count), date(2026, 3, 9)
    if name == "net_open_items":
        with connection.cursor() as cursor:
            cursor.execute("analyze")
        among = named([customer.pk])
        return rows_compared(net_open_items(among), {"entity": customer.entity_id, "on": on, **among.params})
    invoices = list(customer.invoices.values_list("pk", flat=True))
    return rows_compared(statement(name), {"invoices": invoices, "on": on})


@pytest.mark.parametrize("name", ["late_interest", "late_indemnities", "net_open_items"])
def test_three_times_as_many_invoices_and_sums_cost_three_times_as_much(name):
    assert compared(name, 900) < 4 * compared(name, 300)


ON = date(2026, 3, 2)
NEW_YEAR = date(2026, 1, 1)
DEBTS = st.lists(
    st.tuples(st.integers(1, 500), st.integers(0, 60), st.sampled_from([False, False, True])), min_size=1, max_size=6
)
SUM = st.tuples(st.integers(1, 700), st.integers(-3, 90), st.none() | st.integers(0, 5))
# What forbids to pay: insolvency in one of three scopes, or the limitation of an invoice.
FORBIDDEN = st.tuples(
    st.sampled_from(["claims", "claims", "customer", "invoice", "limitation"]),
    st.integers(-30, 60),  # begins so many days after the new year
    st.integers(-40, 20),  # claims born so many days before or after that
    st.none() | st.integers(0, 40),  # ends so many days later
    st.sampled_from([HoldOutcome.LIFTED, HoldOutcome.LIFTED, HoldOutcome.MISTAKE]),
    st.integers(0, 5),
)
LEDGER = st.tuples(
    DEBTS, st.lists(SUM, max_size=5), st.sampled_from([False, False, False, True]), st.lists(FORBIDDEN, max_size=3)
)


class Ledger:
    """Invoices, some of them disputed, sums, and what insolvency or limitation forbids, of one customer."""

    def __init__(self, debts, received, all_disputed, forbidden):
        self.customer = CustomerFactory()
        self.invoices = [
            InvoiceFactory(
                customer=self.customer,
                amount=amount,
                issued_on=NEW_YEAR + timedelta(days=days - 30),
                due_on=NEW_YEAR + timedelta(days=days),
            )
            for amount, days, _ in debts
        ]
        disputed = [one for one, debt in zip(self.invoices, debts, strict=True) if debt[2]]
        for invoice in disputed:
            hold(self.customer, invoice=invoice)
        if all_disputed:
            hold(self.customer)
        self.disputed = self.invoices if all_disputed else disputed
        self.sums = [self.receive(*values) for values in received]
        self.forbidden = [self.forbid(*values) for values in forbidden]

    def receive(self, amount, days, named):
        day, target = ON - timedelta(days=days), None if named is None else self.invoices[named % len(self.invoices)]
        return CreditFactory(customer=self.customer, amount=amount, received_on=day, names_invoice=target)

    def forbid(self, scope, begins, born, ends, outcome, nth):
        starts_on = NEW_YEAR + timedelta(days=begins)
        one = {"invoice": self.invoices[nth % len(self.invoices)]}
        covers = {"claims": {"born_before": starts_on + timedelta(days=born)}, "invoice": one, "limitation": one}
        kind = HoldKind.LIMITATION if scope == "limitation" else HoldKind.INSOLVENCY
        mistaken_at = NOON if outcome == HoldOutcome.MISTAKE else None
        ends_then = {"ended_on": starts_on + timedelta(days=ends or 0), "outcome": outcome, "mistaken_at": mistaken_at}
        ended = {} if ends is None else ends_then
        return hold(self.customer, kind, starts_on=starts_on, **covers.get(scope, {}), **ended)

    def shares(self):
        """What each invoice is covered by, by the day the money came."""
        found = Counter()
        with connection.cursor() as cursor:
            cursor.execute(unapplied_covers(), {"invoices": [self.invoices[0].pk], "on": ON})
            for invoice, day, amount in cursor.fetchall():
                found[invoice, day] += amount
        return found

    def one_after_the_other(self):
        """The rule as docs/law.md says it: what sums name, then each in its turn, the oldest due first."""
        found, left = Counter(), {one.pk: Decimal(one.amount) for one in self.invoices}
        came = sorted((one for one in self.sums if one.received_on <= ON), key=lambda one: (one.received_on, one.pk))
        rest = {one.pk: Decimal(one.amount) for one in came}
        oldest_first = sorted(self.invoices, key=lambda one: (one.due_on, one.pk))
        turns = [(one, [one.names_invoice]) for one in came if one.names_invoice]
        turns += [(one, [owed for owed in oldest_first if self.may_cover(one, owed)]) for one in came]
        for one, invoices in turns:
            for invoice in invoices:
                takes = min(rest[one.pk], left[invoice.pk])
                rest[one.pk] -= takes
                left[invoice.pk] -= takes
                found[invoice.pk, one.received_on] += takes
        return +found

    def may_cover(self, one, invoice):
        return invoice not in self.disputed and not any(forbids(held, one, invoice) for held in self.forbidden)


def forbids(held, one, invoice):
    if held.outcome == HoldOutcome.MISTAKE or (held.ended_on and held.ended_on <= held.starts_on):
        return False
    since = held.born_before or held.starts_on
    covers = held.invoice == invoice if held.invoice else invoice.issued_on < since
    return covers and since <= one.received_on and (held.ended_on is None or one.received_on < held.ended_on)


def by_invoice(shares):
    found = Counter()
    for (invoice, _), amount in shares.items():
        found[invoice] += amount
    return found


@settings(max_examples=100, deadline=None)
@given(LEDGER)
@example(
    (
        [(100, 0, False), (100, 60, False)],
        [(100, 5, None)],
        False,
        [("limitation", -30, 0, None, HoldOutcome.LIFTED, 0)],
    )
)
def test_credit_by_credit_it_is_the_rule_and_what_every_decision_takes_as_covered(values):
    ledger = Ledger(*values)
    shares = ledger.shares()
    decided = {item.invoice_id: item.covered for item in net_items(ledger.customer, on=ON) if item.covered}
    assert (shares, by_invoice(shares)) == (ledger.one_after_the_other(), decided)
    assert sum(shares.values()) <= sum(one.amount for one in ledger.sums if one.received_on <= ON)


@settings(max_examples=60, deadline=None)
@given(LEDGER, SUM)
@example(
    ([(100, 0, False), (100, 60, False)], [(100, 60, None)], False, [("claims", 25, 0, None, HoldOutcome.LIFTED, 0)]),
    (1, 5, None),
)
def test_one_more_sum_lowers_nothing_that_another_invoice_was_covered_by(values, more):
    ledger = Ledger(*values)
    before = ledger.shares()
    one = ledger.receive(*more)
    after = ledger.shares()
    days = sorted({day for _, day in before})
    assert not [
        (invoice, day)
        for invoice in ledger.invoices
        if invoice != one.names_invoice
        for day in days
        if covered_by(after, invoice, day) < covered_by(before, invoice, day)
    ]


def covered_by(shares, invoice, day):
    """What an invoice is covered by on a day, as it is known now."""
    return sum(amount for (of, came), amount in shares.items() if of == invoice.pk and came <= day)


@settings(max_examples=60, deadline=None)
@given(LEDGER.filter(lambda ledger: ledger[3]), st.integers(1, 60))
def test_lifting_a_hold_leaves_what_earlier_money_covered(values, days):
    ledger = Ledger(*values)
    held = ledger.forbidden[0]
    held.ended_on, held.outcome, held.mistaken_at = None, "", None
    held.save()
    before = ledger.shares()
    held.ended_on, held.outcome = held.starts_on + timedelta(days=days), HoldOutcome.LIFTED
    held.save()
    assert earlier(ledger.shares(), held.ended_on) == earlier(before, held.ended_on)


def earlier(shares, day):
    return {key: amount for key, amount in shares.items() if key[1] < day}

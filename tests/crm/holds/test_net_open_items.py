from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from crm.holds.models import Hold, HoldKind, HoldOutcome
from crm.holds.queries import first_owing_late, net_items
from crm.holds.summary import accounts
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
ON, AT = date(2026, 3, 2), datetime(2026, 3, 2, 8, tzinfo=UTC)


def net(customer):
    return [item.net_amount for item in net_items(customer, on=ON)]


def hold(customer, kind=HoldKind.DISPUTE, **scope):
    return Hold.objects.create(
        **{
            "entity": customer.entity,
            "customer": customer,
            "kind": kind,
            "reason": "essai",
            "starts_on": ON,
            "created_at": "2026-03-02T08:00Z",
            **scope,
        }
    )


def test_without_money_everything_is_left():
    invoice = InvoiceFactory()
    assert net(invoice.customer) == [Decimal(100)]


def test_money_covers_the_oldest_due_first():
    late = InvoiceFactory(due_on="2026-01-31")
    InvoiceFactory(customer=late.customer, due_on="2026-01-15")
    CreditFactory(customer=late.customer, amount=130)
    assert net(late.customer) == [Decimal(0), Decimal(70)]


def test_money_covers_first_the_invoice_it_names():
    old = InvoiceFactory(due_on="2026-01-15")
    named = InvoiceFactory(customer=old.customer, due_on="2026-01-31")
    CreditFactory(customer=old.customer, amount=130, names_invoice=named)
    assert net(old.customer) == [Decimal(70), Decimal(0)]


def test_money_that_names_the_invoice_of_another_covers_nothing_of_it():
    named = InvoiceFactory()
    own = InvoiceFactory(customer__entity=named.entity)
    CreditFactory(customer=own.customer, amount=60, names_invoice=named)
    assert (net(named.customer), net(own.customer)) == ([Decimal(100)], [Decimal(40)])


def test_money_never_covers_a_disputed_invoice():
    disputed = InvoiceFactory(due_on="2026-01-15")
    InvoiceFactory(customer=disputed.customer, due_on="2026-01-31")
    CreditFactory(customer=disputed.customer, amount=130)
    hold(disputed.customer, invoice=disputed)
    assert net(disputed.customer) == [Decimal(100), Decimal(0)]


@pytest.mark.parametrize("named", [False, True])
def test_money_covers_from_the_day_it_came(named):
    invoice = InvoiceFactory()
    customer = invoice.customer
    CreditFactory(
        customer=customer, amount=60, received_on=ON + timedelta(days=2), names_invoice=invoice if named else None
    )
    left = [net_items(customer, on=ON + timedelta(days=days))[0].net_amount for days in (0, 1, 2, 3)]
    assert left == [100, 100, 40, 40]
    assert [accounts(customer, ON + timedelta(days=days))[0].unapplied for days in (1, 2)] == [0, 60]


def test_money_of_another_currency_covers_nothing():
    invoice = InvoiceFactory()
    CreditFactory(customer=invoice.customer, currency="USD")
    assert net(invoice.customer) == [Decimal(100)]


def test_an_insolvency_holds_claims_born_before_the_judgment():
    before = InvoiceFactory(issued_on="2026-01-01")
    InvoiceFactory(customer=before.customer, issued_on="2026-02-20", due_on="2026-02-28")
    hold(before.customer, HoldKind.INSOLVENCY, born_before="2026-02-01")
    assert [item.held for item in net_items(before.customer, on=ON)] == ["insolvency", None]


@pytest.mark.parametrize("scope", ["claims", "invoice"])
def test_money_of_an_insolvent_customer_covers_what_he_may_pay(scope):
    before = InvoiceFactory(issued_on="2026-01-01", due_on="2026-01-15", amount=1000)
    InvoiceFactory(customer=before.customer, issued_on="2026-02-20", due_on="2026-02-28")
    CreditFactory(customer=before.customer, amount=100, received_on=ON)
    covers = {"born_before": "2026-02-01"} if scope == "claims" else {"invoice": before}
    hold(before.customer, HoldKind.INSOLVENCY, **covers)
    assert net(before.customer) == [Decimal(1000), Decimal(0)]


def test_what_was_received_before_the_judgment_has_paid_the_claims_of_then():
    before = InvoiceFactory(issued_on="2026-01-01", due_on="2026-01-15", amount=1000)
    InvoiceFactory(customer=before.customer, issued_on="2026-02-20", due_on="2026-02-28")
    CreditFactory(customer=before.customer, amount=100, received_on="2026-01-31")
    hold(before.customer, HoldKind.INSOLVENCY, born_before="2026-02-01")
    assert net(before.customer) == [Decimal(900), Decimal(100)]


@pytest.fixture
def insolvent():
    """1 000,00 due before the judgment of 1 February, paid on its day; 1 000,00 born since."""
    before = InvoiceFactory(issued_on="2026-01-01", due_on="2026-01-15", amount=1000)
    InvoiceFactory(customer=before.customer, issued_on="2026-02-10", due_on="2026-02-20", amount=1000)
    CreditFactory(customer=before.customer, amount=1000, received_on="2026-01-15")
    return before


def judged(invoice, scope, **values):
    """Held since 1 February in one of three ways, as the page and the settings place it."""
    covers = {"claims": {"born_before": "2026-02-01"}, "invoice": {"invoice": invoice}, "customer": {}}[scope]
    return hold(invoice.customer, HoldKind.INSOLVENCY, **({"starts_on": "2026-02-01"} | covers | values))


SCOPES = pytest.mark.parametrize("scope", ["claims", "invoice", "customer"])


@SCOPES
def test_a_cent_since_the_judgment_does_not_move_what_came_before(insolvent, scope):
    judged(insolvent, scope)
    assert net(insolvent.customer) == [0, 1000]
    CreditFactory(customer=insolvent.customer, amount="0.01")
    assert net(insolvent.customer) == [0, Decimal("999.99")]


@SCOPES
def test_what_was_paid_in_time_for_a_new_debt_stays_on_it_when_the_hold_is_lifted(insolvent, scope):
    insolvent.customer.credits.update(received_on="2026-02-15")
    held = judged(insolvent, scope)
    assert net(insolvent.customer) == [1000, 0]
    lifted(held)
    assert net(insolvent.customer) == [1000, 0]


@SCOPES
def test_what_comes_after_the_hold_pays_the_claims_of_before_again(insolvent, scope):
    insolvent.customer.credits.update(received_on="2026-02-15")
    lifted(judged(insolvent, scope))
    CreditFactory(customer=insolvent.customer, amount=300, received_on=ON)
    assert net(insolvent.customer) == [700, 0]


@SCOPES
@pytest.mark.parametrize("last_day", [None, "2026-02-14"])
def test_a_hold_by_mistake_or_past_its_last_day_forbids_nothing(insolvent, scope, last_day):
    insolvent.customer.credits.update(received_on="2026-02-15")
    held = judged(insolvent, scope, ends_on=last_day)
    if last_day is None:
        lifted(held, HoldOutcome.MISTAKE)
    assert net(insolvent.customer) == [0, 1000]


def test_a_second_judgment_forbids_what_was_born_since_the_first(insolvent):
    """Plan adopted on 10 February, broken on 25: what came then covers what is born since only."""
    lifted(judged(insolvent, "claims"), on="2026-02-10")
    hold(insolvent.customer, HoldKind.INSOLVENCY, born_before="2026-02-25")
    InvoiceFactory(customer=insolvent.customer, issued_on="2026-02-26", due_on="2026-02-28", amount=1000)
    insolvent.customer.credits.update(received_on="2026-02-25")
    assert net(insolvent.customer) == [1000, 1000, 0]
    CreditFactory(customer=insolvent.customer, amount=50, received_on="2026-02-24")
    assert net(insolvent.customer) == [950, 1000, 0]


def lifted(held, outcome=HoldOutcome.LIFTED, on=ON - timedelta(days=2)):
    held.ended_on, held.outcome = on, outcome
    held.mistaken_at = AT if outcome == HoldOutcome.MISTAKE else None
    held.save()


class TestWhatRanOut:
    """1 000,00 ran out on 1 February; 1 000,00 due since may be asked for (C. civ. 1342-10: the debt one has most
    interest in paying comes before the oldest)."""

    @pytest.fixture
    def old(self):
        old = InvoiceFactory(customer__kind="consumer", issued_on="2024-01-01", due_on="2024-01-31", amount=1000)
        InvoiceFactory(customer=old.customer, issued_on="2026-02-01", due_on="2026-02-20", amount=1000)
        return old

    @pytest.fixture
    def held(self, old):
        return hold(old.customer, HoldKind.LIMITATION, invoice=old, starts_on="2026-02-01")

    @pytest.mark.parametrize(("day", "left"), [("2026-01-31", [900, 1000]), ("2026-02-01", [1000, 900])])
    def test_is_covered_by_money_that_came_before(self, old, held, day, left):
        CreditFactory(customer=old.customer, amount=100, received_on=day)
        assert net(old.customer) == left
        CreditFactory(customer=old.customer, amount="0.01")
        assert net(old.customer) == [left[0], left[1] - Decimal("0.01")]

    def test_is_covered_by_money_that_names_it_whenever_that_came(self, old, held):
        CreditFactory(customer=old.customer, amount=100, received_on=ON, names_invoice=old)
        assert net(old.customer) == [900, 1000]

    def test_leaves_what_nothing_else_needs_to_what_is_owed_later(self, old, held):
        CreditFactory(customer=old.customer, amount=1500, received_on="2026-02-15")
        assert net(old.customer) == [1000, 0]
        InvoiceFactory(customer=old.customer, issued_on="2026-02-20", due_on="2026-02-28", amount=600)
        assert net(old.customer) == [1000, 0, 100]

    @pytest.mark.parametrize(
        ("outcome", "left"),
        [(HoldOutcome.LIFTED, [1000, 900]), (HoldOutcome.SETTLED, [1000, 900]), (HoldOutcome.MISTAKE, [900, 1000])],
    )
    def test_stays_uncovered_by_what_came_then_but_if_it_had_not_run_out(self, old, held, outcome, left):
        CreditFactory(customer=old.customer, amount=100, received_on="2026-02-15")
        lifted(held, outcome)
        assert net(old.customer) == left


def test_what_is_disputed_is_covered_by_name_alone_whenever_the_money_came():
    disputed = InvoiceFactory(due_on="2026-01-15", amount=500)
    InvoiceFactory(customer=disputed.customer, issued_on="2026-02-10", due_on="2026-02-20", amount=500)
    CreditFactory(customer=disputed.customer, amount=500, received_on="2026-01-30")
    hold(disputed.customer, born_before="2026-02-01")
    assert net(disputed.customer) == [500, 0]


@pytest.mark.parametrize(("disputed", "left"), [("2026-01-10", [100, 50, 100]), ("2026-02-15", [100, 100, 50])])
def test_a_dispute_and_a_judgment_are_asked_apart(disputed, left):
    """50,00 came before the judgment of 1 February: it pays what is not disputed."""
    old = InvoiceFactory(due_on="2026-01-15")
    for issued_on, due_on in (("2026-01-20", "2026-02-15"), ("2026-02-20", "2026-02-28")):
        InvoiceFactory(customer=old.customer, issued_on=issued_on, due_on=due_on)
    CreditFactory(customer=old.customer, amount=50, received_on="2026-01-31")
    hold(old.customer, born_before=disputed)
    hold(old.customer, HoldKind.INSOLVENCY, born_before="2026-02-01")
    assert net(old.customer) == left


@pytest.mark.parametrize(("day", "held"), [(0, "manual"), (5, "manual"), (6, None)])
def test_a_hold_lasts_to_its_last_day(day, held):
    invoice = InvoiceFactory()
    hold(invoice.customer, HoldKind.MANUAL, ends_on=ON + timedelta(days=5))
    items = net_items(invoice.customer, on=ON + timedelta(days=day))
    assert [item.held for item in items] == [held]


@settings(max_examples=40, deadline=None)
@given(
    debts=st.lists(st.tuples(st.integers(1, 500), st.integers(0, 60), st.booleans()), min_size=1, max_size=6),
    money=st.lists(st.tuples(st.integers(1, 700), st.none() | st.integers(0, 5)), max_size=4),
)
def test_what_is_covered_is_money_there_is(debts, money):
    customer = CustomerFactory()
    invoices = [
        InvoiceFactory(customer=customer, amount=amount, due_on=date(2026, 1, 1) + timedelta(days=days))
        for amount, days, _ in debts
    ]
    for invoice, (_, _, disputed) in zip(invoices, debts, strict=True):
        if disputed:
            hold(customer, invoice=invoice)
    for amount, named in money:
        target = invoices[named % len(invoices)] if named is not None else None
        CreditFactory(customer=customer, amount=amount, names_invoice=target)
    items = net_items(customer, on=ON)
    assert all(0 <= item.net_amount <= item.open_amount for item in items)
    assert sum(item.covered for item in items) <= sum(amount for amount, _ in money)
    uncovered = [item for item in items if item.held != "dispute" and item.net_amount > 0]
    if uncovered:
        free = [item for item in items if item.held != "dispute"]
        first_left = min((item.due_on, item.invoice_id) for item in uncovered)
        later_by_pool = [i for i in free if (i.due_on, i.invoice_id) > first_left and i.covered > 0]
        named = {invoices[n % len(invoices)].pk for _, n in money if n is not None}
        assert all(item.invoice_id in named for item in later_by_pool)


def test_the_first_who_owes_something_late_is_found_in_one_query(django_assert_num_queries):
    paid, later, late, other = CustomerFactory.create_batch(4, entity=EntityFactory())
    InvoiceFactory(customer=later, due_on=date(2026, 4, 1))
    for customer in (late, other):
        InvoiceFactory(customer=customer, due_on=date(2026, 1, 31))
    with django_assert_num_queries(1):
        assert first_owing_late([paid, later, late, other], on=ON) == late
    assert first_owing_late([paid, later], on=ON) is None

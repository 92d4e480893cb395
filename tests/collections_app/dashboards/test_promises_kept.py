"""What counts as kept: the day the money came, not that on which it was applied; as much as was promised, of what was
promised."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from collections_app.dashboards import performance as figures
from crm.holds.operations import place_hold, place_holds
from crm.imports.operations import import_file
from crm.imports.outcome import Options
from crm.receivables.operations import allocate
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
MADE, LAST = date(2026, 3, 1), date(2026, 3, 10)


def noon(on):
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


@pytest.fixture
def customer():
    return CustomerFactory()


def late(customer, amount=100, **fields):
    return InvoiceFactory(
        customer=customer, amount=amount, **{"issued_on": "2026-01-01", "due_on": "2026-02-01"} | fields
    )


def promise(customer, *invoices, **fields):
    said = {"kind": "promise", "reason": "dit qu'il paiera", "starts_on": MADE, "ends_on": LAST, "at": noon(MADE)}
    return place_holds(customer, invoices, **said | fields)


def kept(entity):
    """How many were kept, of how many."""
    found = figures.promises(entity, since=MADE, until=date(2026, 4, 1)).get(MADE)
    return (found.kept, found.matured) if found else None


@pytest.mark.parametrize(("received_on", "found"), [(LAST, (1, 1)), (LAST + timedelta(days=1), (0, 1))])
@pytest.mark.parametrize("lettered", [False, True])
def test_money_counts_from_the_day_it_came_applied_or_not(customer, lettered, received_on, found):
    invoice = late(customer)
    promise(customer, invoice)
    money = CreditFactory(customer=customer, amount=100, received_on=received_on)
    if lettered:
        on = received_on + timedelta(days=2)
        for one in (invoice, money):
            one.refresh_from_db()
        allocate(invoice, money, on=on, at=noon(on))
    assert kept(customer.entity) == found


@pytest.mark.parametrize(("names", "found"), [(False, (0, 1)), (True, (1, 1))])
def test_unapplied_money_covers_what_it_names_then_the_oldest_due(customer, names, found):
    late(customer, due_on="2026-01-15")
    invoice = late(customer)
    promise(customer, invoice)
    CreditFactory(customer=customer, amount=100, received_on=LAST, names_invoice=invoice if names else None)
    assert kept(customer.entity) == found


def test_unapplied_money_that_does_not_cover_all_keeps_nothing(customer):
    promise(customer, late(customer), late(customer))
    CreditFactory(customer=customer, amount=199, received_on=LAST)
    assert kept(customer.entity) == (0, 1)
    CreditFactory(customer=customer, amount=1, received_on=LAST)
    assert kept(customer.entity) == (1, 1)


def test_a_list_that_comes_a_day_later_says_that_it_may_have_been_paid_in_time(tmp_path):
    entity = EntityFactory()
    for day, rows in ((1, "A;F1;01/02/2026;100\nB;F2;01/02/2026;50"), (9, ""), (11, "B;F2;01/02/2026;50")):
        path = tmp_path / f"{day}.csv"
        path.write_text(
            f"client;facture;echeance;solde\n{rows or 'A;F1;01/02/2026;100' + chr(10) + 'B;F2;01/02/2026;50'}\n"
        )
        options = Options(mode="snapshot", closing_confirmed=True)
        import_file(path, entity=entity, options=options, by=None, at=noon(date(2026, 3, day)))
        if day == 1:
            for customer in entity.customers.all():
                promise(customer, customer.invoices.get())
    assert kept(entity) == (1, 2)


@pytest.mark.parametrize(
    ("paid", "on", "found"),
    [(400, LAST, (1, 1)), (399, LAST, (0, 1)), (400, LAST + timedelta(days=1), (0, 1))],
)
def test_of_an_amount_promised_so_much_is_to_come(customer, paid, on, found):
    invoice = late(customer, 1000)
    promise(customer, invoice, amount=Decimal(400), currency="EUR")
    pay(invoice, paid, on)
    assert kept(customer.entity) == found


def test_an_amount_promised_counts_what_is_not_yet_applied_since_the_promise(customer):
    invoices = [late(customer, 1000), late(customer, 1000)]
    promise(customer, *invoices, amount=Decimal(400), currency="EUR")
    CreditFactory(customer=customer, amount=150, received_on=MADE - timedelta(days=1))
    CreditFactory(customer=customer, amount=150, received_on=MADE)
    pay(invoices[0], 249, LAST)
    assert kept(customer.entity) == (0, 1)
    pay(invoices[1], 1, LAST)
    assert kept(customer.entity) == (1, 1)


def test_an_amount_promised_in_a_currency_says_nothing_of_another(customer):
    late(customer, currency="CHF")
    invoice = late(customer)
    promise(customer, amount=Decimal(40), currency="EUR")
    pay(invoice, 40, LAST)
    assert kept(customer.entity) == (1, 1)


@pytest.mark.parametrize(("since", "found"), [(MADE, (1, 1)), (MADE + timedelta(days=1), (0, 1))])
def test_what_was_disputed_before_was_not_promised(customer, since, found):
    disputed, owed = late(customer), late(customer)
    place_hold(customer, invoice=disputed, kind="dispute", reason="d", starts_on=since, at=noon(since))
    promise(customer)
    pay(owed, 100, LAST)
    assert kept(customer.entity) == found

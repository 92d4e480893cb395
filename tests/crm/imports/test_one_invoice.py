"""Which rows of a list are one invoice, so that it owes the fixed indemnity once (C. com. D441-5, CJUE C-370/21)."""

from datetime import date

import pytest

from crm.customers.models import Customer
from crm.customers.operations import merge_customers
from crm.receivables.late_charges import late_charges
from crm.receivables.models import Invoice
from tests.crm.imports.conftest import AT
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
HEADER = "client;facture;date;echeance;solde"
MONTHS = range(1, 7)
RENTS = [f"A;BAIL12;01/{month:02}/2025;10/{month:02}/2025;900,00" for month in MONTHS]
INSTALMENTS = [f"A;F12;01/01/2025;10/{month:02}/2025;900,00" for month in MONTHS]
EACH, ONCE = [40] * 6, [40] + [0] * 5


@pytest.fixture
def read(load, tmp_path):
    def run(rows, header=HEADER):
        path = tmp_path / "items.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        load(path)

    return run


def indemnities():
    """Of all invoices, the first due first; alike asked together and one by one."""
    keys, on = list(Invoice.objects.order_by("due_on").values_list("pk", flat=True)), date(2026, 3, 2)
    together = [late_charges(keys, on=on)[key].indemnity for key in keys]
    assert together == [late_charges([key], on=on)[key].indemnity for key in keys]
    return together


@pytest.mark.parametrize(("rows", "owed"), [(RENTS, EACH), (INSTALMENTS, ONCE)], ids=["rents", "instalments"])
@pytest.mark.parametrize("lists", [1, 6])
def test_without_identifiers_one_day_of_issue_is_one_invoice(read, rows, owed, lists):
    """Also where each list tells one more than the last."""
    for number in range(1, lists + 1):
        read(rows[: number * 6 // lists])
    assert indemnities() == owed


def test_rents_of_an_account_that_was_merged_still_owe_it_each(read, entity):
    read(RENTS)
    kept = CustomerFactory(entity=entity)
    merge_customers(kept, Customer.objects.get(external_id="A"), by=None, at=AT)
    assert indemnities() == EACH


def test_an_identifier_that_the_books_give_to_several_rows_is_one_invoice_whatever_their_days(read):
    read([f"{row};PIECE-7/BAIL12" for row in RENTS], header=f"{HEADER};identifiant")
    assert indemnities() == ONCE

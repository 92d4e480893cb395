"""A list may say that nothing is open of a document: what is known of it is closed, and nothing new is written."""

from decimal import Decimal

import pytest

from crm.receivables.models import Credit, Invoice
from tests.crm.imports.conftest import balances

HEADER = "customer,name,invoice,date,due,open_amount"


@pytest.fixture
def write(tmp_path):
    def run(*rows):
        path = tmp_path / "items.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return path

    return run


def test_a_row_of_zero_writes_nothing(load, write, entity):
    outcome = load(write("A,Alpha,F1,2026-02-01,2026-03-03,100.00", "A,Alpha,F2,2026-02-01,2026-03-03,0.00"))
    assert (outcome.rows_rejected, outcome.invoices, outcome.credit_notes) == (0, 1, 0)
    assert (Invoice.objects.count(), Credit.objects.count(), balances(entity)) == (1, 0, {"A": Decimal(100)})


def test_an_amount_below_the_smallest_coin_writes_nothing(load, write):
    outcome = load(write("A,Alpha,F1,2026-02-01,2026-03-03,0.001"))
    assert (outcome.rows_rejected, Invoice.objects.count(), Credit.objects.count()) == (0, 0, 0)


def test_a_row_of_zero_closes_the_invoice_it_names(load, write, entity):
    load(write("A,Alpha,F1,2026-02-01,2026-03-03,100.00"))
    assert load(write("A,Alpha,F1,2026-02-01,2026-03-03,0.00")).changes["movements_down"] == 1
    assert balances(entity) == {"A": Decimal(0)}


def test_a_row_of_zero_closes_the_credit_it_names(load, write, entity):
    load(write("A,Alpha,AV1,2026-02-01,2026-02-01,-30.00", "A,Alpha,F1,2026-02-01,2026-03-03,100.00"))
    load(write("A,Alpha,AV1,2026-02-01,2026-02-01,0.00", "A,Alpha,F1,2026-02-01,2026-03-03,100.00"))
    assert (balances(entity), Credit.objects.count()) == ({"A": Decimal(100)}, 1)

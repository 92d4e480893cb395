"""The real files beside the repository, against figures computed straight from them another way."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from tests.crm.imports.conftest import SHARED, balances, open_items
from tools.launcher import outside

FEC = SHARED / "0000000001FEC20220831.txt"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason=outside.NO_LEDGERS)


def book_balances() -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    with FEC.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["CompteNum"].startswith("411"):
                amount = Decimal(row["Debit"].replace(",", ".")) - Decimal(row["Credit"].replace(",", "."))
                found[row["CompAuxNum"]] += amount
    return dict(found)


def test_each_customer_of_the_real_fec_has_the_balance_of_his_account(load, entity):
    outcome = load(FEC)
    expected = book_balances()
    assert balances(entity) == expected
    assert outcome.open_amount == {"EUR": sum(expected.values())}
    assert (outcome.rows_read, outcome.rows_rejected, outcome.customers) == (5422, 0, len(expected))
    assert {name for name, _ in open_items(entity)} == {name for name, amount in expected.items() if amount}


def test_the_real_fec_night_by_night_ends_where_it_ends_at_once(load, entity):
    from datetime import date

    for until in (date(2022, 2, 28), date(2022, 5, 10), date(2022, 5, 11), date(2022, 7, 31), None):
        outcome = load(FEC, until=until)
        assert sum(balances(entity).values()) == outcome.open_amount["EUR"]
        assert outcome.changes["movements_up"] == 0
    assert balances(entity) == book_balances()


ITEMS = SHARED / "open_items.csv"


def listed_balances() -> dict[str, Decimal]:
    """Each amount rounded to the cent by hand, half up."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in ITEMS.read_text().splitlines()[1:]:
        cells = line.rsplit(",", 9)
        whole, _, part = cells[-1].partition(".")
        cents = int(whole) * 1000 + int((part + "000")[:3])
        found[cells[0].split(",")[2]] += Decimal((cents + 5) // 10) / 100
    return dict(found)


def test_each_customer_of_the_real_list_owes_what_the_list_says(load, entity):
    outcome = load(ITEMS)
    expected = listed_balances()
    assert balances(entity) == expected
    assert (outcome.rows_read, outcome.rows_rejected, outcome.customers, outcome.invoices) == (9681, 0, 553, 9681)
    assert outcome.open_amount == {"USD": Decimal("310427858.974")}


def test_the_real_list_twice_changes_nothing(load):
    load(ITEMS, mode="snapshot")
    again = load(ITEMS, mode="snapshot")
    assert (again.changes["invoices_new"], again.changes["movements_down"], again.changes["closing"]) == (0, 0, 0)

"""Terms longer than the law allows are told by the import that brings them (FR-06)."""

from datetime import UTC, datetime

import pytest

from crm.customers.models import Customer
from crm.imports.operations import import_file
from crm.imports.outcome import Options
from crm.law.models import Rule
from crm.receivables.models import Invoice

pytestmark = pytest.mark.django_db
HEADER = "customer,name,invoice,date,due,amount"


@pytest.fixture
def write(tmp_path):
    def run(*rows, header=HEADER):
        path = tmp_path / "items.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return run


def told(outcome):
    found = outcome.changes.get("long_terms", {"invoices": 0, "days": None, "numbers": []})
    return found["invoices"], found["days"], found["numbers"]


def test_sixty_days_are_allowed_and_more_is_told(load, write):
    path = write(
        "A,Alpha,F1,2026-01-10,2026-03-11,10",
        "A,Alpha,F2,2026-01-10,2026-03-20,10",
        "A,Alpha,F3,2026-01-10,2026-05-10,10",
    )
    assert told(load(path, dry_run=True)) == (2, 120, ["F3", "F2"])
    assert told(load(path)) == (2, 120, ["F3", "F2"])
    assert Invoice.objects.count() == 3


def test_forty_five_days_end_of_month_are_allowed_however_they_are_counted(load, write):
    # From 1 January: 45 days lead to 15 February, whose month ends on the 28th; from the end of January, to 17 March.
    assert told(load(write("A,Alpha,F1,2026-01-01,2026-02-28,10", "A,Alpha,F2,2026-01-01,2026-03-17,10"))) == (
        0,
        None,
        [],
    )
    assert told(load(write("A,Alpha,F3,2026-01-01,2026-03-18,10"))) == (1, 76, ["F3"])


def test_a_known_invoice_is_not_told_again(load, write):
    path = write("A,Alpha,F1,2026-01-10,2026-05-10,10")
    load(path)
    assert told(load(path)) == (0, None, [])


def test_consumers_agree_what_they_like(load, write):
    load(write("A,Alpha,particulier", header="Code client;Nom;Type client".replace(";", ",")))
    assert Customer.objects.get().kind == "consumer"
    assert told(load(write("A,Alpha,F1,2026-01-10,2026-05-10,10"))) == (0, None, [])


def test_terms_confirmed_for_a_file_without_due_dates_count_too(load, write):
    path = write("A,Alpha,F1,2026-01-10,10", header="customer,name,invoice,date,amount")
    assert told(load(path, terms_days=90)) == (1, 90, ["F1"])


def test_without_such_a_rule_nothing_is_told(load, write, entity):
    entity.jurisdiction = "BJ"
    entity.save()
    assert told(load(write("A,Alpha,F1,2026-01-10,2026-05-10,10"))) == (0, None, [])


def test_the_law_is_that_of_the_day_it_is_for_the_entity(entity, write):
    """Half past midnight in Paris, on the first day of a shorter term."""
    Rule.objects.create(
        jurisdiction="FR", code="payment_terms", customer_kind="professional", starts_on="2026-03-03",
        value={"maximum_days": 30}, article="x",
    )  # fmt: skip
    path, evening = write("A,Alpha,F1,2026-01-10,2026-02-20,10"), datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    outcome = import_file(path, entity=entity, options=Options(), by=None, at=evening)
    assert told(outcome) == (1, 41, ["F1"])


def test_what_falls_due_before_it_is_issued_is_told_and_taken(load, write):
    path = write("A,Alpha,F1,2026-02-10,2026-01-10,10", "A,Alpha,F2,2026-01-10,2026-01-10,10")
    for dry_run in (True, False):
        assert load(path, dry_run=dry_run).changes["early_dues"] == {"invoices": 1, "numbers": ["F1"]}
    assert Invoice.objects.count() == 2

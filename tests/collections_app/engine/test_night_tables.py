"""docs/night-tables.md says what the code does: who makes and who reads each table of a night, and what they hold for
the customer of its example."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

ROOT = Path(__file__).parents[3]
ENGINE = ROOT / "collections_app" / "engine"
DOCUMENT = (ROOT / "docs" / "night-tables.md").read_text(encoding="utf-8")
MADE = re.compile(r'night\.(?:keep|name)\("(night_\w+)", ("\w+"(?: if \w+ else "\w+")?)')
ROW = re.compile(r"^\| `(night_\w+)` \|.*\| (.*?) \| (.*?) \|$", re.MULTILINE)
ITEMS = "{} join receivables_invoice i on i.id = n.invoice_id order by i.external_id"
EXAMPLE = {
    "night_items": ITEMS.format(
        "select i.external_id as invoice, n.due_on, n.open_amount, n.net_amount, n.held, n.overdue from night_items n"
    ),
    "night_standing": "select currency, open_amount, late_amount, overdue_amount, eligible_amount, oldest_due_on"
    " from night_standing",
    "night_plan": "select outcome, step_code, passed_offset, reached_on, busy_since from night_plan",
    "night_openings": "select kind, step_code, state, amount, oldest_due_on from night_openings",
    "night_new_lines": ITEMS.format("select i.external_id as invoice, n.amount from night_new_lines n"),
    "night_ranks": "select amount, weight, late_since_on, reasons, turns_on from night_ranks",
    "night_looks": "select look_on from night_looks",
}


def names(cell: str) -> set[str]:
    return set(re.findall(r"[`\"](\w+)[`\"]", cell))


def test_each_table_is_told_with_who_makes_and_who_reads_it():
    code = "".join((ENGINE / name).read_text(encoding="utf-8") for name in ("stages.py", "handing_over.py"))
    statements = {path.stem: path.read_text(encoding="utf-8") for path in (ENGINE / "sql").glob("*.sql")}
    expected = {
        table: (
            names(made),
            {name for name, text in statements.items() if re.search(rf"\b{table}\b", text)},
        )
        for table, made in MADE.findall(code)
    }
    assert {table: (names(made), names(read)) for table, made, read in ROW.findall(DOCUMENT)} == expected


@pytest.mark.django_db
@pytest.mark.parametrize("table", EXAMPLE)
def test_the_example_is_what_a_night_writes_of_that_customer(table):
    live_through_the_night()
    assert as_table(table) in DOCUMENT


def live_through_the_night() -> None:
    world = World({"offset_days": 5, "channel": "email"}, {"offset_days": 15, "channel": "phone"})
    customer = world.customer()
    pay(world.invoice(customer, late=20, external_id="F1", amount=120), 40, MARCH_1 - timedelta(days=9))
    world.invoice(customer, late=6, external_id="F2", amount=200)
    world.invoice(customer, late=-10, external_id="F3", amount=300)
    CreditFactory(customer=customer, amount=Decimal(30), received_on=MARCH_1 - timedelta(days=2))
    world.night(shards=1)


def as_table(table: str) -> str:
    """The rows a night has left in its table, as the document shows them."""
    with connection.cursor() as cursor:
        cursor.execute(EXAMPLE[table])
        columns = [column.name for column in cursor.description]
        rows = [[told(value) for value in row] for row in cursor.fetchall()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [columns, ["---"] * len(columns), *rows])


def told(value: object) -> str:
    if isinstance(value, Decimal | float):
        return f"{value:.2f}"
    if isinstance(value, list):
        return ", ".join(value) or "–"
    return "–" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

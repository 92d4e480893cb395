"""What a list shows less of, without a day: no interest, no fixed indemnity and no delay of days nobody knows."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection

from crm.accounts.models import Entity
from crm.customers.models import Customer
from crm.imports.operations import import_file
from crm.imports.outcome import Options
from crm.receivables.late_charges import Charges, late_charges
from crm.receivables.models import Invoice, Movement
from crm.receivables.queries import payment_delays

pytestmark = pytest.mark.django_db
HEADER = "Code client;Nom;Facture;Date facture;Échéance;Montant TTC;Reste à payer"
ON = date(2025, 8, 30)


@pytest.fixture
def listed(entity: Entity, tmp_path: Path) -> Callable[..., Charges | None]:
    """listed((day, open), …): a complete list of each day, F1 of 10 000 due 31 July 2025 and another invoice; what F1
    owes on 30 August."""

    def run(*told: tuple[date, str], cleared: str = "") -> Charges | None:
        for day, left in told:
            rows = [HEADER, "A;Alpha;F0;01/07/2025;31/12/2025;1 000,00;1 000,00"]
            if left:
                rows.append(f"A;Alpha;F1;01/07/2025;31/07/2025;10 000,00;{left}")
            if cleared:
                rows = [f"{row};{extra}" for row, extra in zip(rows, ["Date lettrage", "", cleared], strict=True)]
            path = tmp_path / f"{day}.csv"
            path.write_text("\n".join(rows) + "\n", encoding="utf-8")
            at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
            options = Options(mode="snapshot", closing_confirmed=True)
            import_file(path, entity=entity, options=options, by=None, at=at)
        Customer.objects.update(kind="professional")
        invoice = Invoice.objects.get(number="F1")
        return late_charges([invoice.pk], on=ON).get(invoice.pk)

    return run


def bases(charges: Charges | None) -> list[tuple[date, date, Decimal]]:
    return [(one.from_on, one.until_on, one.base) for one in charges.segments] if charges else []


def test_an_item_that_comes_in_partly_paid_owes_interest_on_what_is_left_alone(listed):
    charges = listed((ON, "4 000,00"))
    assert bases(charges) == [(date(2025, 8, 1), ON, 4000)]
    assert (charges.interest, charges.indemnity) == (Decimal("39.95"), 40)


def test_what_a_later_list_shows_less_of_may_have_come_since_the_one_before(listed):
    assert bases(listed((date(2025, 8, 5), "10 000,00"), (date(2025, 8, 10), "10 000,00"), (ON, "4 000,00"))) == [
        (date(2025, 8, 1), date(2025, 8, 10), 10_000),
        (date(2025, 8, 11), ON, 4000),
    ]


def test_what_was_open_before_its_due_date_and_is_gone_after_may_have_been_paid_in_time(listed):
    assert listed((date(2025, 7, 30), "10 000,00"), (ON, "")) is None


def test_a_day_the_list_tells_is_the_day(listed):
    assert bases(listed((ON, "0,00"), cleared="10/08/2025")) == [(date(2025, 8, 1), date(2025, 8, 10), 10_000)]


def test_what_was_paid_nobody_knows_when_has_no_delay(listed, entity):
    listed((ON, "4 000,00"))
    [delay] = payment_delays(entity, on=ON, since=date(2025, 1, 1))
    assert (delay.amount, delay.days) == (4000, 30)


def test_what_came_in_before_this_was_kept_is_told_apart_by_the_import_that_brought_it(listed):
    listed((date(2025, 8, 5), "8 000,00"), (ON, "4 000,00"))
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table receivables_movement disable trigger receivables_movement_append_only")
        cursor.execute("update receivables_movement set earliest_on = null")
        cursor.execute(import_module("crm.receivables.migrations.0014_the_earliest_day_of_a_movement").KNOWN)
    found = Movement.objects.order_by("on").values_list("amount", "earliest_on", "on")
    assert list(found) == [(-2000, date(2025, 7, 1), date(2025, 8, 5)), (-4000, date(2025, 8, 5), ON)]

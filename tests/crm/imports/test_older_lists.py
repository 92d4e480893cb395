"""A complete list that is older than the one before: what came and was paid since stays so."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.imports.errors import OlderList
from crm.imports.forms import OptionsForm
from crm.imports.models import Batch, Status
from crm.imports.operations import batches, import_file
from crm.imports.operations.undo import undo
from crm.imports.outcome import Options, Outcome
from crm.imports.presenting import Shown
from crm.receivables.models import Invoice, Movement
from tests.crm.imports.conftest import AT
from tests.factories.accounts import UserFactory

HEADER = "client;facture;date;echeance;solde"
BASE = [f"C{k};F{k};01/01/2026;01/02/2026;100" for k in range(12)]
NEW = "C0;NEW;09/03/2026;09/04/2026;100"
FRIDAY = date(2026, 3, 6)


@pytest.fixture
def send(entity, tmp_path: Path) -> Callable[..., Outcome]:
    """send(day, rows, …): a complete list that comes so many days after AT."""

    def run(day: int, rows: list[str], *, dry_run: bool = False, **options) -> Outcome:
        path = tmp_path / f"{day}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        given = Options(**{"mode": "snapshot"} | options)
        return import_file(path, entity=entity, options=given, by=None, at=AT + timedelta(days=day), dry_run=dry_run)

    return run


@pytest.fixture
def monday(send) -> None:
    """F0 is paid and NEW is issued on Monday the 9th, and its list of Tuesday has come."""
    send(0, BASE)
    send(8, [*BASE[1:], NEW])


def state(*numbers: str) -> list[tuple[str, Decimal, date | None]]:
    found = Invoice.objects.filter(number__in=numbers).order_by("number")
    return list(found.values_list("number", "open_amount", "settled_on"))


AS_ON_MONDAY = [("F0", Decimal(0), date(2026, 3, 10)), ("NEW", Decimal(100), None)]


@pytest.mark.parametrize("unattended", [False, True])
def test_an_older_complete_list_is_refused(monday, send, unattended):
    with pytest.raises(OlderList) as refused:
        send(9, BASE, until=FRIDAY, unattended=unattended, closing_confirmed=True)
    assert refused.value.params == {"as_of": "2026-03-06", "last": "2026-03-10", "closing": 0, "reopening": 1}
    assert (state("F0", "NEW"), Batch.objects.count()) == (AS_ON_MONDAY, 2)


def test_it_is_refused_after_a_later_one_with_a_row_that_was_left_out(send):
    send(0, BASE)
    send(8, [*BASE, "C0;BAD;31/02/2026;09/04/2026;100"])
    with pytest.raises(OlderList):
        send(9, BASE, until=FRIDAY)


def test_its_dry_run_tells_what_it_would_do(monday, send):
    told = send(9, BASE, until=FRIDAY, dry_run=True).changes["older_list"]
    assert told == {"as_of": "2026-03-06", "last": "2026-03-10", "closing": 0, "reopening": 1}


def test_confirmed_it_closes_nothing_that_came_later(monday, send):
    send(9, BASE, until=FRIDAY, older_confirmed=True)
    assert state("F0", "NEW") == [("F0", Decimal(100), None), ("NEW", Decimal(100), None)]


def test_confirmed_it_closes_nothing_a_later_list_was_first_to_tell(send):
    """Without a date of its own F12 is of its due date, before the older list."""
    send(0, BASE)
    send(8, [*BASE, "C0;F12;;01/02/2026;100"])
    send(9, BASE, until=FRIDAY, older_confirmed=True)
    assert state("F12") == [("F12", Decimal(100), None)]


def test_nothing_is_settled_before_it_is_issued(send):
    send(0, BASE)
    Invoice.objects.filter(number="F1").update(issued_on=date(2026, 3, 20))
    send(11, [row.replace(";100", ";0") if "F1;" in row else row for row in BASE], closing_confirmed=True)
    assert state("F1") == [("F1", Decimal(0), date(2026, 3, 20))]
    assert Movement.objects.get(invoice__number="F1").on == date(2026, 3, 20)


def test_an_older_list_comes_in_once_the_later_one_is_undone(monday, send):
    undo(Batch.objects.latest("id"), by=None, at=AT + timedelta(days=9))
    send(9, BASE, until=FRIDAY)
    assert state("F0") == [("F0", Decimal(100), None)]


def test_lists_of_one_day_and_one_said_to_be_of_a_day_to_come_refuse_nothing(send):
    send(0, BASE, until=date(2026, 12, 31))
    send(1, BASE)
    send(1, BASE)
    assert Batch.objects.filter(status=Status.DONE).count() == 3


@pytest.fixture
def proposed(monday, entity, tmp_path, settings) -> Batch:
    settings.MEDIA_ROOT = str(tmp_path)
    upload = SimpleUploadedFile("friday.csv", "\n".join([HEADER, *BASE, ""]).encode())
    person = UserFactory()
    given = Options(mode="snapshot", until=FRIDAY)
    batch = batches.receive(entity=entity, upload=upload, options=given, by=person, at=AT + timedelta(days=9))
    batches.read(batch.pk, at=AT + timedelta(days=9))
    return Batch.objects.get(pk=batch.pk)


def test_the_page_asks_before_it_takes_one(proposed):
    assert (proposed.status, "older_confirmed" in OptionsForm(batch=proposed).fields) == (Status.PROPOSED, True)
    assert Shown(proposed).older_list() == {
        "as_of": "06/03/2026", "last": "10/03/2026", "closing": 0, "reopening": 1
    }  # fmt: skip
    batches.confirm(proposed, options=Options(mode="snapshot", until=FRIDAY), by=proposed.by, at=AT)
    batches.write(proposed.pk, at=AT + timedelta(days=9))
    proposed.refresh_from_db()
    assert (proposed.status, proposed.refusal, state("F0", "NEW")) == (Status.PROPOSED, "older_list", AS_ON_MONDAY)
    given = Options(mode="snapshot", until=FRIDAY, older_confirmed=True)
    batches.confirm(proposed, options=given, by=proposed.by, at=AT)
    batches.write(proposed.pk, at=AT + timedelta(days=9))
    proposed.refresh_from_db()
    assert (proposed.status, state("F0")) == (Status.DONE, [("F0", Decimal(100), None)])

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils.translation import override

from crm.timeline.models import Entry, EntryKind
from crm.timeline.operations import record
from crm.timeline.params import Money, Msgid
from crm.timeline.queries import Place, entries
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_entry_is_worded_in_the_language_of_its_reader():
    customer, user = CustomerFactory(), UserFactory(first_name="Léa", last_name="Roy")
    params = {"number": "FA-1", "left": Money(Decimal("1234.50"), "EUR"), "due": date(2026, 1, 31)}
    record(customer, EntryKind.MONEY, "Left on %(number)s: %(left)s, due %(due)s", at=NOON, by=user, params=params)
    [line] = entries(customer, language="fr").lines
    assert (line.actor, line.kind) == ("Léa Roy", line.kind)
    assert line.subject.endswith("FA-1: 1\xa0234,50\xa0€, due 31/01/2026")
    [line] = entries(customer, language="en").lines
    assert line.subject == "Left on FA-1: €1,234.50, due 31/01/2026"
    assert line.kind == "money"


def test_a_param_may_be_a_text_of_ours():
    customer = CustomerFactory()
    record(customer, EntryKind.HOLD, "%(what)s (%(n)s)", at=NOON, params={"what": Msgid("dispute"), "n": 1200})
    with override("en"):
        assert [line.subject for line in entries(customer).lines] == ["dispute (1,200)"]


def test_a_place_nobody_filled_shows_its_name():
    customer = CustomerFactory()
    record(customer, EntryKind.NOTE, "%(a)s and %(b)s", at=NOON, params={"a": "x"})
    record(customer, EntryKind.NOTE, "100 % sure", at=NOON)
    assert [line.subject for line in entries(customer).lines] == ["100 % sure", "x and %(b)s"]


def test_pages_follow_each_other_without_gap_or_double():
    customer = CustomerFactory()
    for minute in [0, 1, 1, 2, 3]:
        record(customer, EntryKind.NOTE, f"{minute}", at=NOON + timedelta(minutes=minute))
    record(CustomerFactory(), EntryKind.NOTE, "another", at=NOON)
    first = entries(customer, limit=3)
    second = entries(customer, limit=3, before=Place.parse(str(first.next)))
    assert [line.subject for line in first.lines + second.lines] == ["3", "2", "1", "1", "0"]
    assert second.next is None


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_one_statement(count, django_assert_num_queries):
    customer = CustomerFactory()
    for _ in range(count):
        record(customer, EntryKind.NOTE, "x", at=NOON, by=UserFactory())
    with django_assert_num_queries(1):
        assert len(entries(customer, kinds=[EntryKind.NOTE]).lines) == count


@pytest.mark.parametrize("change", [lambda rows: rows.update(subject="no"), lambda rows: rows._raw_delete("default")])
def test_what_was_written_stays(change):
    record(CustomerFactory(), EntryKind.NOTE, "x", at=NOON)
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        change(Entry.objects.all())


def test_entries_land_in_the_partition_of_their_month(django_db_blocker):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select timeline_ensure_month('2031-05-01')")
        record(CustomerFactory(), EntryKind.NOTE, "x", at=datetime(2031, 5, 3, tzinfo=UTC))
        cursor.execute("select tableoid::regclass::text from timeline_entry")
        assert cursor.fetchall() == [("timeline_entry_203105",)]

"""Figures of performance, computed by hand: month ends, credit notes, currencies apart, nothing to divide by."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from collections_app.dashboards import performance as figures, telling
from collections_app.dashboards.performance import Kept, Month, following
from crm.accounts.models import Entity
from crm.holds.models import Hold
from crm.imports.feeds.noting import note_feed
from crm.imports.models import Batch
from crm.receivables.days import squash
from crm.receivables.models import DayTally
from crm.receivables.operations import close_in_ledger
from crm.receivables.queries import balance_at
from tests.collections_app.engine.lives import Life
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.customers import CustomerFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db


def a_year(*sales, receivables=0, not_due=0, **others):
    """Months that end with this June, one per amount sold; what is open at the end of each is that of the last."""
    first, found = date(2026, 6, 1), []
    for sold in reversed(sales):
        found.insert(
            0,
            Month(
                first,
                Decimal(sold),
                Decimal(0),
                Decimal(0),
                Decimal(0),
                0,
                Decimal(receivables),
                Decimal(not_due),
                True,
            ),
        )
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def test_count_back_takes_whole_months_and_a_part_of_the_last():
    """The example of ../shared/domain/collections.md: 12,000 by sales of 2,500, 1,750, 2,250, 2,500, 2,000, 2,250 in
    months of 30, 31, 31, 30, 31 and 30 days, newest first: five whole months take 11,000, and 1,000 of 2,250 is 13.3
    of 30 days."""
    sales = (2250, 2000, 2500, 2250, 1750, 2500)
    days = (30, 31, 30, 31, 31, 30)
    months = [
        Month(on, Decimal(sold), Decimal(0), Decimal(0), Decimal(0), 0, Decimal(12000), Decimal(0), True)
        for sold, on in zip(sales, whose_days(days), strict=True)
    ]
    assert round(figures.count_back(months), 1) == Decimal("166.3")


def whose_days(wanted):
    """First days of months that have so many days; which year they are of does not matter."""
    of = {30: date(2026, 4, 1), 31: date(2026, 1, 1)}
    return [of[days] for days in wanted]


@pytest.mark.parametrize(
    ("sales", "receivables", "days"),
    [
        ((100, 100, 100), 50, 15),  # half of June
        ((100, 100, 100), 100, 30),
        ((100, 100, 100), 200, 61),
        ((100, 100, 100), 0, 0),
        ((100, 100, 100), 301, None),  # not enough history
        ((100, 0, 100), 150, None),  # a month without sales: nothing to take its days from
        ((100, 0, 100), 100, 30),
        ((100, 100, 0), 50, None),
        ((), 50, None),
    ],
)
def test_count_back_stops_where_there_is_nothing_to_count_by(sales, receivables, days):
    assert figures.count_back(a_year(*sales, receivables=receivables)) == days


@pytest.mark.parametrize(
    ("sales", "receivables", "why"),
    [((100, 100, 100), 301, "not enough history"), ((100, 100, 0), 50, "nothing to divide by")],
)
def test_a_dso_that_cannot_be_counted_back_says_why(sales, receivables, why):
    months = a_year(*sales, receivables=receivables)
    simple, best = figures.simple_dso(months), figures.best_dso(months)
    kept = Kept(months[-1].first, 0, 0)
    one = figures.Told(months[-1], simple, best, figures.delinquency(months), *figures._counted(months), None, kept)
    with translation.override("en"):
        assert telling.cards([one], "EUR")[1].why == why


def test_simple_and_best_dso_and_the_days_between_them():
    """April 100, May 200, June 300 sold in 91 days; 300 open, of which 120 not due: 45.5, 18.2 and 27.3 days."""
    months = a_year(100, 200, 300, receivables=300, not_due=120)
    simple, best = figures.simple_dso(months), figures.best_dso(months)
    assert (simple.numerator, simple.denominator, simple.times) == (300, 600, 91)
    assert (simple.value, best.value, figures.delinquency(months)) == (
        Decimal("45.5"),
        Decimal("18.2"),
        Decimal("27.3"),
    )


def test_without_sales_or_three_known_months_there_is_no_figure():
    assert figures.simple_dso(a_year(0, 0, 0, receivables=300)).value is None
    assert figures.delinquency(a_year(0, 0, 0, receivables=300)) is None
    assert figures.simple_dso(a_year(100, 100, receivables=300)) is None
    assert (figures.simple_dso([]), figures.best_dso([]), figures.effectiveness([])) == (None, None, None)


def test_cei_of_the_reference():
    """Opening 100, 60 sold, 90 left of which 40 not due: (160 − 90) ÷ (160 − 40) = 58.3 %."""
    may, june = a_year(0, 60)
    may, june = replace(may, receivables=Decimal(100)), replace(june, receivables=Decimal(90), not_due=Decimal(40))
    found = figures.effectiveness([may, june])
    assert (found.numerator, found.denominator, round(found.value, 3)) == (70, 120, Decimal("0.583"))
    assert figures.effectiveness([may, replace(june, known=False)]) is None


@pytest.mark.parametrize(
    ("first", "after"), [("2026-01-01", "2026-02-01"), ("2024-02-01", "2024-03-01"), ("2025-12-01", "2026-01-01")]
)
def test_a_month_ends_where_the_next_begins(first, after):
    assert following(date.fromisoformat(first)) == date.fromisoformat(after)


@pytest.fixture
def customer():
    return CustomerFactory()


def test_a_month_is_what_its_days_bear_to_its_last_evening(customer):
    """The last day of a month is of it, the first of the next is not; a credit note lowers sales; other currencies
    are none."""
    for issued, amount in (("2026-01-01", 100), ("2026-01-31", 50), ("2026-02-01", 30)):
        InvoiceFactory(customer=customer, issued_on=issued, due_on="2026-03-01", amount=amount)
    InvoiceFactory(customer=customer, issued_on="2026-01-15", due_on="2026-03-01", amount=9, currency="CHF")
    InvoiceFactory(customer=customer, issued_on="2026-01-01", due_on="2026-01-01", amount=1000, opening=True)
    CreditFactory(customer=customer, received_on="2026-01-31", amount=20, credit_note=True)
    CreditFactory(customer=customer, received_on="2026-01-31", amount=40)
    CreditFactory(customer=customer, received_on="2026-02-01", amount=7)
    january, february = figures.months(customer.entity, "EUR", on=date(2026, 3, 1))
    assert (january.sales, january.credit_notes, january.net_sales, january.cash) == (150, 20, 130, 40)
    assert (january.receivables, january.not_due, january.days) == (1090, 150, 31)
    assert (february.sales, february.cash, february.receivables, february.not_due) == (30, 7, 1113, 180)
    [in_francs, _february] = figures.months(customer.entity, "CHF", on=date(2026, 3, 1))
    assert (in_francs.sales, in_francs.receivables) == (9, 9)


def test_unapplied_money_covers_what_is_late_first(customer):
    InvoiceFactory(customer=customer, amount=60, issued_on="2026-01-01", due_on="2026-01-30")
    InvoiceFactory(customer=customer, amount=40, issued_on="2026-01-01", due_on="2026-01-31")
    CreditFactory(customer=customer, received_on="2026-01-31", amount=70)
    [january] = figures.months(customer.entity, "EUR", on=date(2026, 2, 1))
    assert (january.receivables, january.not_due) == (30, 30)


def test_who_always_pays_on_the_day_is_never_late_however_late_the_books_come(customer):
    """1,000 a month, 45 days, paid on the day; the books of a month come in on the fifth of the next. At the end of
    June 1,000 is open, and due on 30 July: all of the DSO is what was agreed."""
    for month in range(1, 7):
        issued = date(2026, month, 15)
        invoice = InvoiceFactory(
            customer=customer, amount=1000, issued_on=issued, due_on=issued + timedelta(days=45),
            recorded_at=datetime(2026, month + 1, 5, 12, tzinfo=UTC),
        )  # fmt: skip
        if invoice.due_on < date(2026, 7, 5):
            pay(invoice, 1000, invoice.due_on)
    told = figures.told(customer.entity, "EUR", on=date(2026, 7, 10))[-1]
    assert (told.month.receivables, told.month.not_due) == (1000, 1000)
    assert (round(told.best.value, 1), told.delinquent, told.effective.value) == (Decimal("30.3"), 0, 1)


def test_what_falls_due_on_the_last_day_of_a_month_is_not_late_on_it(customer):
    InvoiceFactory(customer=customer, amount=100, issued_on="2026-01-10", due_on="2026-01-31")
    InvoiceFactory(customer=customer, amount=10, issued_on="2026-01-10", due_on="2026-01-30")
    january, february = figures.months(customer.entity, "EUR", on=date(2026, 3, 1))
    assert (january.receivables, january.not_due) == (110, 100)
    assert (february.receivables, february.not_due) == (110, 0)


def test_a_due_date_that_changes_takes_with_it_what_was_paid(customer):
    """Of two: what is not late follows its new day, less the 30 that came on 5 February."""
    _still, moved = (
        InvoiceFactory(customer=customer, amount=100, issued_on="2026-01-10", due_on="2026-01-20") for _ in range(2)
    )
    pay(moved, 30, date(2026, 2, 5))
    moved.due_on = date(2026, 3, 20)
    moved.save(update_fields=["due_on"])
    assert not_due(customer) == [100, 70, 0]
    moved.due_on = date(2026, 1, 20)
    moved.save(update_fields=["due_on"])
    assert not_due(customer) == [0, 0, 0]


def not_due(customer):
    return [month.not_due for month in figures.months(customer.entity, "EUR", on=date(2026, 4, 1))]


def test_a_payment_a_closing_and_what_is_undone_are_of_their_days(customer):
    paid, closed, reopened = (InvoiceFactory(customer=customer) for _ in range(3))
    pay(paid, 100, date(2026, 2, 28))
    close_in_ledger(closed, on=date(2026, 2, 10), at=datetime(2026, 2, 10, tzinfo=UTC))
    _january, february = figures.months(customer.entity, "EUR", on=date(2026, 3, 1))
    assert (february.cash, february.closed, february.settled, february.receivables) == (100, 100, 2, 100)
    reopened.delete()
    assert figures.months(customer.entity, "EUR", on=date(2026, 3, 1))[0].sales == 200


def test_what_is_undone_and_added_up_leaves_the_same_sums(customer):
    for amount in (10, 20, 30):
        InvoiceFactory(customer=customer, amount=amount)
    before = figures.months(customer.entity, "EUR", on=date(2026, 3, 1))
    assert squash() == 9  # the day each was issued, and those from which and to which it is not late
    assert DayTally.objects.filter(item="owed_invoice").count() == 1
    assert figures.months(customer.entity, "EUR", on=date(2026, 3, 1)) == before
    customer.invoices.all().delete()
    squash()
    assert not DayTally.objects.exists()


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_receivables_at_each_month_end_are_those_of_the_ledger(seed):
    """Over the life of a house, customer by customer as the ledger tells a past day."""
    life = Life(seed, full=False)
    life.live(12)
    ends = [date(2026, 3, 4), date(2026, 3, 9), date(2026, 4, 1)]
    assert not_due_by_ledger(life.entity, ends[0])
    for on in ends:
        of_ledger = {}
        for one in life.entity.customers.all():
            for currency, amount in balance_at(one, on=on).items():
                of_ledger[currency] = of_ledger.get(currency, 0) + amount
        assert balances_by_days(life.entity, on) == {code: amount for code, amount in of_ledger.items() if amount}
        assert not_due_by_days(life.entity, on) == not_due_by_ledger(life.entity, on)


def not_due_by_days(entity, on):
    tallies = DayTally.objects.filter(entity_id=entity.pk, on__lte=on, item__startswith="not_due_")
    sums = tallies.values_list("currency").annotate(sum=Sum("amount")).order_by()
    return {code: amount for code, amount in sums if amount}


def not_due_by_ledger(entity, on):
    with connection.cursor() as cursor:
        cursor.execute(
            "select currency, sum(signed_amount) from receivables_open_at(%s, %s) where due_on >= %s group by 1",
            [entity.pk, on, on],
        )
        return dict(cursor.fetchall())


def balances_by_days(entity, on):
    found = {}
    of_balance = DayTally.objects.exclude(item="settled").exclude(item__startswith="not_due_")
    for row in of_balance.filter(entity_id=entity.pk, on__lte=on):
        sign = -1 if row.item.startswith("paid_") else 1
        found[row.currency] = found.get(row.currency, 0) + sign * row.amount
    return {code: amount for code, amount in found.items() if amount}


@pytest.mark.parametrize(
    ("formats", "known"),
    [
        ((), [False, True, True]),
        (("open_items",), [False, False, True]),
        (("api",), [False, False, True]),
        (("open_items", "fec"), [False, True, True]),
    ],
)
def test_a_month_counts_once_the_books_hold_all_it_invoiced(customer, formats, known):
    """The first invoice is of 15 January; lists of open items came in from 10 February."""
    at = datetime(2026, 2, 10, 12, tzinfo=UTC)
    InvoiceFactory(customer=customer, issued_on="2026-01-15", due_on="2026-02-15", recorded_at=at)
    if "api" in formats:
        note_feed(customer.entity, at=at)
        note_feed(customer.entity, at=at + timedelta(days=40))
    for name in [name for name in formats if name != "api"]:
        Batch.objects.create(
            entity=customer.entity, format=name, status="done", file_name="f", created_at=at, finished_at=at
        )
    assert [month.known for month in figures.months(customer.entity, "EUR", on=date(2026, 4, 1))] == known


def test_one_payment_by_the_api_does_not_begin_books_that_were_there(customer):
    InvoiceFactory(
        customer=customer, issued_on="2026-01-15", due_on="2026-02-15", recorded_at=datetime(2026, 1, 15, tzinfo=UTC)
    )
    note_feed(customer.entity, at=datetime(2026, 3, 20, 12, tzinfo=UTC))
    known = [month.known for month in figures.months(customer.entity, "EUR", on=date(2026, 4, 1))]
    assert known == [False, True, True]


def promise(customer, ends_on, *, invoice=None, starts_on=date(2026, 2, 1), at=1, **fields):
    return Hold.objects.create(
        entity=customer.entity, customer=customer, invoice=invoice, kind="promise", reason="dit qu'il paiera",
        starts_on=starts_on, ends_on=ends_on, created_at=datetime(2026, 2, 1, at, tzinfo=UTC), **fields,
    )  # fmt: skip


def kept(customer):
    return figures.promises(customer.entity, since=date(2026, 2, 1), until=date(2026, 4, 1))


def test_a_promise_is_kept_when_all_of_it_is_settled_by_its_day(customer):
    on_time, late, whole = (InvoiceFactory(customer=customer) for _ in range(3))
    pay(on_time, 100, date(2026, 2, 20))
    pay(late, 100, date(2026, 2, 21))
    pay(whole, 100, date(2026, 2, 15))
    promise(customer, date(2026, 2, 20), invoice=on_time, at=1)
    promise(customer, date(2026, 2, 20), invoice=late, at=2)
    promise(customer, date(2026, 2, 20), invoice=on_time, at=3)
    promise(customer, date(2026, 2, 20), invoice=late, at=3)  # two invoices, one promise
    promise(customer, date(2026, 2, 21), at=4)  # all he owed late
    promise(customer, date(2026, 3, 31), invoice=on_time, at=5)
    assert kept(customer) == {
        date(2026, 2, 1): Kept(date(2026, 2, 1), 4, 2),
        date(2026, 3, 1): Kept(date(2026, 3, 1), 1, 1),
    }


def test_a_promise_taken_back_is_none_and_one_of_tomorrow_is_not_yet(customer):
    open_one, paid = InvoiceFactory(customer=customer), InvoiceFactory(customer=customer)
    pay(paid, 100, date(2026, 2, 5))
    mistaken_at = datetime(2026, 2, 3, tzinfo=UTC)
    promise(
        customer,
        date(2026, 2, 20),
        invoice=open_one,
        ended_on=date(2026, 2, 3),
        outcome="mistake",
        mistaken_at=mistaken_at,
    )
    promise(customer, date(2026, 2, 20), invoice=open_one, ended_on=date(2026, 2, 3), outcome="lifted", at=2)
    promise(customer, date(2026, 2, 20), invoice=paid, ended_on=date(2026, 2, 6), outcome="lifted", at=3)
    promise(customer, date(2026, 4, 1), invoice=open_one, at=4)
    assert kept(customer) == {date(2026, 2, 1): Kept(date(2026, 2, 1), 1, 1)}


def test_what_people_did_is_told_by_person_and_outcome(customer):
    lea, karim = UserFactory(first_name="Léa"), UserFactory(first_name="Karim")
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for person, outcome in ((lea, "spoke"), (lea, "spoke"), (lea, "will_pay"), (karim, "spoke"), (None, "")):
        ActionFactory(customer__entity=customer.entity, state="done", closed_at=at, closed_by=person, outcome=outcome)
    ActionFactory(
        customer__entity=customer.entity, state="done", closed_at=at - timedelta(days=40), closed_by=lea, outcome="paid"
    )
    ActionFactory(customer__entity=customer.entity, state="skipped", closed_at=at, closed_by=lea)
    ActionFactory(state="done", closed_at=at, closed_by=lea, outcome="spoke")
    heads, doers = figures.done(customer.entity, since=date(2026, 2, 10))
    assert len(heads) == 2
    assert [(one.user, one.counts, one.all) for one in doers] == [(lea, [2, 1], 3), (karim, [1, 0], 1)]


@pytest.fixture
def told(customer):
    """Three months of books, on the second of April."""
    Entity.objects.filter(pk=customer.entity_id).update(stands_on=date(2026, 4, 2))
    for month in (1, 2, 3):
        InvoiceFactory(customer=customer, issued_on=date(2026, month, 1), due_on=date(2026, month, 28), amount=900)
    return customer.entity


def page_of(client, entity, **chosen):
    client.force_login(UserFactory(supervisor=True, sees=entity))
    return client.get(reverse("performance"), chosen).content.decode().replace("\u00a0", " ")


def test_the_page_shows_each_figure_with_what_it_is_made_of(client, told):
    page = page_of(client, told)
    assert "2 700,00 € ÷ 2 700,00 € × 90" in page
    assert "90 j" in page
    assert "03/2026" in page


def test_what_cannot_be_told_is_said_and_not_invented(client, customer):
    Entity.objects.filter(pk=customer.entity_id).update(stands_on=date(2026, 2, 2))
    InvoiceFactory(customer=customer, issued_on="2026-01-15")
    page = page_of(client, customer.entity)
    assert page.count("pas assez d’historique") == 5
    assert "aucune promesse arrivée à son jour" in page


def test_an_entity_without_books_says_so(client):
    assert "Pas assez d’historique" in page_of(client, EntityFactory())


def test_who_sees_no_whole_entity_is_shown_none_of_it(client, told):
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    page = client.get(reverse("performance"), {"entity": told.pk}).content.decode()
    assert told.legal_name not in page


@pytest.mark.parametrize("role", ["collector", "integrator"])
def test_it_is_for_those_who_supervise(client, told, role):
    person = UserFactory(role=role, sees=told)
    client.force_login(person)
    assert client.get(reverse("performance")).status_code == 403


def test_it_asks_as_much_for_many(client, told):
    counted = []
    for more in (1, 2):
        for _one in range(more):
            other = CustomerFactory(entity=told)
            promise(other, date(2026, 3, 5), invoice=InvoiceFactory(customer=other))
            ActionFactory(
                customer=other, state="done", closed_at=datetime(2026, 4, 1, tzinfo=UTC), closed_by=UserFactory(),
                outcome="spoke",
            )  # fmt: skip
        page_of(client, told)
        with CaptureQueriesContext(connection) as statements:
            client.get(reverse("performance"))
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_many_entities_are_asked_as_one(client, told):
    user = UserFactory(administrator=True)
    with CaptureQueriesContext(connection) as one:
        figures.offered(user)
    InvoiceFactory(customer=CustomerFactory(entity=EntityFactory()))
    with CaptureQueriesContext(connection) as three:
        assert len(figures.offered(user)) == 2
    assert len(one) == len(three)

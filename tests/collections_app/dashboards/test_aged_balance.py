"""The aged balance as nights keep it: the ledger's own to the cent, whatever it is cut by, for whoever looks."""

import csv
import html
import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import Phase, given, settings, strategies as st

from collections_app.dashboards import ageing
from collections_app.engine.models import Account, DailyFigures
from collections_app.engine.operations import run_night
from crm.accounts.models import Entity
from crm.core.spreadsheets import harmless
from crm.customers.models import Customer
from crm.receivables.queries import aged_balance
from tests.collections_app.engine.lives import Life
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.paying import pay
from tests.factories.receivables import CreditFactory

pytestmark = pytest.mark.django_db
DUE_LATE = (-5, 0, 1, 30, 31, 60, 61, 90, 91, 400)


def of_ledger(entity, on):
    """By customer and currency, as the ledger says it on a day, without money dated ahead."""
    return {
        (row.customer_id, row.currency): (row.not_due, row.days_1_30, row.days_31_60, row.days_61_90, row.days_91)
        for row in aged_balance(entity, on=on)
        if row.balance + row.unapplied
    }


def kept(entity):
    return {
        (row.customer_id, row.currency): (row.not_due, row.days_1_30, row.days_31_60, row.days_61_90, row.days_91)
        for row in Account.objects.filter(entity=entity)
    }


@settings(max_examples=4, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 10**6))
def test_a_life_of_nights_keeps_what_the_ledger_says_and_each_cut_adds_up_to_it(seed):
    with transaction.atomic():
        life = Life(seed, full=False)
        life.live(10)
        # What happened after the last night is in no figure of it: the next one sees all.
        on = DailyFigures.objects.filter(entity=life.entity).latest("on").on + timedelta(days=1)
        run_night(life.entity, on=on, at=noon(on))
        it_all_adds_up(life.entity, on)
        transaction.set_rollback(True)


def it_all_adds_up(entity, on):
    assert kept(entity) == of_ledger(entity, on)
    everybody = UserFactory(administrator=True)
    uncut = [one.total.aged for one in ageing.sums(everybody, ageing.offered(everybody))]
    for cut in ageing.CUTS:
        cuts = ageing.sums(everybody, ageing.offered(everybody), cut=cut)
        assert [sum((line.aged for line in one.lines), ageing.NOTHING) for one in cuts] == uncut
    figures = {row.currency: row for row in DailyFigures.objects.filter(entity=entity, on=on)}
    for one in ageing.sums(everybody, ageing.offered(everybody)):
        told = figures[one.currency]
        buckets = (
            told.open_amount - told.overdue_amount,
            told.days_1_30,
            told.days_31_60,
            told.days_61_90,
            told.days_91,
        )
        assert one.total.aged.buckets == buckets
        assert one.total.aged.unapplied + one.total.aged.credit_notes == told.unapplied_amount
        assert one.total.aged.disputed == told.disputed_amount


@pytest.fixture
def world():
    """A night of the first of March: one customer with one invoice of 100 at each edge of each age."""
    world = World({"offset_days": 5})
    world.debtor = world.customer(name="Débiteur")
    for late in DUE_LATE:
        world.invoice(world.debtor, late=late)
    return world


def sums_of(user, **options):
    return [
        (one.currency, *map(int, one.total.aged.buckets), one.total.customers)
        for one in ageing.sums(user, ageing.offered(user), **options)
    ]


def test_each_age_begins_and_ends_on_its_day(world):
    world.night()
    assert sums_of(UserFactory(administrator=True)) == [("EUR", 200, 200, 200, 200, 200, 1)]


def test_what_becomes_older_by_the_date_alone_does_on_its_night(world):
    """On the days after nothing is written in the books."""
    user = UserFactory(administrator=True)
    found = []
    for days in range(3):
        world.night(MARCH_1 + timedelta(days=days))
        found.append(sums_of(user)[0][1:6])
    assert found == [(200, 200, 200, 200, 200), (100, 200, 200, 200, 300), (100, 200, 200, 200, 300)]
    world.night(MARCH_1 + timedelta(days=70))
    assert sums_of(user)[0][1:6] == (0, 0, 0, 300, 700)


def test_what_was_paid_before_its_age_changes_is_of_no_age(world):
    world.night()
    pay(world.debtor.invoices.get(due_on=MARCH_1 - timedelta(days=30)), 100, MARCH_1)
    world.night(MARCH_1 + timedelta(days=1))
    assert sums_of(UserFactory(administrator=True))[0][1:6] == (100, 200, 100, 200, 300)


def test_money_and_credit_notes_stand_beside_and_are_told_apart_also_of_who_owes_nothing(world):
    CreditFactory(customer=world.debtor, amount=40, received_on=MARCH_1)
    CreditFactory(customer=world.debtor, amount=7, received_on=MARCH_1, credit_note=True)
    CreditFactory(customer=world.debtor, amount=1000, received_on=MARCH_1 + timedelta(days=1))
    CreditFactory(customer=world.customer(), amount=5, received_on=MARCH_1)
    world.night()
    user = UserFactory(administrator=True)
    [one] = ageing.sums(user, ageing.offered(user))
    aged = one.total.aged
    assert (aged.open, aged.unapplied, aged.credit_notes, aged.idle, aged.balance) == (1000, 45, 7, 5, 948)
    [row] = ageing.page(user, world.entity, ageing.Chosen(world.entity.pk, "EUR")).rows
    assert (row.aged.unapplied, row.aged.credit_notes, row.aged.balance) == (40, 7, 953)
    world.night(MARCH_1 + timedelta(days=1))
    [row] = ageing.page(user, world.entity, ageing.Chosen(world.entity.pk, "EUR")).rows
    assert (row.aged.unapplied, row.aged.balance) == (1040, -47)


def test_currencies_are_told_apart_that_of_the_books_first(world):
    world.invoice(world.debtor, late=3, currency="CHF")
    world.night()
    found = sums_of(UserFactory(administrator=True))
    assert [(currency, sum(amounts[:5])) for currency, *amounts in found] == [("EUR", 1000), ("CHF", 100)]


@pytest.fixture
def shared():
    """An entity of two teams: one with a portfolio, the other without; 100 and 20 owed, and 3 by nobody's customer."""
    world = World({"offset_days": 5})
    world.teams = TeamFactory.create_batch(2, entity=world.entity)
    world.lea = UserFactory(sees=world.teams[0])
    world.invoice(world.customer(team=world.teams[0], collector=world.lea), late=3, amount=100)
    world.invoice(world.customer(team=world.teams[1]), late=3, amount=20)
    world.invoice(world.customer(), late=3, amount=3)
    world.night()
    return world


def by(user, cut):
    return [
        (line.label, line.aged.open) for one in ageing.sums(user, ageing.offered(user), cut=cut) for line in one.lines
    ]


def test_it_is_cut_by_group_team_and_collector(shared):
    user = UserFactory(administrator=True)
    one, other = map(str, shared.teams)
    assert by(user, "group") == [(str(shared.group), 123)]
    assert by(user, "team") == [(one, 100), (other, 20), ("Aucun(e)", 3)]
    assert by(user, "collector") == [(str(shared.lea), 100), ("Aucun(e)", 23)]


def test_each_sees_what_the_rule_of_rows_lets_him_see(shared):
    own = UserFactory()
    Customer.objects.filter(team=shared.teams[1]).update(collector=own)
    shared.night(MARCH_1 + timedelta(days=1))
    stranger = UserFactory(sees=EntityFactory())
    seers = (shared.lea, own, UserFactory(auditor=True, sees=shared.entity), stranger)
    seen = [sum(one.total.aged.open for one in ageing.sums(user, ageing.offered(user))) for user in seers]
    listed = [
        sum(row.open_amount for row in ageing.accounts(user, ageing.Chosen(shared.entity.pk, "EUR"))) for user in seers
    ]
    assert seen == listed == [100, 20, 123, 0]


def test_a_list_of_customers_goes_on_after_its_page_the_largest_first():
    world = World({"offset_days": 5})
    for amount in (5, 30, 20, 20, 20, 10):
        world.invoice(world.customer(), late=3, amount=amount)
    world.night()
    user, chosen = UserFactory(administrator=True), ageing.Chosen(world.entity.pk, "EUR")
    found, after = [], ""
    while True:
        page = ageing.page(user, world.entity, chosen, after=after, size=2)
        found += [(row.aged.open, row.customer.pk) for row in page.rows]
        after = page.after
        if not after:
            break
    assert [amount for amount, _key in found] == [30, 20, 20, 20, 10, 5]
    assert len(set(found)) == 6


@pytest.mark.parametrize("after", ["x", "1", "nan_3", "1_x", "1e99_4", "1_99999999999999999999", "1_-4_5"])
def test_what_no_page_ever_led_to_is_refused_in_words(client, shared, after):
    client.force_login(UserFactory(administrator=True))
    assert client.get(reverse("aged_balance"), {"by": "customer", "after": after}).status_code == 400


@pytest.fixture
def asked(client):
    """How many statements the page of a house of so many customers, teams and collectors makes."""

    def count(customers, **chosen):
        world = World({"offset_days": 5})
        for place in range(customers):
            team = TeamFactory(entity=world.entity)
            world.invoice(world.customer(team=team, collector=UserFactory()), late=3, amount=100 + place)
        world.night()
        client.force_login(UserFactory(supervisor=True, sees=world.entity))
        with CaptureQueriesContext(connection) as statements:
            assert client.get(reverse("aged_balance"), chosen).status_code == 200
        return len(statements)

    return count


@pytest.mark.parametrize("by", ["", "customer", "group", "collector", "team"])
def test_it_asks_as_much_for_many(asked, by):
    asked(1, by=by)
    assert asked(1, by=by) == asked(3, by=by)


def exported(user, **chosen):
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("aged_export"), chosen)
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_the_file_has_the_lines_of_the_page_and_no_formula(shared):
    Customer.objects.filter(team=shared.teams[0]).update(name="=HYPERLINK(A1)", external_id="@41")
    lines = exported(UserFactory(auditor=True, sees=shared.entity), by="customer")
    first = lines[0]
    assert (first["Compte"], first["Nom"]) == ("'@41", "'=HYPERLINK(A1)")
    assert (first["1–30 jours"], first["Solde"]) == ("100,00", "100,00")
    assert sum(Decimal(line["Restant dû"].replace(",", ".")) for line in lines) == 123
    assert [line["Restant dû"] for line in exported(shared.lea)] == ["100,00"]
    assert [line["Nom"] for line in exported(shared.lea, by="team")] == [str(shared.teams[0])]


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@x", "\t=1", "  =1", "\r=1"])
def test_what_a_spreadsheet_would_calculate_is_text(text):
    assert harmless(text) == f"'{text}"


def test_amounts_lead_to_the_invoices_they_count(client, world):
    world.night()
    client.force_login(UserFactory(administrator=True))
    page = client.get(reverse("aged_balance")).content.decode()
    links = [html.unescape(link) for link in re.findall(r'href="(/invoices/[?][^"]*age=[^"]*)"', page)]
    entity = Entity.objects.get()
    Entity.objects.update(stands_on=MARCH_1)
    counted = [[row.due_on for row in client.get(link).context["page"].rows] for link in links]
    late = [[(MARCH_1 - due).days for due in found] for found in counted]
    assert late == [[0, -5], [30, 1], [60, 31], [90, 61], [400, 91]]
    assert str(entity) in client.get(links[0]).content.decode()


def test_words_find_customers_of_the_list_and_say_when_they_find_none(client, shared):
    Customer.objects.filter(team=shared.teams[1]).update(name="Garage du Vercors")
    client.force_login(UserFactory(administrator=True))
    found = client.get(reverse("aged_balance"), {"q": "vercors"})
    assert [row.label for row in found.context["page"].rows] == ["Garage du Vercors"]
    assert "<tfoot>" not in found.content.decode()
    assert "Aucun client" in client.get(reverse("aged_balance"), {"q": "xylophone"}).content.decode()


def test_a_part_leads_to_the_customers_it_counts(client, shared):
    client.force_login(UserFactory(administrator=True))
    for cut in ageing.CUTS:
        for line in ageing.sums(UserFactory(administrator=True), [(shared.entity, "EUR")], cut=cut)[0].lines:
            page = client.get(f"{reverse('aged_balance')}?{line.query}")
            rows = page.context["page"].rows
            assert (len(rows), sum(row.aged.open for row in rows)) == (line.customers, line.aged.open)
            assert page.context["total"].aged == line.aged


def test_an_english_reader_has_a_file_of_his_own_signs(shared):
    """Whatever his browser speaks."""
    client = Client(headers={"Accept-Language": "fr"})
    client.force_login(UserFactory(administrator=True, language="en"))
    text = b"".join(client.get(reverse("aged_export"), {"by": "team"}).streaming_content).decode()
    head, first = text.removeprefix("\ufeff").splitlines()[:2]
    assert head.startswith("As of,Entity,Account,Name,Customers,Currency,Not due,1–30 days")
    assert ",100.00," in first

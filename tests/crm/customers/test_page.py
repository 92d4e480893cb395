"""The page of a customer."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from crm.holds.summary import accounts
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.entity = EntityFactory()
    client.force_login(UserFactory(sees=client.entity))
    return client


def test_the_page_of_an_unseen_customer_is_not_found(desk: Client):
    assert desk.get(reverse("customer", args=[CustomerFactory().pk])).status_code == 404


def test_a_merged_customer_leads_to_the_kept_one(desk: Client):
    kept = CustomerFactory(entity=desk.entity)
    gone = CustomerFactory(entity=desk.entity, merged_into=kept)
    answer = desk.get(reverse("customer", args=[gone.pk]))
    assert answer["Location"] == reverse("customer", args=[kept.pk])


CHANGING = ("customer_change", "contact_add", "address_add")


@pytest.mark.parametrize(
    ("method", "name"),
    [("get", name) for name in ("customer", "customer_merge", "manual", *CHANGING)]
    + [("post", name) for name in (*CHANGING, "manual_open", "manual_letter", "manual_mail", "manual_preview")],
)
def test_so_do_the_pages_that_change_him_and_all_say_so(client: Client, method: str, name: str):
    entity = EntityFactory()
    client.force_login(UserFactory(sees=entity, supervisor=True))
    kept = CustomerFactory(entity=entity)
    gone = CustomerFactory(entity=entity, merged_into=kept)
    answer = getattr(client, method)(reverse(name, args=[gone.pk]), {"tags": "neuf"}, follow=True)
    assert answer.redirect_chain == [(reverse("customer", args=[kept.pk]), 302)]
    told = [str(message) for message in answer.context["messages"]]
    assert told == ["La fiche demandée a été fusionnée avec celle-ci. Rien n’a été modifié."]


@pytest.mark.parametrize(("method", "name"), [("get", "manual"), ("post", "manual_preview")])
def test_what_asks_for_a_part_of_such_a_page_leads_there_whole(desk: Client, method: str, name: str):
    kept = CustomerFactory(entity=desk.entity)
    gone = CustomerFactory(entity=desk.entity, merged_into=kept)
    answer = getattr(desk, method)(reverse(name, args=[gone.pk]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, reverse("customer", args=[kept.pk]))


def test_a_merged_customer_leads_nobody_to_one_he_does_not_see(client: Client):
    team = TeamFactory()
    client.force_login(UserFactory(sees=team))
    gone = CustomerFactory(entity=team.entity, team=team, merged_into=CustomerFactory(entity=team.entity))
    assert client.get(reverse("customer_change", args=[gone.pk]), follow=True).status_code == 404


def test_a_note_of_a_page_left_open_after_a_merge_is_in_the_history_of_the_one_that_is_kept(desk: Client):
    kept = CustomerFactory(entity=desk.entity)
    gone = CustomerFactory(entity=desk.entity, merged_into=kept)
    answer = desk.post(reverse("note_add", args=[gone.pk]), {"text": "Rappeler lundi"})
    assert answer["Location"] == reverse("customer", args=[kept.pk])
    assert (Entry.objects.get().customer, Entry.objects.get().text) == (kept, "Rappeler lundi")
    older = desk.get(reverse("history_older", args=[gone.pk]), {"before": "2099-01-01T00:00:00+00:00~1"})
    assert [line.entry.text for line in older.context["page"].lines] == ["Rappeler lundi"]


def test_the_group_of_companies_is_named_to_who_may_see_it(client: Client):
    team = TeamFactory()
    child = CustomerFactory(entity=team.entity, team=team, parent=CustomerFactory(entity=team.entity, name="Holding"))
    for sight, named in ((team, False), (team.entity, True)):
        client.force_login(UserFactory(sees=sight))
        assert ("Holding" in client.get(reverse("customer", args=[child.pk])).content.decode()) == named


def test_the_oldest_is_not_one_that_is_covered():
    customer = CustomerFactory()
    covered = InvoiceFactory(customer=customer, due_on="2025-01-01")
    CreditFactory(customer=customer, amount=covered.amount, names_invoice=covered)
    InvoiceFactory(customer=customer, due_on="2026-02-26")
    [account] = accounts(customer, date(2026, 3, 1))
    assert (account.overdue, account.oldest_days) == (100, 3)


@pytest.mark.parametrize(
    "before",
    [
        "0001-01-01T00:00:00+23:59~1",
        "9999-12-31T23:59:59-23:59~1",
        "2026-03-01T00:00:00~1",
        f"2026-03-01T00:00:00+00:00~{2**63}",
        "2026-03-01~",
    ],
)
def test_a_place_of_the_history_nobody_was_led_to_is_not_understood(desk: Client, before: str):
    customer = CustomerFactory(entity=desk.entity)
    assert desk.get(reverse("history_older", args=[customer.pk]), {"before": before}).status_code == 400


def test_the_account_shows_net_amounts(desk: Client):
    invoice = InvoiceFactory(customer__entity=desk.entity)
    CreditFactory(customer=invoice.customer)
    panels = desk.get(reverse("customer", args=[invoice.customer_id])).context["main"]
    account = next(panel["data"]["accounts"][0] for panel in panels if panel["name"] == "account")
    assert (account.open, account.overdue, account.unapplied) == (100, 60, 40)


def test_of_many_invoices_the_oldest_are_listed_and_all_are_counted(desk: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("crm.holds.panels.LISTED", 2)
    customer = CustomerFactory(entity=desk.entity)
    invoices = [InvoiceFactory(customer=customer, due_on=date(2026, 2, day)) for day in (1, 2, 3)]
    page = desk.get(reverse("customer", args=[customer.pk]))
    account = next(panel["data"]["accounts"][0] for panel in page.context["main"] if panel["name"] == "account")
    assert [item.invoice for item in account.items] == invoices[:2]
    assert (account.open, account.overdue, account.unlisted) == (300, 300, 1)
    assert f"{reverse('invoices')}?q={customer.external_id}" in page.text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_three_invoices(desk: Client, count: int, django_assert_num_queries):
    customer = CustomerFactory(entity=desk.entity)
    AddressFactory.create_batch(count, customer=customer)
    InvoiceFactory.create_batch(count, customer=customer)
    desk.get(reverse("customer", args=[customer.pk]))
    with django_assert_num_queries(17):
        desk.get(reverse("customer", args=[customer.pk]))


def test_a_note_is_kept(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    desk.post(reverse("note_add", args=[customer.pk]), {"text": "Rappeler lundi"})
    entry = Entry.objects.get(customer=customer)
    assert (entry.kind, entry.text) == ("note", "Rappeler lundi")


def test_an_auditor_writes_no_note(client: Client):
    customer = CustomerFactory()
    client.force_login(UserFactory(auditor=True, sees=customer.entity))
    assert client.post(reverse("note_add", args=[customer.pk]), {"text": "x"}).status_code == 403


def test_older_entries_follow(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    for number in range(22):
        desk.post(reverse("note_add", args=[customer.pk]), {"text": str(number)})
    panels = desk.get(reverse("customer", args=[customer.pk])).context["main"]
    place = next(panel["data"]["page"].next for panel in panels if panel["name"] == "history")
    page = desk.get(reverse("history_older", args=[customer.pk]), {"before": str(place)}).context["page"]
    assert [line.entry.text for line in page.lines] == ["1", "0"]


def test_a_long_account_shows_its_oldest_invoices_first(desk: Client):
    customer = CustomerFactory(entity=desk.entity, name="Société " * 15)
    InvoiceFactory.create_batch(45, customer=customer)
    page = desk.get(reverse("customer", args=[customer.pk])).content.decode()
    assert "Afficher 5 factures de plus" in page.replace("\xa0", " ")


def test_the_due_dates_of_one_invoice_are_told_apart(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    for number in (1, 2):
        InvoiceFactory(customer=customer, external_id="F1", number="F1", installment=number)
    page = desk.get(reverse("customer", args=[customer.pk])).text
    assert [page.count(f'<span class="cell-main">{name}</span>') for name in ("F1", "F1/2")] == [1, 1]
    assert page.count(">F1/2</option>") == 1

"""The lists of customers and invoices, and the search."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from crm.core.keyset import cursor_of
from crm.core.tables import amount
from crm.customers.models import Customer
from crm.receivables.models import Invoice
from crm.receivables.search import matching
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    entity = EntityFactory(code="SEEN")
    client.force_login(UserFactory(sees=entity))
    client.entity = entity
    return client


@pytest.mark.parametrize(
    "words",
    [
        "Éclair",
        "eclair",
        "ECLAIR du nord",
        "eclar du nord",
        "C-9",
        "c-9",
        "552 081 317",
        "FA-1",
        "04 72 00 11 22",
        "A@b.example",
    ],
)
def test_a_customer_is_found_by(words: str):
    CustomerFactory(name="Zèbre")
    customer = CustomerFactory(name="Éclair du Nord", external_id="C-9", siren="552081317")
    InvoiceFactory(customer=customer, number="FA-1")
    AddressFactory(customer=customer, phone=True, value="+33472001122")
    AddressFactory(customer=customer, value="a@b.example")
    assert list(matching(words)) == [customer]


def test_words_nobody_has_find_nobody():
    CustomerFactory(name="Zèbre")
    assert list(matching("%")) == []


def test_the_list_is_sorted_as_a_reader_expects(desk: Client):
    for name in ("Zèbre", "éclair", "Étoile", "Abricot"):
        CustomerFactory(name=name, entity=desk.entity)
    rows = desk.get(reverse("customers")).context["page"].rows
    assert [row.name for row in rows] == ["Abricot", "éclair", "Étoile", "Zèbre"]


def test_customers_of_several_entities_are_told_apart(desk: Client, client: Client):
    theirs = CustomerFactory(name="Abricot", external_id="C1", city="Lyon", entity=desk.entity)
    ours = CustomerFactory(name="Abricot", external_id="C1", city="Lyon", entity=EntityFactory(code="OTHER"))
    address = reverse("customers")
    assert (b'name="entity"' in desk.get(address).content, "C1 · Lyon" in desk.get(address).text) == (False, True)
    client.force_login(UserFactory(administrator=True))
    page = client.get(address)
    assert ('name="entity"' in page.text, "SEEN · C1 · Lyon" in page.text, "OTHER · C1 · Lyon" in page.text) == (
        True,
    ) * 3
    for asked, rows in ((ours.entity_id, [ours]), ("x", [theirs, ours])):
        assert client.get(address, {"entity": asked}).context["page"].rows == rows


def test_a_single_find_opens_the_page(desk: Client):
    customer = CustomerFactory(name="Éclair", entity=desk.entity)
    answer = desk.get(reverse("customers"), {"q": "eclair"})
    assert answer["Location"] == reverse("customer", args=[customer.pk])


def test_an_account_opens_its_customer_whatever_names_are_like_it(desk: Client):
    customer = CustomerFactory(name="Éclair", external_id="C007", entity=desk.entity)
    CustomerFactory(name="C00 Conseil", external_id="C008", entity=desk.entity)
    assert matching("C00x").count() == 1
    answer = desk.get(reverse("customers"), {"q": "c007"})
    assert (answer.status_code, answer.get("Location")) == (302, reverse("customer", args=[customer.pk]))


def test_an_account_comes_before_a_name_that_is_the_same(desk: Client):
    named = CustomerFactory(name="Abri", entity=desk.entity)
    called = CustomerFactory(name="Zèbre", external_id="ABRI", entity=desk.entity)
    assert desk.get(reverse("customers"), {"q": "abri"}).context["page"].rows == [called, named]


def test_those_that_match_as_well_are_found_by_name(desk: Client):
    for name in ("Zone Martin", "Martin Alix", "Cave Martin"):
        CustomerFactory(name=name, entity=desk.entity)
    rows = desk.get(reverse("customers"), {"q": "martin"}).context["page"].rows
    assert [row.name for row in rows] == ["Cave Martin", "Martin Alix", "Zone Martin"]


def test_the_pages_of_a_search_show_each_once(desk: Client):
    """Of unequal likeness, many of the same, some of one name."""
    names = [*(f"Martin {number:02d}" for number in range(60)), *["Martin"] * 30, *["Cave Martine du Lac"] * 30]
    found = [CustomerFactory(name=name, entity=desk.entity) for name in names]
    shown, after = [], ""
    while not shown or after:
        page = desk.get(reverse("customers"), {"q": "martin", "after": after}).context["page"]
        shown, after = [*shown, *page.rows], page.after
    assert len(shown) == len(found)
    assert set(shown) == set(found)


@pytest.mark.parametrize("ties", [(1, 1), ("a", "b"), ("a\0", 1), ("\ud800", 1), ("a",)])
def test_a_cursor_of_a_search_names_a_customer_and_his_key(desk: Client, ties: tuple[int | str, ...]):
    assert desk.get(reverse("customers"), {"q": "martin", "after": cursor_of("0.5", *ties)}).status_code == 400


def test_rows_of_other_entities_stay_out(desk: Client):
    InvoiceFactory(customer=CustomerFactory(name="Éclair"))
    assert desk.get(reverse("customers"), {"q": "eclair"}).context["page"].rows == []
    assert desk.get(reverse("invoices")).context["page"].rows == []


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("customers", 10), ("invoices", 7)])
def test_a_list_costs_the_same_for_one_and_three_rows(
    desk: Client, name: str, queries: int, count: int, django_assert_num_queries
):
    for _ in range(count):
        InvoiceFactory(customer=CustomerFactory(entity=desk.entity))
    desk.get(reverse(name))
    with django_assert_num_queries(queries):
        desk.get(reverse(name))


@pytest.mark.parametrize(("state", "numbers"), [("", ["LATE", "SOON"]), ("late", ["LATE"]), ("settled", ["PAID"])])
def test_invoices_by_state(desk: Client, state: str, numbers: list[str]):
    customer = CustomerFactory(entity=desk.entity)
    InvoiceFactory(customer=customer, number="SOON", due_on="2099-01-01")
    InvoiceFactory(customer=customer, number="LATE")
    InvoiceFactory(customer=customer, number="PAID", closed_on=date(2026, 2, 1))
    rows = desk.get(reverse("invoices"), {"state": state}).context["page"].rows
    assert [row.number for row in rows] == numbers


def test_the_search_is_wide_enough_for_all_who_share_a_name():
    for _ in range(3):
        CustomerFactory(name="Martin")
    assert matching("martin").count() == Customer.objects.count()


def test_two_letters_find_what_begins_with_them_and_the_word_they_are():
    for name in ("F1 Services", "Garage F1", "Alf1o"):
        CustomerFactory(name=name)
    assert sorted(matching("f1").values_list("name", flat=True)) == ["F1 Services", "Garage F1"]


def test_of_long_words_more_must_be_alike():
    CustomerFactory(name="Établissements Bérougui")
    meant = CustomerFactory(name="Établissements Chanaga")
    assert list(matching("etablissements chanaag")) == [meant]


def test_where_nothing_is_as_alike_what_is_less_alike_is_found():
    meant = CustomerFactory(name="Établissements Chanaga")
    assert list(matching("etablissement chenagga")) == [meant]


def test_a_narrower_way_that_finds_enough_leaves_the_wider_ones_out(monkeypatch):
    monkeypatch.setattr("crm.receivables.search.MOST", 2)
    begin = [CustomerFactory(name=f"Martin {number}") for number in range(2)]
    CustomerFactory(name="Saint Martin")
    CustomerFactory(name="Martun")
    assert set(matching("martin")) == set(begin)


@pytest.mark.parametrize("state", ["", "late", "settled"])
@pytest.mark.parametrize("sort", ["due_on", "-due_on", "open_amount", "-open_amount"])
def test_invoices_follow_each_other_without_gap_or_double(desk: Client, state: str, sort: str, monkeypatch):
    monkeypatch.setattr("crm.receivables.views.PAGE_SIZE", 2)
    customer, closed = (
        CustomerFactory(entity=desk.entity),
        {"closed_on": date(2026, 2, 1)} if state == "settled" else {},
    )
    for day in (3, 1, 3, 2, 3):
        InvoiceFactory(customer=customer, due_on=date(2026, 1, day), issued_on=date(2025, 12, 1), **closed)
    seen, after = [], ""
    while not seen or after:
        page = desk.get(reverse("invoices"), {"state": state, "sort": sort, "after": after}).context["page"]
        seen, after = [*seen, *page.rows], page.after
    field = "due_on" if "due_on" in sort else "open_amount"
    key = lambda invoice: (getattr(invoice, field), invoice.pk)  # noqa: E731 - one use
    assert seen == sorted(Invoice.objects.all(), key=key, reverse=sort.startswith("-"))


def test_a_cursor_of_another_order_is_refused(desk: Client):
    for _ in range(2):
        InvoiceFactory(customer__entity=desk.entity)
    after = cursor_of("ten", 1)
    assert desk.get(reverse("invoices"), {"sort": "open_amount", "after": after}).status_code == 400


def test_twelve_digits_keep_their_place():
    assert "amount-long" in amount(Decimal("123456789012.34"), "EUR", "amount")
    assert "amount-long" not in amount(Decimal("1234567.89"), "EUR", "amount")


def test_money_nothing_was_settled_with_stands_beside_what_is_open(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    InvoiceFactory(customer=customer)
    CreditFactory(customer=customer, amount=Decimal(120), open_amount=Decimal(120))
    assert "-120,00\xa0€ non lettrés" in desk.get(reverse("customers")).content.decode()


def test_money_alone_is_told(desk: Client):
    CreditFactory(customer=CustomerFactory(entity=desk.entity), amount=Decimal(120), open_amount=Decimal(120))
    assert "-120,00\xa0€ non lettrés" in desk.get(reverse("customers")).content.decode()


@pytest.mark.parametrize(
    ("number", "words"), [("+3225551212", "02 555 12 12"), ("+33472001122", "00 33 4 72 00 11 22")]
)
def test_a_number_is_found_as_it_is_dialled_where_it_is(number: str, words: str):
    customer = AddressFactory(phone=True, value=number).customer
    AddressFactory(phone=True)
    assert list(matching(words)) == [customer]


def test_customers_of_others_hide_nobody(desk: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("crm.receivables.search.MOST", 2)
    for _ in range(3):
        CustomerFactory(name="Martin")
    mine = CustomerFactory(name="Martin", entity=desk.entity)
    InvoiceFactory(customer=mine, number="FA-9")
    AddressFactory(customer=mine, value="a@b.example")
    for words in ("martin", "FA-9", "a@b.example"):
        assert desk.get(reverse("customers"), {"q": words})["Location"] == reverse("customer", args=[mine.pk])

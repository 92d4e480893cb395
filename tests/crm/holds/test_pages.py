"""Suspending and resuming dunning from the customer page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.customers.models import Customer
from crm.customers.operations import merge_customers
from crm.holds.forms import HoldForm
from crm.holds.models import Hold
from crm.holds.operations import place_hold
from crm.law.models import Rule
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def desk(client: Client) -> Client:
    client.entity = EntityFactory()
    client.force_login(UserFactory(sees=client.entity))
    return client


def test_a_hold_is_placed_on_an_invoice_and_lifted(desk: Client):
    invoice = InvoiceFactory(customer__entity=desk.entity)
    given = {"kind": "dispute", "reason": "Avarie", "invoice": invoice.pk}
    desk.post(reverse("hold_place", args=[invoice.customer_id]), given)
    hold = Hold.objects.get()
    assert (hold.invoice, hold.reason, hold.ended_on) == (invoice, "Avarie", None)
    desk.post(reverse("hold_lift", args=[hold.pk]))
    hold.refresh_from_db()
    assert hold.outcome == "lifted"


@pytest.mark.parametrize(("given", "outcome"), [({}, "lifted"), ({"mistake": "on"}, "mistake")])
def test_an_insolvency_is_lifted_or_was_a_mistake(desk: Client, given: dict[str, str], outcome: str):
    customer = CustomerFactory(entity=desk.entity)
    asked = {"kind": "insolvency", "reason": "RJ", "born_before": "2026-01-05"}
    desk.post(reverse("hold_place", args=[customer.pk]), asked)
    page = desk.get(reverse("customer", args=[customer.pk])).content.decode()
    assert 'name="mistake"' in page
    desk.post(reverse("hold_lift", args=[Hold.objects.get().pk]), given)
    assert Hold.objects.get().outcome == outcome


def test_one_that_ended_can_still_be_called_a_mistake(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    asked = {"kind": "insolvency", "reason": "RJ", "born_before": "2026-01-05"}
    desk.post(reverse("hold_place", args=[customer.pk]), asked)
    desk.post(reverse("hold_lift", args=[Hold.objects.get().pk]))
    url = reverse("hold_mistake", args=[Hold.objects.get().pk])
    assert url in desk.get(reverse("customer", args=[customer.pk])).content.decode()
    answer = desk.post(url, follow=True)
    assert said(answer) == ["La suspension est notée comme placée par erreur."]
    assert (Hold.objects.get().outcome, url in answer.content.decode()) == ("mistake", False)
    assert said(desk.post(url, follow=True)) == ["Cette suspension est déjà notée comme placée par erreur."]


def test_an_insolvency_says_the_day_of_its_judgment(desk: Client):
    invoice = InvoiceFactory(customer__entity=desk.entity)
    url, asked = reverse("hold_place", args=[invoice.customer_id]), {"kind": "insolvency", "reason": "RJ"}
    assert list(form_of(desk.post(url, asked)).errors) == ["born_before"]
    of_one_invoice = asked | {"born_before": "2026-01-05", "invoice": invoice.pk}
    assert list(form_of(desk.post(url, of_one_invoice)).errors) == ["invoice"]
    desk.post(url, asked | {"born_before": "2026-01-05"})
    assert Hold.objects.get().born_before == date(2026, 1, 5)


def test_a_judgment_to_come_is_refused_beside_its_day(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    asked = {"kind": "insolvency", "reason": "RJ", "born_before": "2062-03-02"}
    errors = form_of(desk.post(reverse("hold_place", args=[customer.pk]), asked)).errors
    assert errors == {"born_before": ["Un jugement rendu date au plus tard d’aujourd’hui."]}
    assert not Hold.objects.exists()


def test_a_day_of_judgment_is_that_of_an_insolvency_alone(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    given = {"kind": "dispute", "reason": "Avarie", "born_before": "2026-01-05"}
    desk.post(reverse("hold_place", args=[customer.pk]), given)
    assert Hold.objects.get().born_before is None


def test_an_invoice_of_another_customer_is_refused(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    given = {"kind": "dispute", "reason": "x", "invoice": InvoiceFactory().pk}
    desk.post(reverse("hold_place", args=[customer.pk]), given)
    assert not Hold.objects.exists()


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def form_of(answer: Any) -> HoldForm:
    assert answer.status_code == 422
    return next(panel["data"]["form"] for panel in answer.context["side"] if panel["name"] == "holds")


def refused(answer: Any) -> list[str]:
    return [str(error) for errors in form_of(answer).errors.values() for error in errors]


@pytest.mark.parametrize("ends_on", ["", "2020-01-01"])
def test_a_form_that_is_refused_stays_open_with_what_was_typed(desk: Client, ends_on: str):
    invoice = InvoiceFactory(customer__entity=desk.entity)
    given = {"kind": "promise", "reason": "Virement promis", "invoice": invoice.pk, "ends_on": ends_on}
    answer = desk.post(reverse("hold_place", args=[invoice.customer_id]), given)
    form, page = form_of(answer), answer.content.decode()
    assert (list(form.errors), list(answer.context["messages"])) == (["ends_on"], [])
    assert form["ends_on"].field.widget.attrs["autofocus"]
    assert (page.count("<details open><summary"), page.count('value="Virement promis"')) == (1, 1)
    assert f'<option value="{invoice.pk}" selected' in page
    assert not Hold.objects.exists()


def test_a_second_click_suspends_nothing_more(desk: Client):
    invoice = InvoiceFactory(customer__entity=desk.entity)
    path = reverse("hold_place", args=[invoice.customer_id])
    given = {"kind": "dispute", "reason": "Avarie", "invoice": invoice.pk}
    desk.post(path, given, follow=True)
    assert ["existe déjà" in told for told in refused(desk.post(path, given))] == [True]
    assert Hold.objects.count() == 1
    desk.post(path, given | {"reason": "Prix"})
    assert Hold.objects.count() == 2


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, "La suspension est levée\xa0; ce qu’une autre couvre reste suspendu."),
        ({"invoice": "same"}, "La suspension est levée\xa0; ce qu’une autre couvre reste suspendu."),
        ({"invoice": "another"}, "La suspension est levée\xa0: la relance reprend."),
        (None, "La suspension est levée\xa0: la relance reprend."),
    ],
)
def test_a_hold_that_is_lifted_says_whether_dunning_resumes(desk: Client, other: dict[str, Any] | None, told: str):
    customer = CustomerFactory(entity=desk.entity)
    invoices = dict(zip(("same", "another"), InvoiceFactory.create_batch(2, customer=customer), strict=True))
    given = {"kind": "manual", "starts_on": date(2026, 3, 1), "at": NOON}
    hold = place_hold(customer, **given, reason="A", invoice=invoices["same"])
    if other is not None:
        place_hold(customer, **given, reason="B", invoice=invoices.get(other.get("invoice")))
    assert said(desk.post(reverse("hold_lift", args=[hold.pk]), follow=True)) == [told]
    subject = Entry.objects.order_by("pk").last().subject
    assert subject.endswith("dunning resumes") == told.endswith("la relance reprend.")


def test_one_lifted_before_it_begins_says_what_its_history_says(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    given = {"kind": "manual", "at": NOON}
    place_hold(customer, **given, reason="A", starts_on=date(2026, 1, 1), ends_on=date(2099, 1, 1))
    hold = place_hold(customer, **given, reason="B", starts_on=date(2099, 1, 2))
    told = said(desk.post(reverse("hold_lift", args=[hold.pk]), follow=True))
    assert told == ["La suspension est levée\xa0; ce qu’une autre couvre reste suspendu."]
    assert Entry.objects.order_by("pk").last().subject.endswith("what another one covers stays suspended")


class TestOfMoreInvoicesThanThePageLists:
    """The oldest are offered; a later one by its number."""

    @pytest.fixture
    def customer(self, desk: Client, monkeypatch: pytest.MonkeyPatch) -> Customer:
        monkeypatch.setattr("crm.holds.forms.LISTED", 2)
        customer = CustomerFactory(entity=desk.entity)
        for day, number in enumerate(("F1", "F2", "F3", "F4"), start=1):
            InvoiceFactory(customer=customer, number=number, due_on=f"2026-01-0{day}", installment=1 + (number == "F4"))
        return customer

    def asked(self, desk: Client, customer: Customer, number: str) -> Any:
        given = {"kind": "dispute", "reason": "Avarie", "number": number}
        return desk.post(reverse("hold_place", args=[customer.pk]), given, follow=True)

    def test_the_oldest_are_offered(self, customer: Customer):
        offered = [label for _key, label in HoldForm(customer=customer).fields["invoice"].choices]
        assert offered == ["Tout le compte", "F1", "F2"]

    def test_a_few_are_all_offered_and_no_number_is_asked(self, customer: Customer):
        customer.invoices.filter(number__in=["F3", "F4"]).update(number="X", customer=CustomerFactory())
        form = HoldForm(customer=customer)
        assert ([str(label) for _key, label in form.fields["invoice"].choices][1:], "number" in form.fields) == (
            ["F1", "F2"],
            False,
        )

    @pytest.mark.parametrize("number", ["F3", "F4/2"])
    def test_a_later_one_is_named(self, desk: Client, customer: Customer, number: str):
        assert said(self.asked(desk, customer, number)) == ["La relance est suspendue."]
        assert str(Hold.objects.get().invoice) == number

    @pytest.mark.parametrize("number", ["F4", "F9"])
    def test_a_number_nobody_has_suspends_nothing(self, desk: Client, customer: Customer, number: str):
        form = form_of(self.asked(desk, customer, number))
        offered = [str(label) for _key, label in form.fields["invoice"].choices]
        assert (list(form.errors), offered) == (["number"], ["Tout le compte", "F1", "F2"])
        assert not Hold.objects.exists()


def test_nobody_lifts_a_hold_he_does_not_see(desk: Client):
    invoice = InvoiceFactory()
    hold = Hold.objects.create(
        entity=invoice.entity,
        customer=invoice.customer,
        kind="manual",
        reason="x",
        starts_on="2026-01-01",
        created_at="2026-01-01T00:00:00Z",
    )
    assert desk.post(reverse("hold_lift", args=[hold.pk])).status_code == 404
    assert desk.post(reverse("hold_mistake", args=[hold.pk])).status_code == 404


def test_a_promise_without_its_day_is_refused_and_why(desk: Client):
    customer = CustomerFactory(entity=desk.entity)
    given = {"kind": "promise", "reason": "Paie en fin de mois"}
    told = refused(desk.post(reverse("hold_place", args=[customer.pk]), given))
    assert ["Une promesse a besoin du jour" in one for one in told] == [True]
    with time_machine.travel(NOON, tick=False):
        told = refused(desk.post(reverse("hold_place", args=[customer.pk]), given | {"ends_on": "2099-01-01"}))
        assert ["Une promesse se tient dans l’année" in one for one in told] == [True]
        desk.post(reverse("hold_place", args=[customer.pk]), given | {"ends_on": "2026-03-31"})
    assert Hold.objects.get().kind == "promise"


def test_a_promise_says_how_much_in_the_currency_of_its_invoice_or_account(desk: Client):
    in_euros, in_francs = (InvoiceFactory(customer__entity=desk.entity, currency=code) for code in ("EUR", "CHF"))
    given = {"kind": "promise", "reason": "Dit 400", "ends_on": "2026-03-31", "amount": "1 400,50"}
    with time_machine.travel(NOON, tick=False):
        for invoice in (in_euros, in_francs):
            desk.post(reverse("hold_place", args=[invoice.customer_id]), given)
        assert list(Hold.objects.order_by("pk").values_list("amount", "currency")) == [
            (Decimal("1400.500"), "EUR"),
            (Decimal("1400.500"), "CHF"),
        ]
        page = desk.get(reverse("customer", args=[in_euros.customer_id])).content.decode()
        assert "1\xa0400,50\xa0€" in page
        both = InvoiceFactory(customer=in_euros.customer, currency="CHF")
        path = reverse("hold_place", args=[both.customer_id])
        assert ["Il doit dans plusieurs devises" in one for one in refused(desk.post(path, given))] == [True]
        assert [
            "au-dessus de 0" in one for one in refused(desk.post(path, given | {"invoice": both.pk, "amount": "0"}))
        ] == [True]
        desk.post(path, given | {"kind": "dispute"})
    assert Hold.objects.filter(amount=None).count() == 1


def test_a_page_left_open_after_a_merge_suspends_the_one_that_is_kept(desk: Client):
    kept, duplicate = CustomerFactory.create_batch(2, entity=desk.entity)
    invoice = InvoiceFactory(customer=duplicate)
    merge_customers(kept, duplicate, by=None, at=NOON)
    given = {"kind": "dispute", "reason": "Avarie", "invoice": invoice.pk}
    answer = desk.post(reverse("hold_place", args=[duplicate.pk]), given)
    assert answer.url == reverse("customer", args=[kept.pk])
    assert (Hold.objects.get().customer, Hold.objects.get().invoice) == (kept, invoice)


def test_of_a_merge_into_a_customer_one_does_not_see_nothing_is_written(client: Client):
    team = TeamFactory()
    client.force_login(UserFactory(sees=team))
    duplicate, kept = CustomerFactory(entity=team.entity, team=team), CustomerFactory(entity=team.entity)
    Customer.objects.filter(pk=duplicate.pk).update(merged_into=kept)
    given = {"kind": "dispute", "reason": "Avarie"}
    assert client.post(reverse("hold_place", args=[duplicate.pk]), given).status_code == 404
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("jurisdiction", "judgment", "last"),
    [
        ("FR", date(2026, 1, 1), "01/03/2026"),
        ("FR", date(2025, 7, 1), "01/09/2025"),
        ("FR", date(2025, 12, 31), "28/02/2026"),
        ("SN", date(2026, 1, 1), "02/03/2026"),
    ],
)
def test_the_page_tells_until_when_claims_on_an_insolvent_customer_are_declared(client, jurisdiction, judgment, last):
    entity = EntityFactory(jurisdiction=jurisdiction)
    client.force_login(UserFactory(sees=entity))
    customer = CustomerFactory(entity=entity)
    values = {"kind": "insolvency", "reason": "Jugement", "starts_on": date(2026, 1, 5), "at": NOON}
    place_hold(customer, **values)
    page = reverse("customer", args=[customer.pk])
    assert "à déclarer" not in client.get(page).content.decode()
    place_hold(customer, **values, born_before=judgment)
    seen = client.get(page).content.decode()
    assert f"à déclarer au plus tard le {last}" in seen.replace("\N{NO-BREAK SPACE}", " ")
    Rule.objects.filter(code="insolvency").update(value={})
    assert "à déclarer" not in client.get(page).content.decode()

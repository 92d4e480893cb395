"""Recording what interrupts limitation; what it changes is tested with the gates."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.customers.models import Customer
from crm.receivables.limitation import ENDED, RECORDED, VOID, end_proceedings, record_interruption
from crm.receivables.models import Interruption
from crm.timeline.models import Entry
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def customer(client):
    entity = EntityFactory()
    client.force_login(UserFactory(supervisor=True, sees=entity))
    return CustomerFactory(entity=entity)


def recorded(customer, kind="lawsuit", **fields):
    values = {"on": date(2026, 2, 1), "reference": "RG 26/00042", "by": None, "at": AT} | fields
    return record_interruption(customer, kind=kind, **values)


def told(customer):
    return list(Entry.objects.filter(customer=customer).order_by("at", "id").values_list("subject", "text"))


def test_it_is_kept_with_its_proof_and_told(customer):
    fact = recorded(customer, "acknowledgement")
    assert (fact.entity, fact.invoice, fact.ended_on) == (customer.entity, None, None)
    assert told(customer) == [(RECORDED, "RG 26/00042")]


@pytest.mark.parametrize(("void", "subject"), [(False, ENDED), (True, VOID)])
def test_a_legal_action_is_ended(customer, void, subject):
    fact = recorded(customer)
    end_proceedings(fact, on=date(2026, 3, 1), void=void, by=None, at=AT)
    fact.refresh_from_db()
    assert (fact.ended_on, fact.void) == (date(2026, 3, 1), void)
    assert told(customer)[-1][0] == subject


@pytest.mark.parametrize(("kind", "ended_on"), [("acknowledgement", date(2026, 3, 1)), ("lawsuit", date(2026, 1, 1))])
def test_what_makes_no_sense_is_refused(customer, kind, ended_on):
    fact = recorded(customer, kind)
    with pytest.raises(ValidationError):
        end_proceedings(fact, on=ended_on, void=False, by=None, at=AT)


@pytest.mark.parametrize(
    ("kind", "debt_type", "what", "kept"),
    [
        ("public_body", "trade", "demand", True),
        ("professional", "trade", "demand", False),
        ("consumer", "loan", "acknowledgement", False),
        ("consumer", "loan", "lawsuit", True),
    ],
)
def test_what_interrupts_nothing_by_that_law_is_refused(client, kind, debt_type, what, kept):
    entity = EntityFactory()
    invoice = InvoiceFactory(customer=CustomerFactory(entity=entity, kind=kind), debt_type=debt_type)
    given = form(invoice.customer, invoice=invoice.pk, kind=what)
    client.force_login(UserFactory(supervisor=True, sees=entity))
    page = client.post(reverse("admin:receivables_interruption_add"), given)
    told = {} if page.status_code == 302 else page.context["adminform"].form.errors
    assert (list(told), Interruption.objects.count()) == (([], 1) if kept else (["kind"], 0))
    if not kept:
        with pytest.raises(ValidationError):
            recorded(invoice.customer, what, invoice=invoice)


def test_the_invoice_is_the_customers(customer):
    with pytest.raises(ValidationError):
        recorded(customer, invoice=InvoiceFactory())


def test_of_a_customer_merged_since_it_is_kept_where_he_went(client, customer):
    kept = CustomerFactory(entity=customer.entity)
    Customer.objects.filter(pk=customer.pk).update(merged_into=kept)
    assert recorded(customer).customer == kept
    page = client.post(reverse("admin:receivables_interruption_add"), form(customer))
    assert list(page.context["adminform"].form.errors) == ["customer"]


def form(customer, **changes):
    return {"customer": customer.pk, "kind": "lawsuit", "on": "2026-02-01", "reference": "RG 26/00042"} | changes


def test_a_supervisor_records_it_and_says_when_it_ended(client, customer):
    assert client.post(reverse("admin:receivables_interruption_add"), form(customer)).status_code == 302
    fact = Interruption.objects.get()
    assert (fact.entity, fact.kind, fact.by is not None) == (customer.entity, "lawsuit", True)
    url = reverse("admin:receivables_interruption_change", args=[fact.pk])
    assert client.post(url, {"ended_on": ""}).context["adminform"].form.errors
    early = client.post(url, {"ended_on": "2026-01-31"})
    assert ["commencé" in told for told in early.context["adminform"].form.non_field_errors()] == [True]
    assert client.post(url, {"ended_on": "2026-03-01"}).status_code == 302
    fact.refresh_from_db()
    assert fact.ended_on == date(2026, 3, 1)
    assert client.get(url).context["has_change_permission"] is False


def test_a_wrong_invoice_is_told_in_the_form(client, customer):
    invoice = InvoiceFactory(customer=CustomerFactory(entity=customer.entity))
    page = client.post(reverse("admin:receivables_interruption_add"), form(customer, invoice=invoice.pk))
    assert list(page.context["adminform"].form.errors) == ["invoice"]
    assert not Interruption.objects.exists()


def test_another_entitys_customers_are_not_there(client, customer):
    page = client.post(reverse("admin:receivables_interruption_add"), form(CustomerFactory()))
    assert list(page.context["adminform"].form.errors) == ["customer"]

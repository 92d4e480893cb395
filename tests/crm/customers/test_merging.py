from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.customers.exceptions import AlreadyMerged, OtherEntity, RelationWithoutHandler, SameCustomer
from crm.customers.models import Consent, Customer
from crm.customers.operations import merge_customers
from crm.customers.registry import merge_handlers, relations_to_customer
from crm.holds.models import HoldKind
from crm.holds.operations import place_hold
from crm.receivables import operations as ledger, queries
from crm.receivables.checking import differences
from crm.timeline.queries import entries
from tests.factories.accounts import EntityFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
TODAY, NOON = date(2026, 3, 1), datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def kept(entity):
    return CustomerFactory(entity=entity, external_id="K", name="Kept")


@pytest.fixture
def duplicate(entity):
    return CustomerFactory(entity=entity, external_id="D", name="Double")


def merge(kept, duplicate):
    return merge_customers(kept, duplicate, by=None, at=NOON)


def test_every_relation_to_a_customer_has_a_merge_handler():
    assert sorted(merge_handlers) == relations_to_customer(Customer)


def test_an_unknown_relation_stops_the_merge(kept, duplicate, monkeypatch):
    monkeypatch.delitem(merge_handlers, "holds.Hold.customer")
    with pytest.raises(RelationWithoutHandler, match=r"holds\.Hold\.customer"):
        merge(kept, duplicate)


def test_the_books_of_both_become_one_and_stay_exact(kept, duplicate):
    InvoiceFactory(customer=kept)
    invoice, credit = InvoiceFactory(customer=duplicate), CreditFactory(customer=duplicate)
    ledger.allocate(invoice, credit, amount=Decimal(10), on=TODAY, at=NOON)
    place_hold(duplicate, kind=HoldKind.DISPUTE, reason="x", starts_on=TODAY, invoice=invoice, at=NOON)
    done = merge(kept, duplicate)
    assert (done.moved["receivables.Invoice.customer"], done.moved["holds.Hold.customer"]) == (1, 1)
    [balance] = queries.balances(kept, on=TODAY)
    assert (balance.open, balance.unapplied) == (190, 30)
    assert queries.balances(duplicate, on=TODAY) == differences() == []
    ledger.allocate(InvoiceFactory(customer=kept), credit.__class__.objects.get(), on=TODAY, at=NOON)


def test_the_duplicate_leads_to_the_one_kept_and_is_told(kept, duplicate):
    before = CustomerFactory(entity=kept.entity, merged_into=duplicate)
    merge(kept, duplicate)
    assert set(Customer.objects.current()) == {kept}
    assert set(kept.merged.all()) == {duplicate, before}
    told = [line.subject for line in entries(kept, language="en").lines]
    assert told == ["Double (D) merged into this customer"]
    assert [line.subject for line in entries(duplicate, language="en").lines] == ["Merged into Kept (K)"]


def test_what_the_one_kept_lacks_is_taken_over(kept, duplicate):
    Customer.objects.filter(pk=kept.pk).update(siren="", tags=["a"], attributes={"x": 1})
    Customer.objects.filter(pk=duplicate.pk).update(siren="732829320", tags=["a", "b"], attributes={"x": 2, "y": 3})
    merge(kept, duplicate)
    kept.refresh_from_db()
    assert (kept.siren, kept.tags, kept.attributes, kept.name) == ("732829320", ["a", "b"], {"x": 1, "y": 3}, "Kept")


def test_an_address_of_both_keeps_the_refusal_of_either(kept, duplicate):
    known = AddressFactory(customer=kept, value="a@b.example")
    contact = ContactFactory(customer=duplicate)
    AddressFactory(customer=duplicate, value="a@b.example", opted_out_at=NOON, contact=contact)
    other = AddressFactory(customer=duplicate, value="c@b.example", preferred=True, contact=contact)
    merge(kept, duplicate)
    assert list(kept.addresses.order_by("id")) == [known, other]
    known.refresh_from_db(), other.refresh_from_db()
    assert (known.opted_out_at, known.contact, other.preferred) == (NOON, contact, False)
    assert list(kept.contacts.all()) == [contact]


def test_the_consent_refused_by_one_is_refused(kept, duplicate):
    known = AddressFactory(customer=kept, value="a@b.example", consent=Consent.GIVEN)
    AddressFactory(customer=duplicate, value="a@b.example", consent=Consent.REFUSED)
    merge(kept, duplicate)
    known.refresh_from_db()
    assert known.consent == Consent.REFUSED


def test_a_group_never_holds_itself(kept, duplicate):
    Customer.objects.filter(pk=kept.pk).update(parent=duplicate)
    child = CustomerFactory(entity=kept.entity, parent=duplicate)
    merge(kept, duplicate)
    kept.refresh_from_db(), child.refresh_from_db()
    assert (kept.parent, child.parent) == (None, kept)


def test_what_cannot_be_merged_is_refused(kept, duplicate):
    with pytest.raises(SameCustomer):
        merge(kept, Customer.objects.get(pk=kept.pk))
    with pytest.raises(OtherEntity):
        merge(kept, CustomerFactory())
    merge(kept, duplicate)
    with pytest.raises(AlreadyMerged):
        merge(kept, duplicate)

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from crm.customers import operations
from crm.customers.exceptions import AddressKnown, NotOfThisCustomer
from crm.customers.models import Channel, Consent
from crm.customers.queries import best_address
from crm.events.models import Event
from crm.timeline.queries import entries
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
TODAY, NOON = date(2026, 3, 1), datetime(2026, 3, 1, 12, tzinfo=UTC)
DONE = {"by": None, "at": NOON}


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.mark.parametrize(
    ("channel", "typed", "stored"),
    [
        (Channel.EMAIL, " Compta@Client.Example ", "compta@client.example"),
        (Channel.SMS, "06 12 34 56 78", "+33612345678"),
        (Channel.PHONE, "+32 2 555 12 12", "+3225551212"),
        (Channel.POST, " 3 place Bellecour \n\n 69002 Lyon ", "3 place Bellecour\n69002 Lyon"),
    ],
)
def test_an_address_is_stored_in_one_form(customer, channel, typed, stored):
    address = operations.add_address(customer, channel=channel, value=typed, **DONE)
    assert address.value == stored
    with pytest.raises(AddressKnown):
        operations.add_address(customer, channel=channel, value=stored, **DONE)


@pytest.mark.parametrize(("channel", "typed"), [("email", "nobody"), ("sms", "12"), ("post", " \n ")])
def test_what_is_no_address_is_refused(customer, channel, typed):
    with pytest.raises(ValidationError):
        operations.add_address(customer, channel=channel, value=typed, **DONE)


def test_a_contact_belongs_to_the_customer(customer):
    with pytest.raises(NotOfThisCustomer):
        operations.add_address(customer, channel="email", value="a@b.example", contact=ContactFactory(), **DONE)


def test_one_address_of_a_channel_is_preferred(customer):
    first = operations.add_address(customer, channel="email", value="a@b.example", preferred=True, **DONE)
    second = operations.add_address(customer, channel="email", value="c@b.example", preferred=True, **DONE)
    assert list(customer.addresses.filter(preferred=True)) == [second]
    assert best_address(customer, Channel.EMAIL, TODAY) == second
    assert operations.prefer(first, **DONE)
    assert not operations.prefer(first, **DONE)
    assert best_address(customer, Channel.EMAIL, TODAY) == first


def test_a_contact_who_left_is_written_to_until_his_last_day(customer):
    contact = operations.add_contact(customer, name="Ana", **DONE)
    address = AddressFactory(customer=customer, contact=contact)
    operations.retire_contact(contact, on=TODAY, **DONE)
    assert best_address(customer, Channel.EMAIL, TODAY) == address
    assert best_address(customer, Channel.EMAIL, date(2026, 3, 2)) is None


def test_a_refusal_is_kept_until_he_agrees_again(customer):
    address = AddressFactory(customer=customer)
    assert operations.opt_out(address, **DONE)
    assert not operations.opt_out(address, **DONE)
    assert best_address(customer, Channel.EMAIL, TODAY) is None
    operations.opt_in(address, proof="Asked by phone", **DONE)
    address.refresh_from_db()
    assert (address.consent, address.opted_out_at) == (Consent.GIVEN, None)
    assert best_address(customer, Channel.EMAIL, TODAY) == address


def test_an_invalid_address_is_passed_over_until_it_works_again(customer):
    address = AddressFactory(customer=customer)
    assert operations.mark_invalid(address, on=TODAY, reason="550 no such user", **DONE)
    assert not operations.mark_invalid(address, on=TODAY, reason="again", **DONE)
    assert best_address(customer, Channel.EMAIL, TODAY) is None
    operations.mark_valid(address, **DONE)
    assert best_address(customer, Channel.EMAIL, TODAY) == address


def test_each_change_is_told(customer):
    address = operations.add_address(customer, channel="email", value="a@b.example", **DONE)
    operations.prefer(address, **DONE)
    operations.mark_invalid(address, on=TODAY, reason="550", **DONE)
    operations.retire_address(address, on=TODAY, **DONE)
    assert [line.subject for line in entries(customer, language="en").lines] == [
        "Address no longer used (e-mail): a@b.example",
        "Address found invalid (e-mail): a@b.example",
        "Address used first (e-mail): a@b.example",
        "Address added (e-mail): a@b.example",
    ]
    assert set(Event.objects.values_list("kind", "customer_id")) == {("facts.changed", customer.pk)}

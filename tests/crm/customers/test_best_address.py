from datetime import UTC, date, datetime

import pytest
from django.db import connection

from crm.core.among import EVERYBODY
from crm.customers.models import Channel, Consent, ContactRole
from crm.customers.queries import best_address, best_addresses
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 1)
UNUSABLE = [
    {"invalid_since": date(2026, 5, 1)},
    {"opted_out_at": datetime(2026, 5, 1, tzinfo=UTC)},
    {"consent": Consent.REFUSED},
    {"valid_from": date(2026, 3, 2)},
    {"valid_until": date(2026, 2, 28)},
    {"channel": Channel.SMS},
]


def address(customer, role=None, **kwargs):
    contact = ContactFactory(customer=customer, role=role) if role else None
    return AddressFactory(customer=customer, contact=contact, **kwargs)


def in_bulk(customer, channel=Channel.EMAIL, on=TODAY):
    with connection.cursor() as cursor:
        cursor.execute(
            f"select address_id from ({best_addresses(EVERYBODY)}) best "
            "where customer_id = %(customer)s and channel = %(channel)s",
            {"on": on, "customer": customer.pk, "channel": channel},
        )
        return [row[0] for row in cursor.fetchall()]


def test_the_dunning_contact_comes_before_preferred_addresses_of_others():
    customer = CustomerFactory()
    address(customer, ContactRole.LEGAL, preferred=True), address(customer, ContactRole.INVOICES, preferred=True)
    address(customer, preferred=True)
    dunning = address(customer, ContactRole.DUNNING)
    address(CustomerFactory(), ContactRole.DUNNING, preferred=True)
    assert best_address(customer, Channel.EMAIL, TODAY) == dunning
    assert in_bulk(customer) == [dunning.pk]


def test_without_dunning_contact_the_house_then_the_invoice_mailbox():
    customer = CustomerFactory()
    address(customer, ContactRole.MANAGEMENT, preferred=True)
    invoices = address(customer, ContactRole.INVOICES)
    assert best_address(customer, Channel.EMAIL, TODAY) == invoices
    house = address(customer)
    assert best_address(customer, Channel.EMAIL, TODAY) == house
    assert in_bulk(customer) == [house.pk]


def test_the_one_sent_last_comes_after_the_preferred_one():
    customer = CustomerFactory()
    address(customer), address(customer, sent_at=datetime(2026, 1, 1, tzinfo=UTC))
    last = address(customer, sent_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert best_address(customer, Channel.EMAIL, TODAY) == last
    assert in_bulk(customer) == [last.pk]
    preferred = address(customer, preferred=True)
    assert best_address(customer, Channel.EMAIL, TODAY) == preferred
    assert in_bulk(customer) == [preferred.pk]


def test_the_preferred_one_among_equals_then_the_oldest():
    customer = CustomerFactory()
    first, _ = address(customer), address(customer)
    assert best_address(customer, Channel.EMAIL, TODAY) == first
    preferred = address(customer, preferred=True)
    assert best_address(customer, Channel.EMAIL, TODAY) == preferred


@pytest.mark.parametrize("fault", UNUSABLE, ids=lambda fault: next(iter(fault)))
def test_an_address_one_may_not_use_is_passed_over(fault):
    customer = CustomerFactory()
    address(customer, ContactRole.DUNNING, preferred=True, **fault)
    assert best_address(customer, Channel.EMAIL, TODAY) is None
    assert in_bulk(customer) == []
    usable = address(customer)
    assert best_address(customer, Channel.EMAIL, TODAY) == usable
    assert in_bulk(customer) == [usable.pk]


@pytest.mark.parametrize("days", [{"valid_from": TODAY}, {"valid_until": TODAY}])
def test_the_first_and_the_last_day_of_validity_count(days):
    customer = CustomerFactory()
    valid = address(customer, **days)
    assert best_address(customer, Channel.EMAIL, TODAY) == valid
    assert in_bulk(customer) == [valid.pk]

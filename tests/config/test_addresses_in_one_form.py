"""The migration that gives stored addresses the form of those typed by hand, on a database that had others."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import ManyToOneRel

from crm.customers.models import Address
from tests.factories.actions import ActionFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.messaging import planned

pytestmark = pytest.mark.django_db
MIGRATION = import_module("crm.customers.migrations.0004_addresses_in_one_form")
LOWER = "alter table customers_address drop constraint customers_address_email_in_lower_case"
MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def customer():
    """Of a database as it was before the migration."""
    with connection.cursor() as cursor:
        cursor.execute(LOWER)
    return CustomerFactory()


def migrate():
    with connection.schema_editor() as editor:
        MIGRATION.unite(apps, editor)


def test_an_address_alone_is_stored_in_its_form(customer):
    AddressFactory(customer=customer, value="Compta@Morel.example")
    AddressFactory(customer=customer, channel="post", value=" 3 place Bellecour \r\n\r\n69002 Lyon\n")
    AddressFactory(customer=customer, channel="phone", value="+33472000000")
    migrate()
    assert list(Address.objects.order_by("pk").values_list("value", flat=True)) == [
        "compta@morel.example",
        "3 place Bellecour\n69002 Lyon",
        "+33472000000",
    ]


def test_twins_become_one_with_the_refusals_of_both(customer):
    refused = AddressFactory(customer=customer, value="a@b.example", opted_out_at=APRIL, consent="refused")
    contact = ContactFactory(customer=customer)
    typed = {"invalid_since": MARCH, "invalid_reason": "boîte pleine", "contact": contact, "preferred": True}
    twin = AddressFactory(customer=customer, value="A@b.example", opted_out_at=MARCH, **typed)
    other = AddressFactory(value="A@b.example")
    action, message = ActionFactory(address=twin, customer=customer), planned(address=twin)
    migrate()
    assert Address.objects.filter(customer=customer).values().get() == {
        **Address.objects.filter(pk=refused.pk).values().get(),
        "opted_out_at": MARCH,
        "consent": "refused",
        "invalid_since": MARCH.date(),
        "invalid_reason": "boîte pleine",
        "contact_id": contact.pk,
        "preferred": True,
        "value": "a@b.example",
    }
    action.refresh_from_db()
    message.refresh_from_db()
    other.refresh_from_db()
    assert (action.address, message.address, other.value) == (refused, refused, "a@b.example")


def test_the_migration_knows_all_that_refers_to_an_address():
    relations = [one for one in Address._meta.get_fields(include_hidden=True) if isinstance(one, ManyToOneRel)]
    assert {one.related_model._meta.db_table for one in relations} == set(MIGRATION.REFERRING)


def test_an_address_with_capitals_is_never_stored():
    with pytest.raises(IntegrityError, match="customers_address_email_in_lower_case"), transaction.atomic():
        AddressFactory(value="A@b.example")

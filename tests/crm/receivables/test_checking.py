import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.customers.models import Customer
from crm.receivables.checking import differences
from crm.receivables.models import Credit
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def spoilt():
    """An invoice and a credit whose open amounts were changed behind the back of the triggers."""
    invoice = InvoiceFactory()
    CreditFactory(customer=invoice.customer)
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update receivables_invoice set open_amount = 70")
        cursor.execute("update receivables_credit set open_amount = 39")
        cursor.execute("set local session_replication_role = default")
    return invoice


def test_nothing_differs_in_a_sound_ledger(capsys):
    InvoiceFactory()
    assert differences() == []
    call_command("check_ledger", "--json")
    assert json.loads(capsys.readouterr().out) == {"differences": []}


def test_a_row_that_differs_is_named_with_what_was_expected(spoilt):
    found = differences(spoilt.entity)
    assert [(row.item, row.open_amount, row.expected) for row in found] == [
        ("credit", Decimal(39), Decimal(40)),
        ("invoice", Decimal(70), Decimal(100)),
    ]
    assert differences(InvoiceFactory().entity) == []


def test_what_is_of_a_customer_merged_into_another_is_named():
    invoice = InvoiceFactory()
    CreditFactory(customer=invoice.customer)
    Customer.objects.filter(pk=invoice.customer_id).update(merged_into=CustomerFactory(entity=invoice.entity))
    assert [(row.item, row.id) for row in differences(invoice.entity)] == [
        ("merged_credit", Credit.objects.get().pk),
        ("merged_invoice", invoice.pk),
    ]
    assert differences(InvoiceFactory().entity) == []


def test_what_is_of_a_merged_customer_is_taken_over(capsys):
    invoice = InvoiceFactory()
    kept, credit = CustomerFactory(entity=invoice.entity), CreditFactory(customer=invoice.customer)
    Customer.objects.filter(pk=invoice.customer_id).update(merged_into=kept)
    call_command("check_ledger", "--take-over", "--json")
    assert json.loads(capsys.readouterr().out) == {"differences": []}
    assert [kept.invoices.get(), kept.credits.get()] == [invoice, credit]


def test_the_command_fails_when_something_differs(spoilt, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("check_ledger", "--entity", spoilt.entity.code, "--json")
    assert ended.value.code == 1
    assert len(json.loads(capsys.readouterr().out)["differences"]) == 2


def test_an_unknown_entity_is_refused_with_the_known_ones(spoilt):
    with pytest.raises(CommandError, match=spoilt.entity.code) as refused:
        call_command("check_ledger", "--entity", "nobody")
    assert refused.value.returncode == 2

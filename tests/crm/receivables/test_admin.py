from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse

from crm.receivables.operations import write_off
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity(client):
    entity = EntityFactory()
    client.force_login(UserFactory(auditor=True, sees=entity))
    return entity


def test_the_ledger_is_read_not_written(client, entity):
    invoice = InvoiceFactory(customer=CustomerFactory(entity=entity))
    foreign = InvoiceFactory()
    write_off(invoice, reason="small", on=date(2026, 3, 1), at=datetime(2026, 3, 1, tzinfo=UTC))
    assert set(client.get(reverse("admin:receivables_invoice_changelist")).context["cl"].result_list) == {invoice}
    page = client.get(reverse("admin:receivables_invoice_change", args=[invoice.pk]))
    assert "small" in page.content.decode()
    assert client.post(reverse("admin:receivables_invoice_change", args=[invoice.pk]), {}).status_code == 403
    assert client.get(reverse("admin:receivables_invoice_add")).status_code == 403
    assert client.get(reverse("admin:receivables_invoice_change", args=[foreign.pk])).status_code == 302


def test_anyone_who_reads_the_ledger_can_check_it(client, entity):
    credit = CreditFactory(customer=CustomerFactory(entity=entity))
    url, asked = (
        reverse("admin:receivables_credit_changelist"),
        {"action": "check_ledger", "_selected_action": [credit.pk]},
    )
    page = client.post(url, asked, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["success"]
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update receivables_credit set open_amount = 1")
        cursor.execute("set local session_replication_role = default")
    page = client.post(url, asked, follow=True)
    [message] = page.context["messages"]
    assert (message.level_tag, credit.external_id in message.message) == ("error", True)

"""The date of a page is that of the entity it shows, and one function says it."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory

ROOT = Path(__file__).parents[2]
# A token belongs to no entity; legal rates are those of a jurisdiction.
OF_THE_SERVER = {
    "crm/accounts/authentication.py",
    "crm/accounts/token_admin.py",
    "crm/law/migrations/0003_interest_from_the_formal_notice.py",
    "crm/law/migrations/0004_what_interrupts_a_limitation.py",
    "crm/law/tasks.py",
}
PAST = {"stands_on": "2022-08-31"}


def test_no_page_asks_the_server_for_the_date():
    packages = ("crm", "telephony", "collections_app")
    files = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    asking = {str(path.relative_to(ROOT)) for path in files if "localdate(" in path.read_text()}
    assert asking == OF_THE_SERVER


@pytest.fixture
def desk(client: Client) -> Client:
    client.entity = EntityFactory(**PAST)
    client.force_login(UserFactory(sees=client.entity))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["customer", "manual", "customer_why"])
def test_a_customer_is_seen_at_the_date_of_his_entity(desk: Client, page: str):
    TemplateVersionFactory(template__entity=desk.entity)
    invoice = InvoiceFactory(customer__entity=desk.entity, due_on="2022-08-21", issued_on="2022-07-21")
    answer = desk.get(reverse(page, args=[invoice.customer_id]))
    assert "10 j" in answer.content.decode().replace("\xa0", " ")


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["customers", "invoices"])
def test_lists_count_days_at_the_date_of_the_entity(desk: Client, page: str):
    InvoiceFactory(customer__entity=desk.entity, due_on="2022-08-21", issued_on="2022-07-21")
    assert ">10 j<" in desk.get(reverse(page)).content.decode().replace("\xa0", " ")


@pytest.mark.django_db
def test_the_worklist_too(desk: Client):
    ActionFactory(customer__entity=desk.entity, oldest_due_on="2022-08-21")
    answer = desk.get(reverse("worklist"), {"portfolio": "all"})
    assert ">10 j<" in answer.content.decode().replace("\xa0", " ")

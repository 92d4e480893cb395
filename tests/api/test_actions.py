from datetime import date

import pytest

from collections_app.actions.models import Action, ActionLine
from tests.api.conftest import client_of
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
PATH = "/api/v1/entities/ACME/actions"


def action(entity, number=1, **kwargs):
    customer = CustomerFactory(entity=entity)
    values = {"kind": "manual", "step_code": "call", "channel": "phone", "mode": "todo", "state": "todo", "amount": 100}
    values |= {"currency": "EUR", "opened_on": date(2026, 3, 2), "occasion_on": date(2026, 3, 2)}
    values |= {"late_since_on": date(2026, 3, 2)}
    made = Action.objects.create(entity=entity, customer=customer, **(values | kwargs))
    for invoice in InvoiceFactory.create_batch(number, customer=customer):
        ActionLine.objects.create(action=made, invoice=invoice, amount=100)
    return made


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_whatever_its_length(entity, erp, count, django_assert_num_queries):
    for _ in range(count):
        action(entity, number=count)
    erp.get(PATH)
    with django_assert_num_queries(5):
        rows = erp.get(PATH).json()["rows"]
    assert [len(row["invoices"]) for row in rows] == [count] * count


def test_the_list_is_narrowed(entity, erp):
    owner = UserFactory(username="lea")
    mine = action(entity, owner=owner)
    action(entity, channel="email")
    action(CustomerFactory().entity)
    for query in ({"collector": "lea"}, {"channel": "phone"}, {"customer": mine.customer.external_id}):
        assert [row["id"] for row in erp.get(PATH, query).json()["rows"]] == [mine.pk]


def test_an_action_is_completed_once(entity, erp):
    done = action(entity)
    answer = erp.post(f"{PATH}/{done.pk}/complete", {"outcome": "will_pay", "note": "Vendredi"})
    assert (answer.status_code, answer.json()["state"], answer.json()["note"]) == (200, "done", "Vendredi")
    assert erp.post(f"{PATH}/{done.pk}/complete", {"outcome": "paid"}).status_code == 422


def test_an_action_of_another_entity_is_not_there(erp):
    other = action(CustomerFactory().entity)
    assert erp.post(f"{PATH}/{other.pk}/complete", {"outcome": "paid"}).status_code == 404


def test_an_unknown_outcome_is_told(entity, erp):
    assert erp.post(f"{PATH}/{action(entity).pk}/complete", {"outcome": "magic"}).status_code == 400


def test_an_auditor_completes_nothing(entity):
    auditor = client_of(UserFactory(auditor=True, sees=entity))
    assert auditor.post(f"{PATH}/{action(entity).pk}/complete", {"outcome": "paid"}).status_code == 403

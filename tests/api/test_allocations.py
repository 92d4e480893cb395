"""What a payment is applied to, said as a whole."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.db import connection
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from crm.events.models import Event
from crm.receivables import exceptions
from crm.receivables.allocations import applied, set_allocations
from crm.receivables.checking import differences
from crm.receivables.models import Credit, Invoice, Movement
from crm.receivables.operations import allocate, refund, write_off
from crm.timeline.models import Entry
from tests.api.conftest import client_of
from tests.connections import beside
from tests.factories.accounts import EntityFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHEN = {"on": date(2026, 2, 20), "at": NOON}
PATH = "/api/v1/entities/ACME/payments/RG1/allocations"


@pytest.fixture
def customer(entity):
    return CustomerFactory(entity=entity, external_id="C1")


@pytest.fixture
def payment(customer):
    """100 received, of which nothing is applied; FA1, FA2 and FA3 of 100 each are open."""
    for name in ("FA1", "FA2", "FA3"):
        InvoiceFactory(customer=customer, external_id=name)
    return CreditFactory(customer=customer, external_id="RG1", amount=Decimal(100))


def put(client, path=PATH, **amounts):
    rows = [{"invoice": name, "amount": str(amount)} for name, amount in amounts.items()]
    return client.put(path, {"allocations": rows}, headers={"accept-language": "fr"})


def stands(answer):
    return {row["invoice"]: row["amount"] for row in answer.json()["allocations"]}


def left():
    return {item.external_id: int(item.open_amount) for item in (*Invoice.objects.all(), *Credit.objects.all())}


@pytest.mark.django_db
class TestSetting:
    def test_it_is_applied_then_moved_then_taken_back(self, erp, payment):
        assert stands(put(erp, FA1=60, FA2=40)) == {"FA1": "60.00", "FA2": "40.00"}
        assert left() == {"FA1": 40, "FA2": 60, "FA3": 100, "RG1": 0}
        assert stands(put(erp, FA1=10, FA3=90)) == {"FA1": "10.00", "FA3": "90.00"}
        assert left() == {"FA1": 90, "FA2": 100, "FA3": 10, "RG1": 0}
        last = put(erp)
        assert (stands(last), last.json()["open_amount"]) == ({}, "100.00")
        assert left() == {"FA1": 100, "FA2": 100, "FA3": 100, "RG1": 100}
        assert differences(payment.entity) == []

    def test_sent_again_nothing_moves(self, erp, payment):
        put(erp, FA1=60)
        before = Movement.objects.count(), Entry.objects.count(), Event.objects.count()
        assert (put(erp, FA1="60.00").status_code, stands(erp.get(PATH))) == (200, {"FA1": "60.00"})
        assert (Movement.objects.count(), Entry.objects.count(), Event.objects.count()) == before

    def test_what_is_undone_names_what_it_undoes_on_its_day(self, erp, payment):
        put(erp, FA1=60)
        put(erp, FA1=20)
        rows = Movement.objects.order_by("pk").values_list("kind", "amount", "on", "undoes__amount")
        day = date(2026, 2, 15)
        assert list(rows) == [
            ("allocated", -60, day, None), ("unallocated", 60, day, -60), ("allocated", -20, day, None),
        ]  # fmt: skip

    def test_more_is_added_to_what_stands(self, erp, payment):
        put(erp, FA1=60)
        put(erp, FA1=80)
        assert list(Movement.objects.order_by("pk").values_list("amount", flat=True)) == [-60, -20]

    def test_an_invoice_paid_whole_is_settled_and_open_again_once_it_is_not(self, erp, payment):
        put(erp, FA1=100)
        assert Invoice.objects.get(external_id="FA1").settled_on == date(2026, 2, 15)
        put(erp, FA2=100)
        assert [invoice.settled_on for invoice in Invoice.objects.order_by("pk")] == [None, date(2026, 2, 15), None]

    def test_instalments_are_named_and_an_account_with_a_slash_is_found(self, erp, customer):
        InvoiceFactory(customer=customer, external_id="FA/1")
        InvoiceFactory(customer=customer, external_id="FA/1", installment=2)
        CreditFactory(customer=customer, external_id="RG/1")
        path = PATH.replace("RG1", quote("RG/1", safe=""))
        row = {"invoice": "FA/1", "installment": 2, "amount": "40.00"}
        assert erp.put(path, {"allocations": [row]}).json()["allocations"] == [row]

    def test_it_is_told_in_the_history_with_its_reason_and_heard_of_once(self, erp, payment):
        erp.put(PATH, {"allocations": [{"invoice": "FA1", "amount": "60.00"}], "reason": "Lettrage B"})
        entry = Entry.objects.get()
        assert (entry.text, entry.actor is None, entry.params["invoice"]) == ("Lettrage B", False, "FA1")
        assert Event.objects.filter(kind="facts.changed").count() == 1

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same_whatever_their_number(self, erp, payment, count, django_assert_num_queries):
        put(erp, FA1=30, FA2=30, FA3=30)
        names = ["FA1", "FA2", "FA3"][:count]
        erp.get(PATH)
        with django_assert_num_queries(20):
            assert put(erp, **dict.fromkeys(names, 20)).status_code == 200


@pytest.mark.django_db
class TestRefused:
    def refused(self, answer, status, told):
        assert (answer.status_code, json.loads(answer.content.decode().replace("\xa0", " "))) == (status, told)
        assert applied(Credit.objects.get(external_id="RG1")) == {}

    def test_more_than_was_received(self, erp, payment):
        told = "100,01 € dépasse ce qui reste : 100,00 € sur RG1."
        self.refused(put(erp, FA1=60, FA2="40.01"), 422, {"detail": told})

    def test_more_than_was_received_less_what_was_given_back(self, erp, payment):
        refund(payment, amount=Decimal(50), reason="x", **WHEN)
        told = "60,00 € dépasse ce qui reste : 50,00 € sur RG1."
        self.refused(put(erp, FA1=60), 422, {"detail": told})

    def test_more_than_is_left_of_an_invoice(self, erp, payment):
        write_off(Invoice.objects.get(external_id="FA1"), amount=Decimal(70), reason="x", **WHEN)
        told = "40,00 € dépasse ce qui reste : 30,00 € sur FA1."
        self.refused(put(erp, FA1=40), 422, {"detail": told})

    def test_an_invoice_of_somebody_else_or_in_another_currency_or_unknown(self, entity, erp, customer, payment):
        InvoiceFactory(customer__entity=entity, external_id="FA7")
        InvoiceFactory(customer=customer, external_id="FA8", currency="USD")
        for name in ("FA7", "FA8", "FA9"):
            told = f"{name} n’est pas une facture de ce client dans cette devise."
            self.refused(put(erp, **{name: 10}), 400, {"allocations": [told]})

    def test_twice_the_same(self, erp, payment):
        row = {"invoice": "FA1", "amount": "10.00"}
        answer = erp.put(PATH, {"allocations": [row, row]}, headers={"accept-language": "fr"})
        self.refused(answer, 400, {"allocations": ["FA1, échéance 1, figure deux fois dans cette requête."]})

    @pytest.mark.parametrize("body", [{}, {"allocations": {}}, {"allocations": [], "amount": 1}])
    def test_what_says_nothing_of_the_whole(self, erp, payment, body):
        assert erp.put(PATH, body).status_code == 400

    @pytest.mark.parametrize("amount", ["0", "-1", "1.001"])
    def test_an_amount_that_is_none(self, erp, payment, amount):
        assert put(erp, FA1=amount).status_code in (400, 422)
        assert Movement.objects.count() == 0

    def test_what_a_file_applied_is_corrected_there(self, erp, payment):
        allocate(Invoice.objects.get(external_id="FA1"), payment, amount=Decimal(60), **WHEN)
        with connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("update receivables_movement set import_batch_id = 7")
            cursor.execute("set local session_replication_role = origin")
        assert stands(put(erp, FA1=80)) == {"FA1": "80.00"}
        answer = put(erp, FA1=10)
        told = "60,00 € a été affecté à FA1 par un fichier de la comptabilité"
        said = answer.json()["detail"].replace("\xa0", " ")
        assert (answer.status_code, said[: len(told)]) == (422, told)
        assert stands(erp.get(PATH)) == {"FA1": "80.00"}

    def test_an_unknown_payment(self, erp, payment):
        assert put(erp, PATH.replace("RG1", "RG9"), FA1=10).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"), [("integrator", 200), ("supervisor", 200), ("collector", 403), ("auditor", 403)]
)
def test_only_some_roles_letter(entity, payment, role, status):
    client = client_of(UserFactory(role=role, sees=entity))
    assert (client.get(PATH).status_code, put(client, FA1=10).status_code) == (200, status)


@pytest.mark.django_db
def test_a_team_alone_or_another_entity_opens_nothing(entity, payment):
    member = TeamMemberFactory(user__role="supervisor", team__entity=entity).user
    for user in (member, UserFactory(integrator=True, sees=EntityFactory())):
        client = client_of(user)
        assert (client.get(PATH).status_code, put(client, FA1=10).status_code) == (404, 404)
    assert Movement.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_second_is_the_set_that_stands(entity, erp, payment):
    with beside(lambda: put(erp, FA1=30, FA2=70).status_code) as other:
        invoice = Invoice.objects.get(external_id="FA1")
        set_allocations(payment, {invoice: Decimal(100)}, at=NOON)
        other.start()
    assert other.result() == 200
    assert left() == {"FA1": 70, "FA2": 30, "FA3": 100, "RG1": 0}
    assert differences(entity) == []


amounts = st.integers(0, 60)


class Wishes(TestCase):
    @settings(max_examples=25)
    @given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=5))
    def test_what_is_wished_stands_or_nothing_moved(self, wishes):
        customer = CustomerFactory()
        invoices = InvoiceFactory.create_batch(3, customer=customer, amount=Decimal(50))
        payment = CreditFactory(customer=customer, amount=Decimal(100))
        allocate(invoices[0], payment, amount=Decimal(5), **WHEN)
        for wish in wishes:
            before = applied(payment)
            wished = {one: Decimal(amount) for one, amount in zip(invoices, wish, strict=True) if amount}
            try:
                set_allocations(payment, wished, at=NOON)
            except exceptions.MoreThanOpen:
                assert max(wish) > 50 or sum(wish) > 100
                assert applied(payment) == before
            else:
                assert applied(payment) == {one.pk: amount for one, amount in wished.items()}
            assert differences(customer.entity) == []

"""Suspensions through the API: the operations of the pages, one reason beside each field that is wrong."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from crm.customers.operations import merge_customers
from crm.events.models import Event
from crm.holds.models import Hold
from crm.holds.operations import place_hold
from crm.timeline.models import Entry
from tests.api.conftest import client_of
from tests.factories.accounts import EntityFactory, TeamMemberFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
PATH = "/api/v1/entities/ACME/holds"
DISPUTE = {"customer": "C1", "kind": "dispute", "reason": "Avarie"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def customer(entity):
    return CustomerFactory(entity=entity, external_id="C1")


@pytest.fixture
def hold(customer):
    return placed(customer)


def placed(customer, **given):
    return place_hold(customer, **{"kind": "dispute", "reason": "Avarie", "starts_on": TODAY, "at": NOON} | given)


def said(client, path, body=None):
    return client.post(path, body or {}, headers={"accept-language": "fr"})


def test_a_dispute_of_some_invoices_is_recorded(erp, customer):
    InvoiceFactory(customer=customer, external_id="FA1")
    InvoiceFactory(customer=customer, external_id="FA1", installment=2, due_on="2026-02-28")
    InvoiceFactory(customer=customer, external_id="FA2")
    answer = said(erp, PATH, DISPUTE | {"invoices": ["FA1"]})
    assert answer.status_code == 201
    assert answer.json()["standing"] == []
    assert [(row["invoice"], row["installment"]) for row in answer.json()["placed"]] == [("FA1", 1), ("FA1", 2)]
    one = answer.json()["placed"][0]
    del one["created_at"]
    assert one == {
        "id": Hold.objects.earliest("pk").pk, "customer": "C1", "kind": "dispute", "reason": "Avarie", "invoice": "FA1",
        "installment": 1, "born_before": None, "starts_on": "2026-03-01", "ends_on": None, "ended_on": None,
        "outcome": "", "author": Hold.objects.earliest("pk").author.username,
    }  # fmt: skip
    assert Event.objects.filter(kind="hold.placed").count() == 1
    assert Entry.objects.filter(customer=customer, kind="hold").count() == 2


def test_sent_again_nothing_is_placed_twice(erp, customer):
    first, second = said(erp, PATH, DISPUTE), said(erp, PATH, DISPUTE)
    assert (first.status_code, second.status_code) == (201, 200)
    assert (second.json()["placed"], second.json()["standing"]) == ([], first.json()["placed"])
    assert Hold.objects.count() == 1


def test_a_promise_holds_until_its_day(erp, customer):
    given = {"customer": "C1", "kind": "promise", "reason": "Virement annoncé", "ends_on": "2026-03-20"}
    row = said(erp, PATH, given).json()["placed"][0]
    assert (row["kind"], row["starts_on"], row["ends_on"]) == ("promise", "2026-03-01", "2026-03-20")


def test_an_insolvency_holds_what_was_born_before(erp, customer):
    given = {"customer": "C1", "kind": "insolvency", "reason": "Jugement", "born_before": "2026-02-20"}
    assert said(erp, PATH, given).json()["placed"][0]["born_before"] == "2026-02-20"


def test_an_account_that_was_merged_leads_to_who_stands_for_it(entity, erp, customer):
    gone = CustomerFactory(entity=entity, external_id="C2")
    merge_customers(customer, gone, by=UserFactory(), at=NOON)
    assert said(erp, PATH, DISPUTE | {"customer": "C2"}).json()["placed"][0]["customer"] == "C1"


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        ({"customer": "C9"}, "customer", "Aucun client de cette entité n’a ce compte."),
        ({"invoices": ["FA9"]}, "invoices", "FA9 n’est pas une facture ouverte de ce client."),
        ({"kind": "limitation"}, "kind", None),
        ({"reason": ""}, "reason", None),
        ({"ends_on": "2026-02-01"}, "ends_on", "Une suspension finit au plus tôt le jour où elle commence."),
        ({"kind": "promise"}, "ends_on", None),
        ({"kind": "promise", "ends_on": "2062-03-01"}, "ends_on", None),
        ({"kind": "insolvency"}, "born_before", None),
        ({"kind": "insolvency", "born_before": "2062-03-01"}, "born_before", None),
        ({"kind": "insolvency", "born_before": "2026-02-01", "invoices": ["FA1"]}, "invoices", None),
        ({"born_before": "2026-02-01"}, "born_before", "Seule une procédure collective en a un."),
        ({"end_on": "2026-03-20"}, "end_on", None),
    ],
)
def test_each_refusal_is_beside_its_field(erp, customer, given, field, why):
    InvoiceFactory(customer=customer, external_id="FA1")
    answer = said(erp, PATH, DISPUTE | given)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert why is None or answer.json() == {field: [why]}
    assert Hold.objects.count() == 0


def test_an_invoice_of_another_customer_or_settled_is_refused(entity, erp, customer):
    InvoiceFactory(customer__entity=entity, external_id="FA1")
    InvoiceFactory(customer=customer, external_id="FA2", closed_on=TODAY)
    codes = [said(erp, PATH, DISPUTE | {"invoices": [name]}).status_code for name in ("FA1", "FA2")]
    assert codes == [400, 400]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_whatever_its_length(entity, erp, count, django_assert_num_queries):
    for _ in range(count):
        customer = CustomerFactory(entity=entity)
        placed(customer, invoice=InvoiceFactory(customer=customer), by=UserFactory())
    erp.get(PATH)
    with django_assert_num_queries(4):
        assert len(erp.get(PATH).json()["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_placing_costs_the_same_whatever_their_number(customer, erp, count, django_assert_num_queries):
    names = [invoice.external_id for invoice in InvoiceFactory.create_batch(count, customer=customer)]
    erp.get(PATH)
    with django_assert_num_queries(26):
        assert len(said(erp, PATH, DISPUTE | {"invoices": names}).json()["placed"]) == count


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["all", "promised", "ended"]),
        ({"kind": "promise"}, ["promised"]),
        ({"customer": "C2"}, ["promised"]),
        ({"invoice": "FA1"}, ["promised"]),
        ({"in_force": "true"}, ["all", "promised"]),
        ({"in_force": "false"}, ["ended"]),
    ],
)
def test_the_list_is_narrowed(entity, erp, customer, query, found):
    other = CustomerFactory(entity=entity, external_id="C2")
    invoice = InvoiceFactory(customer=other, external_id="FA1")
    placed(customer, reason="all")
    placed(other, kind="promise", reason="promised", invoice=invoice, ends_on=date(2026, 3, 5))
    placed(customer, reason="ended", starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 20))
    placed(CustomerFactory(), reason="of another entity")
    assert [row["reason"] for row in erp.get(PATH, query).json()["rows"]] == found


def test_one_is_read_and_another_entitys_is_not(erp, hold):
    assert erp.get(f"{PATH}/{hold.pk}").json()["reason"] == "Avarie"
    theirs = placed(CustomerFactory())
    assert [erp.get(f"{PATH}/{theirs.pk}").status_code, said(erp, f"{PATH}/{theirs.pk}/end").status_code] == [404, 404]
    theirs.refresh_from_db()
    assert theirs.ended_on is None


def test_a_dispute_that_is_settled_ends_today(erp, hold):
    answer = said(erp, f"{PATH}/{hold.pk}/end", {"reason": "Avoir émis"}).json()
    assert (answer["ended_on"], answer["outcome"], answer["resumes"]) == ("2026-03-01", "lifted", True)
    told = Entry.objects.filter(about="hold", about_id=hold.pk, text="Avoir émis")
    assert told.get().actor is not None


def test_what_another_one_covers_stays_suspended(erp, hold):
    placed(hold.customer, kind="legal", reason="Assignation")
    assert said(erp, f"{PATH}/{hold.pk}/end").json()["resumes"] is False


def test_twice_it_is_refused_and_says_since_when(erp, hold):
    said(erp, f"{PATH}/{hold.pk}/end")
    again = said(erp, f"{PATH}/{hold.pk}/end")
    assert (again.status_code, again.json()) == (422, {"detail": "Cette suspension a déjà pris fin, le 01/03/2026."})


def test_placed_by_mistake_is_said_also_of_one_that_ended(erp, hold):
    said(erp, f"{PATH}/{hold.pk}/end")
    answer = said(erp, f"{PATH}/{hold.pk}/end", {"mistake": True})
    assert (answer.status_code, answer.json()["outcome"], answer.json()["resumes"]) == (200, "mistake", None)
    assert said(erp, f"{PATH}/{hold.pk}/end", {"mistake": True}).status_code == 422


def test_limitation_is_of_the_night(erp, customer):
    hold = placed(customer, kind="limitation", reason="x")
    answer = said(erp, f"{PATH}/{hold.pk}/end")
    assert (answer.status_code, answer.json()["detail"][:8]) == (422, "La nuit ")


@pytest.mark.parametrize(
    ("role", "status"),
    [("integrator", 201), ("administrator", 201), ("supervisor", 201), ("collector", 201), ("auditor", 403)],
)
def test_who_works_may_suspend_and_who_only_reads_may_not(entity, customer, role, status):
    client = client_of(UserFactory(role=role, sees=entity))
    assert said(client, PATH, DISPUTE).status_code == status
    assert client.get(PATH).status_code == 200


def test_a_team_alone_or_another_entity_opens_nothing(entity, customer, hold):
    member = TeamMemberFactory(user__role="collector", team__entity=entity).user
    stranger = UserFactory(integrator=True, sees=EntityFactory())
    for user in (member, stranger):
        client = client_of(user)
        told = [client.get(PATH), client.get(f"{PATH}/{hold.pk}"), said(client, PATH, DISPUTE)]
        assert [answer.status_code for answer in told] == [404, 404, 404]
    assert Hold.objects.count() == 1

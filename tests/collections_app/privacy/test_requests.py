"""What persons ask of their data: the month it is answered in, what it suspends, who sees it."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse
from guardian.shortcuts import assign_perm

from collections_app.actions.models import Action
from collections_app.privacy import requests
from collections_app.privacy.models import Request
from crm.holds.models import Hold
from crm.holds.operations import lift_hold
from crm.timeline.models import Entry
from crm.timeline.queries import line
from tests.collections_app.engine.world import World, noon
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ON = date(2026, 3, 2)


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def lead(customer):
    return UserFactory(supervisor=True, sees=customer.entity)


def recorded(customer, kind="access", received_on=ON, **said):
    return requests.record_request(customer, kind=kind, received_on=received_on, words="", by=None, at=AT, **said)


def answered(request, outcome="granted", text="", on=ON):
    request.refresh_from_db()
    requests.answer(request, outcome=outcome, text=text, answered_on=on, by=None, at=AT)
    request.refresh_from_db()


@pytest.mark.parametrize(
    ("received", "due"), [(date(2026, 1, 31), date(2026, 2, 28)), (date(2026, 3, 2), date(2026, 4, 2))]
)
def test_it_is_answered_within_a_month(customer, received, due):
    assert recorded(customer, received_on=received).due_on == due


def test_two_months_more_once_in_time_and_with_the_reason(customer):
    asked = recorded(customer)
    with pytest.raises(requests.RequestRefused):
        requests.extend(asked, why=" ", by=None, at=AT)
    requests.extend(asked, why="Trois dossiers", by=None, at=AT)
    asked.refresh_from_db()
    assert (asked.due_on, asked.extension) == (date(2026, 6, 2), "Trois dossiers")
    late = recorded(customer, received_on=date(2026, 1, 15))
    for refused in (asked, late):
        with pytest.raises(requests.RequestRefused):
            requests.extend(refused, why="Encore", by=None, at=AT)


@pytest.mark.parametrize(("kind", "holds"), [("restriction", 1), ("objection", 1), ("access", 0), ("erasure", 0)])
def test_a_restriction_or_an_objection_suspends_everything_at_once(customer, kind, holds):
    asked = recorded(customer, kind)
    found = list(Hold.objects.filter(customer=customer, invoice=None, ended_on=None, kind="manual"))
    assert (len(found), asked.hold) == (holds, found[0] if found else None)
    again = recorded(customer, kind)
    assert (Hold.objects.count(), again.hold) == (holds, asked.hold)


@pytest.mark.parametrize(("outcome", "in_force"), [("refused", 0), ("in_part", 1), ("granted", 1)])
def test_it_goes_on_unless_it_is_refused(customer, outcome, in_force):
    asked = recorded(customer, "restriction")
    answered(asked, outcome, "Parce que")
    assert Hold.objects.filter(ended_on=None).count() == in_force


def test_a_refusal_of_one_a_person_lifted_is_kept_all_the_same(customer):
    asked = recorded(customer, "objection")
    lift_hold(asked.hold, on=ON, by=None, at=AT)
    answered(asked, "refused", "Créance exigible")
    assert asked.outcome == "refused"


def test_what_cannot_be_is_refused(customer):
    with pytest.raises(requests.RequestRefused):
        recorded(customer, received_on=date(2026, 3, 3))
    asked = recorded(customer)
    for said in ({"on": date(2026, 3, 3)}, {"on": date(2026, 3, 1)}, {"outcome": "refused"}, {"outcome": "in_part"}):
        with pytest.raises(requests.RequestRefused):
            answered(asked, **said)
    answered(asked)
    with pytest.raises(requests.RequestRefused):
        answered(asked)


def test_the_history_tells_it_in_the_language_of_its_reader(customer):
    answered(recorded(customer, "erasure"), "refused", "Dette en cours")
    told = [line(entry, language="fr").subject for entry in Entry.objects.order_by("id")]
    assert told == [
        "Demande sur ses données reçue\u00a0: effacement (art. 17), à répondre pour le 02/04/2026",
        "Demande sur ses données répondue\u00a0: effacement (art. 17), refusée",
    ]


def test_of_a_merged_customer_it_is_kept_of_the_one_in_use(customer):
    gone = CustomerFactory(entity=customer.entity, merged_into=customer)
    assert recorded(gone).customer == customer


@time_machine.travel(AT, tick=False)
def test_pages_record_show_and_answer(client, customer, lead):
    client.force_login(lead)
    page = reverse("personal_data", args=[customer.pk])
    record = reverse("personal_data_request", args=[customer.pk])
    assert client.post(record, {"kind": "access", "received_on": "2026-03-09"}).status_code == 422
    given = {"kind": "access", "received_on": "2026-02-10", "words": "Que savez-vous\u00a0?"}
    assert client.post(record, given)["Location"] == page
    [asked] = Request.objects.all()
    assert (asked.recorded_by, asked.due_on) == (lead, date(2026, 3, 10))
    for shown in (page, reverse("customer", args=[customer.pk]), reverse("retention")):
        assert "8 jours restants" in client.get(shown).text.replace("\xa0", " ")
    reply = reverse("personal_data_answer", args=[asked.pk])
    assert client.post(reply, {"outcome": "refused", "answered_on": "2026-03-02"}).status_code == 422
    client.post(reply, {"extend": "1", "why": "Nombreuses pièces"})
    client.post(reply, {"outcome": "granted", "answered_on": "2026-03-02", "answer": "Copie remise"})
    asked.refresh_from_db()
    assert (asked.outcome, asked.answered_by, asked.extension) == ("granted", lead, "Nombreuses pièces")
    assert requests.open_requests(type(customer).objects.all()).count() == 0
    assert "Copie remise" in client.get(page).text
    waiting = recorded(customer)
    assert [row["request"] for row in client.get(page).context["requests"]] == [waiting, asked]


@time_machine.travel(AT, tick=False)
def test_the_page_of_the_customer_tells_everybody_and_only_who_leads_answers(client, customer):
    recorded(customer)
    client.force_login(UserFactory(sees=customer.entity))
    page = client.get(reverse("customer", args=[customer.pk])).text
    assert ("31 jours restants" in page.replace("\xa0", " "), reverse("personal_data", args=[customer.pk]) in page) == (
        True,
        False,
    )
    for name, key in (("personal_data_request", customer.pk), ("personal_data_answer", Request.objects.get().pk)):
        assert client.post(reverse(name, args=[key])).status_code == 403
    client.force_login(UserFactory(supervisor=True, sees=[EntityFactory(), TeamFactory(entity=customer.entity)]))
    assert client.post(reverse("personal_data_answer", args=[Request.objects.get().pk])).status_code == 404
    assert client.get(reverse("retention")).context["requests"] == []


@time_machine.travel(AT, tick=False)
def test_the_page_says_why_he_could_not_be_anonymised(client, customer, lead):
    client.force_login(lead)
    InvoiceFactory(customer=customer)
    assert client.get(reverse("personal_data", args=[customer.pk])).context["why"] == "quelque chose est dû"


@pytest.mark.parametrize("count", [1, 3])
@time_machine.travel(AT, tick=False)
def test_the_lists_cost_the_same_whatever_they_hold(client, lead, customer, count, django_assert_num_queries):
    for _number in range(count):
        recorded(customer)
        answered(recorded(customer))
        recorded(CustomerFactory(entity=customer.entity))
        assign_perm("accounts.see_entity", lead, EntityFactory())
    client.force_login(lead)
    for page, number in ((reverse("retention"), LIST), (reverse("personal_data", args=[customer.pk]), PAGE)):
        client.get(page)
        with django_assert_num_queries(number):
            client.get(page)


LIST, PAGE = 9, 11


def test_nothing_leaves_for_who_restricted_the_use_of_his_data():
    world = World({"offset_days": 5, "channel": "email", "mode": "automatic"})
    asking, other = world.customer(), world.customer()
    for customer in (asking, other):
        world.invoice(customer, late=6, on=ON)
    requests.record_request(asking, kind="restriction", received_on=ON, words="", by=None, at=noon(ON))
    world.night(ON)
    assert list(Action.objects.values_list("customer", flat=True)) == [other.pk]

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from collections_app.actions import bulk
from collections_app.actions.deeds import remembered
from collections_app.actions.models import Action, ActionLine, Deed
from crm.holds.models import Declaration, Hold
from crm.receivables.models import Invoice
from tests.api.conftest import client_of
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.declaring import claim, to_declare
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
FAR = date(2026, 5, 4)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATH = "/api/v1/entities/ACME/actions"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


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
    with django_assert_num_queries(6):
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
    answer = erp.post(f"{PATH}/{done.pk}/complete", {"outcome": "paid", "note": "Vendredi"})
    assert (answer.status_code, answer.json()["state"], answer.json()["note"]) == (200, "done", "Vendredi")
    assert erp.post(f"{PATH}/{done.pk}/complete", {"outcome": "paid"}).status_code == 422


def complete(erp, action, **given):
    return erp.post(f"{PATH}/{action.pk}/complete", given)


def test_a_promise_suspends_dunning_until_its_day(entity, erp):
    promised = action(entity)
    given = {"outcome": "will_pay", "on": "2026-05-04", "amount": "80.50"}
    assert complete(erp, promised, **given).json()["state"] == "done"
    hold = Hold.objects.get()
    assert (hold.customer, hold.kind, hold.invoice, hold.ends_on) == (promised.customer, "promise", None, FAR)


def test_contested_invoices_are_suspended_with_all_their_instalments(entity, erp):
    contested = action(entity, number=2)
    first = contested.customer.invoices.first()
    InvoiceFactory(customer=contested.customer, external_id=first.external_id, installment=2)
    assert complete(erp, contested, outcome="contests", invoices=[first.external_id], reason="Prix").status_code == 200
    assert list(Hold.objects.values_list("kind", "invoice__external_id")) == [("dispute", first.external_id)] * 2


def test_who_is_to_be_called_back_keeps_his_task(entity, erp):
    answer = complete(erp, action(entity), outcome="call_back", on="2026-05-04").json()
    assert (answer["state"], answer["snoozed_until"]) == ("todo", "2026-05-04")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"outcome": "will_pay"}, "on"),
        ({"outcome": "will_pay", "on": "2020-01-01"}, "on"),
        ({"outcome": "will_pay", "on": "2026-05-04", "amount": "0"}, "amount"),
        ({"outcome": "will_pay", "on": "2027-03-03"}, "on"),
        ({"outcome": "call_back"}, "on"),
        ({"outcome": "call_back", "on": "2027-03-03"}, "on"),
        ({"outcome": "contests", "reason": "Prix"}, "invoices"),
        ({"outcome": "contests", "reason": "Prix", "invoices": ["F-of-nobody"]}, "invoices"),
        ({"outcome": "paid", "on": "2026-05-04"}, "on"),
        ({"outcome": "paid", "reference": "LR"}, "reference"),
        ({"outcome": "declared", "on": "2026-03-02"}, "outcome"),
    ],
)
def test_what_an_outcome_needs_is_told_by_its_field(entity, erp, given, field):
    answer = complete(erp, action(entity), **given)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert (Action.objects.get().state, Hold.objects.count()) == ("todo", 0)


class TestClaimsToDeclare:
    """A task of another kind, which ends otherwise."""

    @pytest.fixture
    def task(self, entity):
        customer = CustomerFactory(entity=entity)
        claim(customer, 300, external_id="F1")
        return to_declare(customer)

    def test_they_are_found_by_their_kind_with_their_last_day(self, entity, erp, task):
        call = action(entity)
        assert [row["id"] for row in erp.get(PATH, {"kind": "manual"}).json()["rows"]] == [call.pk]
        (row,) = erp.get(PATH, {"kind": "declaration"}).json()["rows"]
        said = ("id", "kind", "declare_by", "amount", "invoices", "state", "oldest_due_on")
        assert {name: row[name] for name in said} == {
            "id": task.pk, "kind": "declaration", "declare_by": "2026-04-15", "amount": "300.00", "invoices": ["F1"],
            "state": "todo", "oldest_due_on": None,
        }  # fmt: skip
        assert [row["declare_by"] for row in erp.get(PATH, {"kind": "manual"}).json()["rows"]] == [None]

    def test_they_are_declared(self, erp, task):
        answer = complete(erp, task, outcome="declared", on="2026-03-01", reference="LR 1")
        assert (answer.json()["state"], answer.json()["outcome"]) == ("done", "declared")
        assert list(Declaration.objects.values_list("declared_on", "reference")) == [(date(2026, 3, 1), "LR 1")]
        erp.post(f"{PATH}/{task.pk}/take-back")
        assert (Action.objects.get().state, Declaration.objects.exists()) == ("todo", False)

    def test_or_they_are_not_for_a_reason(self, erp, task):
        assert complete(erp, task, outcome="not_needed", reason="Garantie").json()["outcome"] == "not_needed"
        assert Declaration.objects.get().reason == "Garantie"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"outcome": "spoke"}, "outcome"),
            ({"outcome": "declared"}, "on"),
            ({"outcome": "not_needed"}, "reason"),
            ({"outcome": "not_needed", "reason": "x", "reference": "y"}, "reference"),
        ],
    )
    def test_what_is_missing_or_beside_is_told_by_its_field(self, erp, task, given, field):
        answer = complete(erp, task, **given)
        assert (answer.status_code, list(answer.json())) == (400, [field])
        assert Action.objects.get().state == "todo"


def test_an_action_of_another_entity_is_not_there(erp):
    other = action(CustomerFactory().entity)
    assert erp.post(f"{PATH}/{other.pk}/complete", {"outcome": "paid"}).status_code == 404


def test_an_unknown_outcome_is_told(entity, erp):
    assert erp.post(f"{PATH}/{action(entity).pk}/complete", {"outcome": "magic"}).status_code == 400


def test_an_auditor_completes_nothing(entity):
    auditor = client_of(UserFactory(auditor=True, sees=entity))
    assert auditor.post(f"{PATH}/{action(entity).pk}/complete", {"outcome": "paid"}).status_code == 403


def take_back(client, action, **given):
    return client.post(f"{PATH}/{action.pk}/take-back", given)


def test_what_was_noted_is_taken_back_with_what_followed(entity, erp):
    promised = action(entity)
    complete(erp, promised, outcome="will_pay", on="2026-05-04")
    answer = take_back(erp, promised)
    assert (answer.status_code, answer.json()["state"], Hold.objects.get().outcome) == (200, "todo", "mistake")


@pytest.mark.parametrize(("minutes", "status"), [(10, 200), (11, 422)])
def test_what_is_long_ago_is_not_taken_back(entity, erp, minutes, status):
    done = action(entity)
    complete(erp, done, outcome="paid")
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        assert take_back(erp, done).status_code == status


def test_what_was_never_done_what_another_did_and_a_second_time_are_refused(entity, erp):
    done = action(entity)
    assert take_back(erp, done).status_code == 422
    complete(erp, done, outcome="paid")
    other = client_of(UserFactory(integrator=True, sees=entity))
    assert take_back(other, done).status_code == 422
    assert [take_back(erp, done).status_code for _try in range(2)] == [200, 422]


def test_an_action_of_another_entity_is_not_taken_back(erp):
    assert take_back(erp, action(CustomerFactory().entity)).status_code == 404


def test_an_auditor_takes_nothing_back(entity):
    auditor = client_of(UserFactory(auditor=True, sees=entity))
    assert take_back(auditor, action(entity)).status_code == 403


def skipped_together(by, *actions):
    """From the bar of the list, in one go."""
    keys = [each.pk for each in actions]
    with remembered(keys, by=by, at=NOON):
        bulk.skip(keys, reason="Non", by=by, at=NOON)


def test_what_was_done_with_actions_of_two_entities_is_not_taken_back_with_a_token_of_one(entity):
    user = UserFactory(administrator=True)
    limited = client_of(user, entity=entity)
    here, also_here, elsewhere = action(entity), action(entity), action(CustomerFactory().entity)
    skipped_together(user, here, elsewhere)
    assert take_back(limited, here).status_code == 404
    assert list(Action.objects.order_by("pk").values_list("state", flat=True)) == ["skipped", "todo", "skipped"]
    skipped_together(user, also_here)
    assert take_back(limited, also_here).status_code == 200
    assert take_back(client_of(user), here).status_code == 200
    assert set(Action.objects.values_list("state", flat=True)) == {"todo"}


def test_of_two_deeds_the_earlier_one_is_taken_back_after_the_later_one(entity, erp):
    called = action(entity)
    complete(erp, called, outcome="call_back", on="2026-03-05")
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        complete(erp, called, outcome="paid")
        later = take_back(erp, called)
        again = take_back(erp, called)
        earlier = [take_back(erp, called, deed=later.json()["earlier_deed"]) for _try in range(2)]
    assert [(answer.status_code, answer.json().get("snoozed_until")) for answer in (later, again, *earlier)] == [
        (200, "2026-03-05"),
        (422, None),
        (200, None),
        (422, None),
    ]
    assert earlier[0].json()["earlier_deed"] is None


@pytest.mark.parametrize("deed", [0, "x"])
def test_a_deed_that_is_none_of_his_is_not_taken_back(entity, erp, deed):
    called, others = action(entity), action(entity)
    complete(erp, called, outcome="paid")
    complete(erp, others, outcome="paid")
    given = {"deed": deed or Deed.objects.get(actions=[others.pk]).pk}
    assert take_back(erp, called, **given).status_code == (400 if deed else 422)
    assert set(Action.objects.values_list("state", flat=True)) == {"done"}


def test_what_was_taken_back_with_it_and_what_was_left_is_told(entity):
    user = UserFactory(integrator=True, sees=entity)
    one, other, gone_on_with = action(entity), action(entity), action(entity)
    skipped_together(user, one, other, gone_on_with)
    Action.objects.filter(pk=gone_on_with.pk).update(note="Si")
    assert take_back(client_of(user), gone_on_with).status_code == 422
    told = take_back(client_of(user), one).json()
    assert [told[name] for name in ("taken_back", "left", "closed")] == [[one.pk, other.pk], [gone_on_with.pk], []]


def test_what_had_followed_and_moved_since_is_told(entity, erp):
    promised = action(entity)
    values = {name: getattr(promised, name) for name in ("customer", "kind", "channel", "mode", "state", "amount")}
    days = {name: getattr(promised, name) for name in ("opened_on", "occasion_on", "late_since_on")}
    values |= days | {"entity": entity, "currency": "EUR", "step_code": "s-9", "kind": "preventive"}
    other = Action.objects.create(**values)
    invoice = promised.lines.get().invoice
    Invoice.objects.filter(pk=invoice.pk).update(due_on=FAR)
    ActionLine.objects.create(action=other, invoice=invoice, amount=100)
    complete(erp, promised, outcome="will_pay", on="2026-05-04")
    assert Action.objects.filter(pk=other.pk, outcome="held").update(note="Vu") == 1
    told = take_back(erp, promised).json()
    assert [told[name] for name in ("state", "taken_back", "left")] == ["todo", [promised.pk], [other.pk]]

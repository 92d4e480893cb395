"""What follows once all was tried: each decision has a day on which one looks again, or begins the scenario anew."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from collections_app.actions import bulk
from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, Cycle
from collections_app.actions.operations import Said, SaidRefused, conclude, take_back
from collections_app.actions.said import SaidForm
from crm.accounts.models import Entity, User
from crm.holds.models import Hold
from crm.holds.queries import net_items
from crm.timeline.queries import entries
from tests.factories.actions import ActionFactory, ActionLineFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY, IN_MAY, A_YEAR_LATER = date(2026, 3, 2), date(2026, 5, 4), date(2027, 3, 2)


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def action(entity: Entity, lea: User) -> Action:
    """A decision about two late invoices; a third falls due later."""
    action = ActionFactory(customer__entity=entity, owner=lea, mode="decision", channel="phone", address=None)
    for number, due_on in (("F1", date(2026, 1, 31)), ("F2", date(2026, 2, 10))):
        ActionLineFactory(action=action, invoice__number=number, invoice__due_on=due_on)
    later = ActionLineFactory(action=action, invoice__number="F3", invoice__due_on=date(2026, 3, 20))
    later.delete()
    return action


def held(action: Action, on: date) -> list[str | None]:
    return [item.held for item in net_items(action.customer, on=on)]


def told(action: Action) -> list[str]:
    lines = entries(action.customer, language="fr").lines
    return [line.subject for line in lines if line.entry.kind == "action"]


@pytest.mark.parametrize(
    ("outcome", "kind", "last"),
    [
        ("lawyer", "legal", -1),
        ("agency", "legal", -1),
        ("write_off", "manual", -1),
        ("wait", "manual", -1),
        ("plan", "plan", 0),
    ],
)
def test_it_suspends_what_is_late_until_its_day_and_nothing_newer(action, lea, outcome, kind, last):
    holds = conclude(action, Said(Outcome(outcome), note="Dossier 12", on=IN_MAY), by=lea, at=NOON).holds
    action.refresh_from_db()
    assert (action.state, action.outcome) == ("done", outcome)
    found = [(hold.invoice.number, hold.kind, hold.starts_on, hold.ends_on, hold.reason) for hold in holds]
    until, reason = IN_MAY + timedelta(days=last), f"{Outcome(outcome).label} · Dossier 12"
    assert found == [(number, kind, TODAY, until, reason) for number in ("F1", "F2")]
    assert held(action, TODAY) == [kind, kind, None]
    assert held(action, IN_MAY + timedelta(days=1)) == [None, None, None]


def test_of_one_invoice_it_leaves_the_other_alone(action, lea):
    conclude(
        action, Said(Outcome.LAWYER, on=IN_MAY, invoices=[action.customer.invoices.get(number="F2")]), by=lea, at=NOON
    )
    assert held(action, TODAY) == [None, "legal", None]


def test_it_waits_until_its_day_and_what_falls_due_meanwhile_does_not(action, lea):
    deed = conclude(action, Said(Outcome.WAIT, note="Vente du fonds", on=IN_MAY), by=lea, at=NOON).deed
    action.refresh_from_db()
    assert (action.state, action.outcome, action.note) == ("done", "wait", "Vente du fonds")
    assert held(action, TODAY) == ["manual", "manual", None]
    assert told(action) == ["Décidé\xa0: attendre jusqu’au 04/05/2026"]
    take_back(deed.pk, by=lea, at=NOON)
    action.refresh_from_db()
    assert (action.state, action.snoozed_until, held(action, TODAY)) == ("todo", None, [None, None, None])


@pytest.mark.parametrize("outcome", ["lawyer", "agency", "plan", "write_off", "wait"])
@pytest.mark.parametrize("on", [None, TODAY, A_YEAR_LATER + timedelta(days=1)])
def test_without_a_day_within_a_year_nothing_is_decided(action, lea, outcome, on):
    with pytest.raises(SaidRefused) as refusal:
        conclude(action, Said(Outcome(outcome), on=on), by=lea, at=NOON)
    assert (refusal.value.field, Action.objects.get().state, Hold.objects.count()) == ("on", "todo", 0)


def test_begun_again_its_cycle_ends_and_taken_back_it_never_did(action, lea):
    before = action.cycle_id
    deed = conclude(action, Said(Outcome.RESTART), by=lea, at=NOON).deed
    assert Cycle.objects.get(pk=before).closed_on == TODAY
    begun = Cycle.objects.get(closed_on=None)
    assert (begun.customer, begun.currency, begun.opened_on, begun.passed_offset) == (
        action.customer,
        "EUR",
        TODAY,
        None,
    )
    take_back(deed.pk, by=lea, at=NOON)
    action.refresh_from_db()
    assert (Cycle.objects.get(closed_on=None).pk, action.state) == (before, "todo")


@pytest.mark.parametrize("outcome", ["no_answer", "will_pay"])
def test_a_decision_ends_as_one_and_a_call_as_a_call(action, lea, outcome):
    with pytest.raises(SaidRefused, match="décision"):
        conclude(action, Said(Outcome(outcome), on=IN_MAY), by=lea, at=NOON)
    assert bulk.complete([action.pk], outcome=Outcome(outcome), by=lea, at=NOON) == 0
    Action.objects.update(mode="todo")
    action.refresh_from_db()
    with pytest.raises(SaidRefused, match="décision"):
        conclude(action, Said(Outcome.LAWYER, on=IN_MAY), by=lea, at=NOON)


def test_the_form_offers_decisions_with_what_each_asks(action):
    form = SaidForm(action=action)
    assert [value for value, _label in form.fields["outcome"].choices] == [
        "wait", "plan", "lawyer", "agency", "write_off", "restart", "other",
    ]  # fmt: skip
    asked = {
        outcome: list(SaidForm({"outcome": outcome}, action=action).fields) for outcome in ("wait", "plan", "restart")
    }
    assert asked == {
        "wait": ["outcome", "on", "invoices", "note"],
        "plan": ["outcome", "on", "invoices", "note"],
        "restart": ["outcome", "note"],
    }


def test_the_panel_asks_for_a_decision_and_leads_to_a_reminder(action, desk: Client):
    page = desk.get(reverse("action_panel", args=[action.pk])).content.decode()
    assert ("Décider de la suite" in page, reverse("manual", args=[action.customer_id]) in page) == (True, True)
    answer = desk.post(reverse("action_said", args=[action.pk]), {"outcome": "agency", "on": "2099-01-01"})
    assert (answer.status_code, "Choisissez un jour" in answer.content.decode()) == (422, True)

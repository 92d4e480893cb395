"""What a customer says on the telephone: he will pay, he contests, he asks to be called back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action
from collections_app.actions.operations import Said, SaidRefused, conclude, take_back
from collections_app.actions.said import SaidForm
from collections_app.actions.states import ActionMoved, ActionRefused
from crm.accounts.models import Entity, User
from crm.customers.operations import merge_customers
from crm.events.models import Event
from crm.holds.models import Hold
from crm.holds.operations import place_hold
from crm.holds.queries import net_items
from crm.timeline.queries import entries
from tests.collections_app.compliance.situations import TUESDAY, ask, reachable
from tests.factories.accounts import UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("french")]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
A_YEAR_LATER = date(2027, 3, 2)
FAR = "2026-05-04"
HOW = "tapez ses seuls chiffres, les décimales après une virgule ou un point."


@pytest.fixture
def action(entity: Entity, lea: User) -> Action:
    """A call about two invoices."""
    action = ActionFactory(customer__entity=entity, customer__name="Scierie Guillot", owner=lea)
    for number in ("F1", "F2"):
        ActionLineFactory(action=action, invoice__number=number, invoice__due_on=date(2026, 1, 31))
    return action


def held(action: Action, on: date) -> list[str | None]:
    return [item.held for item in net_items(action.customer, on=on)]


def told(action: Action) -> list[str]:
    return [line.subject for line in entries(action.customer, language="fr").lines]


class TestAPromise:
    def test_it_suspends_the_account_until_its_day(self, action: Action, lea: User):
        said = Said(Outcome.WILL_PAY, note="Par virement", on=FRIDAY, amount=Decimal("80.50"))
        holds = conclude(action, said, by=lea, at=NOON).holds
        action.refresh_from_db()
        assert (action.state, action.outcome, action.note, action.closed_by) == (
            "done",
            "will_pay",
            "Par virement",
            lea,
        )
        assert [
            (hold.kind, hold.invoice, hold.starts_on, hold.ends_on, hold.author, hold.reason) for hold in holds
        ] == [("promise", None, TODAY, FRIDAY, lea, "Par virement")]
        assert [(hold.amount, hold.currency) for hold in holds] == [(Decimal("80.50"), "EUR")]
        assert (held(action, FRIDAY), held(action, FRIDAY + timedelta(days=1))) == (["promise"] * 2, [None] * 2)
        assert told(action) == [
            "Relances suspendues\xa0: promesse, du 02/03/2026 au 06/03/2026",
            "Appel, call-30\xa0: dit qu’il va payer 80,50\xa0€ au plus tard le 06/03/2026",
        ]

    @pytest.mark.parametrize(
        ("typed", "currency", "amount"),
        [
            ("1.200", "EUR", 1200), ("1,200", "EUR", 1200), ("10.000", "EUR", 10_000), ("1.200", "TND", None),
            ("850,750", "TND", Decimal("850.75")), ("1e5", "EUR", None),
        ],
    )  # fmt: skip
    def test_three_digits_typed_are_thousands(self, action: Action, typed: str, currency: str, amount: int | None):
        action.currency = currency
        InvoiceFactory(customer=action.customer, amount=9_000)
        form = SaidForm({"outcome": "will_pay", "on": FRIDAY, "amount": typed}, action=action)
        assert (form.is_valid(), form.cleaned_data.get("amount")) == (amount is not None, amount)

    @pytest.mark.parametrize(
        ("typed", "currency", "told"),
        [
            ("1.200", "TND", "« 1.200 » peut être 1 200,000 TND ou 1,200 TND : tapez 1200 ou 1,200."),
            ("1.234", "TND", "« 1.234 » peut être 1 234,000 TND ou 1,234 TND : tapez 1234 ou 1,234."),
            ("1.000 TND", "TND", "« 1.000 TND » peut être 1 000,000 TND ou 1,000 TND : tapez 1000 ou 1,000."),
            ("1e5", "EUR", f"« 1e5 » n’est pas un montant : {HOW}"),
            ("mille", "TND", f"« mille » n’est pas un montant : {HOW}"),
        ],
    )
    def test_an_amount_not_understood_says_what_was_read_and_how_to_type_it(
        self, action: Action, typed: str, currency: str, told: str
    ):
        action.currency = currency
        form = SaidForm({"outcome": "will_pay", "on": FRIDAY, "amount": typed}, action=action)
        assert [error.replace("\xa0", " ") for error in form.errors["amount"]] == [told]

    @pytest.mark.parametrize(("typed", "amount"), [("1200", "1200"), ("1.20", "1.2"), ("1.2340", "1.234")])
    def test_what_the_message_says_to_type_is_understood(self, action: Action, typed: str, amount: str):
        action.currency = "TND"
        form = SaidForm({"outcome": "will_pay", "on": FRIDAY, "amount": typed}, action=action)
        assert (form.is_valid(), form.cleaned_data["amount"]) == (True, Decimal(amount))

    @pytest.mark.parametrize(("typed", "taken"), [("400", True), ("400,01", False), ("50000", False)])
    def test_far_more_than_he_owes_is_refused_with_what_he_owes(self, action: Action, typed: str, taken: bool):
        form = SaidForm({"outcome": "will_pay", "on": FRIDAY, "amount": typed}, action=action)
        told = ["Il doit 200,00\xa0€ en tout, moins de la moitié\xa0: vérifiez le montant."]
        assert form.errors.get("amount", []) == ([] if taken else told)

    def test_what_is_no_amount_of_the_currency_says_what_is(self, action: Action, lea: User):
        with pytest.raises(SaidRefused, match=r"^En EUR un montant dépasse 0 et a au plus 2 décimales\.$"):
            conclude(action, Said(Outcome.WILL_PAY, on=FRIDAY, amount=Decimal("1.005")), by=lea, at=NOON)

    def test_of_one_invoice_it_leaves_the_other_alone(self, action: Action, lea: User):
        invoice = action.customer.invoices.get(number="F2")
        conclude(action, Said(Outcome.WILL_PAY, on=TODAY, invoices=[invoice]), by=lea, at=NOON)
        assert held(action, TODAY) == [None, "promise"]
        assert Hold.objects.get().reason == "dit qu’il va payer"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({}, "on"),
            ({"on": TODAY - timedelta(days=1)}, "on"),
            ({"on": A_YEAR_LATER + timedelta(days=1)}, "on"),
            ({"on": FRIDAY, "amount": Decimal(0)}, "amount"),
            ({"on": FRIDAY, "amount": Decimal("1.005")}, "amount"),
        ],
    )
    def test_without_its_day_or_with_no_amount_nothing_is_kept(
        self, action: Action, lea: User, given: dict[str, Any], field: str
    ):
        with pytest.raises(SaidRefused) as refused:
            conclude(action, Said(Outcome.WILL_PAY, **given), by=lea, at=NOON)
        action.refresh_from_db()
        assert (refused.value.field, action.state, Hold.objects.count(), told(action)) == (field, "todo", 0, [])

    def test_it_may_be_a_year_away(self, action: Action, lea: User):
        [hold] = conclude(action, Said(Outcome.WILL_PAY, on=A_YEAR_LATER), by=lea, at=NOON).holds
        assert hold.ends_on == A_YEAR_LATER

    def test_a_day_too_far_is_told_with_what_to_do(self, action: Action, lea: User):
        with pytest.raises(SaidRefused, match="se tient dans l’année"):
            conclude(action, Said(Outcome.WILL_PAY, on=A_YEAR_LATER + timedelta(days=1)), by=lea, at=NOON)

    def test_a_suspension_that_says_the_same_is_left_as_it_is(self, action: Action, lea: User):
        given = {"kind": "promise", "reason": "dit qu’il va payer", "starts_on": TODAY, "ends_on": FRIDAY, "at": NOON}
        place_hold(action.customer, **given)
        assert conclude(action, Said(Outcome.WILL_PAY, on=FRIDAY), by=lea, at=NOON).holds == []
        assert (Hold.objects.count(), Action.objects.get().state) == (1, "done")


class TestContested:
    def test_each_invoice_is_suspended_until_somebody_lifts_it(self, action: Action, lea: User):
        invoices = list(action.customer.invoices.order_by("number"))
        InvoiceFactory(customer=action.customer)
        conclude(action, Said(Outcome.CONTESTS, invoices=invoices, reason="Prix"), by=lea, at=NOON)
        holds = Hold.objects.order_by("invoice__number").values_list("kind", "invoice__number", "reason", "ends_on")
        assert list(holds) == [("dispute", "F1", "Prix", None), ("dispute", "F2", "Prix", None)]
        assert sorted(map(str, held(action, FRIDAY))) == ["None", "dispute", "dispute"]
        assert Action.objects.get().outcome == "contests"

    @pytest.mark.parametrize("field", ["invoices", "reason"])
    def test_which_and_why_are_said(self, action: Action, lea: User, field: str):
        given: dict[str, Any] = {"invoices": list(action.customer.invoices.all()), "reason": "Prix"}
        with pytest.raises(SaidRefused) as refused:
            conclude(action, Said(Outcome.CONTESTS, **given | {field: ""}), by=lea, at=NOON)
        assert (refused.value.field, Action.objects.get().state) == (field, "todo")

    def test_an_invoice_of_another_customer_undoes_all_of_it(self, action: Action, lea: User):
        invoices = [action.customer.invoices.get(number="F1"), InvoiceFactory()]
        with pytest.raises(SaidRefused) as refused:
            conclude(action, Said(Outcome.CONTESTS, invoices=invoices, reason="Prix"), by=lea, at=NOON)
        assert (refused.value.field, Action.objects.get().state, Hold.objects.count()) == ("invoices", "todo", 0)


class TestACallBack:
    def test_the_task_comes_back_that_day(self, action: Action, lea: User):
        conclude(action, Said(Outcome.CALL_BACK, note="Après 14 h", on=FRIDAY), by=lea, at=NOON)
        action.refresh_from_db()
        assert (action.state, action.snoozed_until, action.closed_at) == ("todo", FRIDAY, None)
        assert action.note == "Après 14 h"
        assert told(action) == ["Appel, call-30\xa0: demande à être rappelé le 06/03/2026"]
        assert list(action.lives.values_list("state", "outcome", "closed_at")) == [("done", "call_back", NOON)]
        conclude(action, Said(Outcome.SPOKE), by=lea, at=NOON + timedelta(days=4))
        assert Action.objects.get().state == "done"

    @pytest.mark.parametrize("on", [None, TODAY, A_YEAR_LATER + timedelta(days=1)])
    def test_a_day_of_the_year_after_today_is_asked(self, action: Action, lea: User, on: date | None):
        with pytest.raises(SaidRefused) as refused:
            conclude(action, Said(Outcome.CALL_BACK, on=on), by=lea, at=NOON)
        assert (refused.value.field, Action.objects.get().snoozed_until) == ("on", None)

    def test_twice_is_one_call(self, action: Action, lea: User):
        conclude(action, Said(Outcome.CALL_BACK, on=FRIDAY), by=lea, at=NOON)
        with pytest.raises(ActionRefused, match="déjà noté"):
            conclude(action, Said(Outcome.CALL_BACK, on=FRIDAY), by=lea, at=NOON + timedelta(seconds=1))
        assert (action.lives.count(), len(told(action))) == (1, 1)

    def test_the_call_counts_in_the_caps(self, settings: Any):
        address = reachable("phone")
        action = ActionFactory(customer=address.customer, address=address)
        at = TUESDAY - timedelta(hours=2)
        conclude(action, Said(Outcome.CALL_BACK, on=TUESDAY.date() + timedelta(days=1)), by=UserFactory(), at=at)
        assert ask(address).gate == "caps"


def test_what_somebody_else_closed_meanwhile_is_told_and_suspends_nothing(action: Action, lea: User):
    conclude(action, Said(Outcome.SPOKE), by=lea, at=NOON)
    with pytest.raises(ActionMoved):
        conclude(action, Said(Outcome.WILL_PAY, on=FRIDAY), by=lea, at=NOON)
    assert (Hold.objects.count(), len(told(action))) == (0, 1)


def test_of_a_customer_merged_meanwhile_the_one_kept_is_suspended(action: Action, lea: User, entity: Entity):
    kept = CustomerFactory(entity=entity)
    stale = Action.objects.select_related("customer").get(pk=action.pk)
    merge_customers(kept, action.customer, by=None, at=NOON)
    Action.objects.filter(pk=action.pk).update(state="todo", closed_at=None)
    conclude(stale, Said(Outcome.WILL_PAY, on=FRIDAY), by=lea, at=NOON)
    assert Hold.objects.get().customer == kept


@pytest.mark.parametrize("count", [1, 3])
def test_a_promise_costs_the_same_whatever_is_owed(action: Action, lea: User, count: int, django_assert_num_queries):
    InvoiceFactory.create_batch(count, customer=action.customer)
    with django_assert_num_queries(30):
        conclude(action, Said(Outcome.WILL_PAY, on=FRIDAY), by=lea, at=NOON)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("outcome", [Outcome.WILL_PAY, Outcome.CONTESTS])
def test_many_invoices_cost_what_one_costs(
    action: Action, lea: User, outcome: Outcome, count: int, django_assert_num_queries
):
    invoices = InvoiceFactory.create_batch(count, customer=action.customer)
    said = Said(outcome, on=FRIDAY if outcome == Outcome.WILL_PAY else None, invoices=invoices, reason="Prix")
    with django_assert_num_queries(32):
        concluded = conclude(action, said, by=lea, at=NOON)
    assert [hold.invoice for hold in concluded.holds] == invoices
    [placed] = Event.objects.filter(kind="hold.placed")
    assert placed.payload == {"hold_ids": [hold.pk for hold in concluded.holds]}
    Event.objects.all().delete()
    with django_assert_num_queries(22):
        take_back(concluded.deed.pk, by=lea, at=NOON)
    assert set(Hold.objects.values_list("ended_on", "outcome")) == {(TODAY, "mistake")}
    assert len(told(action)) == 2 * count + 2
    assert Event.objects.filter(kind="facts.changed").count() == 1


def test_an_invoice_named_twice_is_suspended_once_and_one_that_is_held_so_stays(action: Action, lea: User):
    first, second = action.customer.invoices.order_by("number")
    given = {"kind": "dispute", "reason": "Prix", "starts_on": TODAY, "at": NOON}
    place_hold(action.customer, **given, invoice=first)
    said = Said(Outcome.CONTESTS, invoices=[first, second, second], reason="Prix")
    holds = conclude(action, said, by=lea, at=NOON).holds
    assert ([hold.invoice for hold in holds], Hold.objects.count()) == ([second], 2)


class TestThePanel:
    @pytest.fixture(autouse=True)
    def at_noon(self, desk: Client) -> Iterator[None]:
        with time_machine.travel(NOON, tick=False):
            yield

    def note(self, desk: Client, action: Action, **given: Any) -> Any:
        return desk.post(reverse("action_said", args=[action.pk]), given, headers={"HX-Request": "true"})

    def fields(self, desk: Client, action: Action, **given: Any) -> list[str]:
        answer = desk.post(reverse("action_said_fields", args=[action.pk]), given)
        return list(answer.context["form"].fields)

    @pytest.mark.parametrize(
        ("outcome", "asked"),
        [
            ("spoke", ["outcome", "note"]),
            ("will_pay", ["outcome", "on", "amount", "invoices", "note"]),
            ("contests", ["outcome", "invoices", "reason", "note"]),
            ("call_back", ["outcome", "on", "note"]),
        ],
    )
    def test_an_outcome_brings_its_fields(self, desk: Client, action: Action, outcome: str, asked: list[str]):
        assert self.fields(desk, action, outcome=outcome) == asked

    def test_another_outcome_keeps_what_was_typed(self, desk: Client, action: Action):
        invoice = action.customer.invoices.first()
        given = {"outcome": "contests", "invoices": [invoice.pk], "note": "Vu lundi"}
        page = desk.post(reverse("action_said_fields", args=[action.pk]), given).content.decode()
        assert (f'value="{invoice.pk}" id=' in page, page.count("checked"), "Vu lundi" in page) == (True, 1, True)

    def test_a_promise_is_kept_and_the_next_action_opens(self, desk: Client, action: Action):
        InvoiceFactory(customer=action.customer, amount=9_000)
        given = {
            "outcome": "will_pay",
            "on": FAR,
            "amount": "1 000,50",
            "next": f"/?age=91&open={action.pk}",
            "then": "77",
        }
        answer = self.note(desk, action, **given)
        assert answer.headers["HX-Redirect"] == "/?age=91&open=77"
        hold = Hold.objects.get()
        assert (hold.kind, str(hold.ends_on), hold.reason) == ("promise", FAR, "dit qu’il va payer")
        assert (hold.amount, hold.currency) == (Decimal("1000.500"), "EUR")
        page = desk.get("/")
        assert [str(message) for message in page.context["messages"]] == [
            "Scierie Guillot\xa0: dit qu’il va payer, 1\xa0000,50\xa0€, 04/05/2026. "
            "Les relances de tout le compte sont suspendues."
        ]

    def test_the_next_action_is_none_that_the_promise_took_out_of_the_list(self, desk: Client, action: Action):
        own = ActionFactory(customer=action.customer, cycle=action.cycle, step_code="s60")
        ActionLineFactory(action=own, invoice=action.customer.invoices.get(number="F1"))
        other = ActionFactory(customer__entity=action.entity)
        answer = self.note(desk, action, outcome="will_pay", on=FAR, then=f"{own.pk},{other.pk}")
        own.refresh_from_db()
        assert (own.state, answer.headers["HX-Redirect"]) == ("cancelled", f"/?open={other.pk}")

    def test_a_refusal_keeps_what_was_typed_and_says_where(self, desk: Client, action: Action):
        answer = self.note(desk, action, outcome="will_pay", amount="80", note="Par virement")
        form = answer.context["form"]
        assert (answer.status_code, list(form.errors), Action.objects.get().state) == (422, ["on"], "todo")
        page = answer.content.decode()
        assert ('value="80"' in page, "Par virement" in page, page.count("autofocus")) == (True, True, 1)

    def test_a_second_click_suspends_nothing_more(self, desk: Client, action: Action):
        for _click in range(2):
            answer = self.note(desk, action, outcome="will_pay", on=FAR)
            assert answer.headers["HX-Redirect"] == "/"
        assert (Hold.objects.count(), len(told(action))) == (1, 2)
        levels = [message.level_tag for message in desk.get("/").context["messages"]]
        assert levels == ["success", "error"]

    def test_a_later_invoice_goes_by_its_number(self, desk: Client, action: Action, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("collections_app.actions.said.LISTED", 1)
        page = desk.post(reverse("action_said_fields", args=[action.pk]), {"outcome": "contests"})
        assert [len(page.context["form"].fields["invoices"].choices), "number" in page.context["form"].fields] == [
            1,
            True,
        ]
        refused = self.note(desk, action, outcome="contests", number="F9", reason="Prix")
        assert list(refused.context["form"].errors) == ["number"]
        self.note(desk, action, outcome="contests", number="F2", reason="Prix")
        assert Hold.objects.get().invoice.number == "F2"

    def test_several_rows_at_once_promise_nothing(self, desk: Client, action: Action):
        desk.post(reverse("actions_complete"), {"action": action.pk, "outcome": "will_pay"})
        assert Action.objects.get().state == "todo"

    def test_an_auditor_and_who_does_not_see_the_customer_note_nothing(self, client: Client, action: Action):
        client.force_login(UserFactory(auditor=True, sees=action.entity))
        assert self.note(client, action, outcome="spoke").status_code == 403
        client.force_login(UserFactory())
        assert self.note(client, action, outcome="spoke").status_code == 404
        assert Action.objects.get().state == "todo"

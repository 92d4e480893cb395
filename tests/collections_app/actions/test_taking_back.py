"""A wrong key is taken back for some minutes by who pressed it, as long as nothing went on from there."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collections_app.actions import bulk, deeds
from collections_app.actions.deeds import AlreadyTakenBack, ChangedSince, DeedRefused, OthersDeed, SentSince, TooLate
from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, Cycle, Deed, Life
from collections_app.actions.operations import Said, cancel, conclude, send_now, take_back
from crm.accounts.models import Entity, User
from crm.holds.models import Hold
from crm.holds.operations import lift_hold, place_hold
from crm.holds.queries import net_items
from crm.receivables import operations as ledger
from crm.receivables.models import FormalNotice
from crm.timeline.queries import entries
from tests.collections_app.compliance.situations import TUESDAY, ask, reachable
from tests.connections import beside
from tests.factories.accounts import UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.events import hear_of_message
from tests.factories.receivables import CreditFactory
from tests.factories.scenarios import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("french")]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = NOON + timedelta(seconds=30)
TODAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
WHAT_STAYS = ("state", "outcome", "note", "closed_at", "closed_by", "snoozed_until", "owner", "reopened_on")


@pytest.fixture
def action(entity: Entity, lea: User) -> Action:
    """A call about one invoice, put off until today, with a note."""
    action = ActionFactory(
        customer__entity=entity, customer__name="Scierie Guillot", owner=lea, note="Vu lundi", snoozed_until=TODAY
    )
    ActionLineFactory(action=action, invoice__number="F1", invoice__due_on=date(2026, 1, 31))
    return action


def as_it_stands() -> list[tuple[Any, ...]]:
    return list(Action.objects.order_by("pk").values_list("pk", *WHAT_STAYS))


def told(action: Action) -> list[str]:
    return [line.subject for line in entries(action.customer, language="fr").lines]


def states() -> list[tuple[Any, ...]]:
    return list(Action.objects.order_by("pk").values_list("state", "outcome", "closed_at"))


def paid(action: Action) -> None:
    """All that it carries."""
    for line in action.lines.select_related("invoice"):
        credit = CreditFactory(customer=action.customer, amount=line.invoice.open_amount)
        ledger.allocate(line.invoice, credit, on=TODAY, at=SOON)


def invoices(action: Action) -> list[Any]:
    return list(action.customer.invoices.all())


VERBS: list[tuple[Callable[..., Any], str]] = [
    (lambda a, **who: conclude(a, Said(Outcome.SPOKE, note="Parlé"), **who), "Appel, call-30\xa0: a parlé au client"),
    (
        lambda a, **who: conclude(a, Said(Outcome.CALL_BACK, on=FRIDAY, note="Midi"), **who),
        "Appel, call-30\xa0: demande à être rappelé le 06/03/2026",
    ),
    (
        lambda a, **who: conclude(a, Said(Outcome.WILL_PAY, on=FRIDAY), **who),
        "Appel, call-30\xa0: dit qu’il va payer au plus tard le 06/03/2026",
    ),
    (
        lambda a, **who: conclude(a, Said(Outcome.CONTESTS, reason="Prix", invoices=invoices(a)), **who),
        "Appel, call-30\xa0: conteste la facture",
    ),
    (lambda a, **who: many(bulk.complete, [a], outcome=Outcome.PAID, **who), "Appel, call-30\xa0: dit avoir payé"),
    (lambda a, **who: many(bulk.skip, [a], reason="Non", **who), "call-30\xa0: étape passée"),
    (lambda a, **who: many(bulk.snooze, [a], until=FRIDAY, on=TODAY, **who), "Action reportée au 06/03/2026"),
    (lambda a, **who: many(bulk.reassign, [a], to=None, **who), "Action rendue à l’équipe"),
]


def many(verb: Callable[..., int], actions: list[Action], *, by: User, at: datetime, **given: Any) -> Deed | None:
    """A verb from the bar, as the page does it."""
    keys = [action.pk for action in actions]
    with deeds.remembered(keys, by=by, at=at) as doing:
        verb(keys, by=by, at=at, **given)
    return doing.deed


def done(action: Action, verb: Callable[..., Any], lea: User, at: datetime = NOON) -> Deed:
    verb(action, by=lea, at=at)
    return Deed.objects.latest("pk")


class TestEveryVerb:
    @pytest.mark.parametrize(("verb", "told_of_it"), VERBS)
    def test_it_is_as_before_and_the_history_says_both(
        self, action: Action, lea: User, verb: Callable[..., Any], told_of_it: str
    ):
        before = as_it_stands()
        deed = done(action, verb, lea)
        assert as_it_stands() != before
        assert take_back(deed.pk, by=lea, at=SOON).actions == [action.pk]
        assert as_it_stands() == before
        assert told(action)[0] == f"Annulé\xa0: {told_of_it}"
        assert told_of_it in told(action)[1:]

    @pytest.mark.parametrize(("verb", "told_of_it"), VERBS)
    def test_it_may_be_done_again(self, action: Action, lea: User, verb: Callable[..., Any], told_of_it: str):
        take_back(done(action, verb, lea).pk, by=lea, at=SOON)
        verb(action, by=lea, at=SOON + timedelta(seconds=1))
        assert told(action).count(told_of_it) == 2

    @pytest.mark.parametrize("state", ["todo", "to_approve"])
    def test_what_was_to_approve_is_again(self, lea: User, state: str):
        action = ActionFactory(to_approve=True, state=state)
        deed = many(bulk.skip, [action], reason="Non", by=lea, at=NOON)
        assert deed is not None
        take_back(deed.pk, by=lea, at=SOON)
        assert Action.objects.get().state == state


class TestWhatFollowed:
    def test_a_promise_suspends_nothing_any_more(self, action: Action, lea: User):
        deed = done(action, VERBS[2][0], lea)
        take_back(deed.pk, by=lea, at=SOON)
        hold = Hold.objects.get()
        assert (hold.ended_on, hold.outcome) == (TODAY, "mistake")
        assert [item.held for item in net_items(action.customer, on=TODAY)] == [None]
        assert told(action)[1] == "Suspension levée (promesse)\xa0: les relances reprennent"

    def test_what_it_took_out_of_the_list_is_back(self, action: Action, lea: User):
        for number, state in enumerate(("todo", "to_approve")):
            other = ActionFactory(customer=action.customer, cycle=action.cycle, step_code=f"s{number}", state=state)
            ActionLineFactory(action=other, invoice=invoices(action)[0])
        before = as_it_stands()
        deed = done(action, VERBS[2][0], lea)
        assert list(Action.objects.values_list("state", flat=True).order_by("pk")) == ["done", "cancelled", "cancelled"]
        assert take_back(deed.pk, by=lea, at=SOON).actions == [action.pk]
        assert as_it_stands() == before

    def test_a_call_that_was_not_made_counts_in_no_cap(self, lea: User):
        address = reachable("phone")
        action = ActionFactory(customer=address.customer, address=address)
        at = TUESDAY - timedelta(hours=2)
        conclude(action, Said(Outcome.CALL_BACK, on=TUESDAY.date() + timedelta(days=1)), by=lea, at=at)
        assert ask(address).gate == "caps"
        take_back(Deed.objects.get().pk, by=lea, at=at + timedelta(minutes=1))
        assert (ask(address).answer, Life.objects.count()) == ("allowed", 0)

    def test_a_formal_notice_that_was_not_sent_starts_no_interest(self, action: Action, lea: User):
        Action.objects.update(channel="post", formal_notice=True)
        deed = many(bulk.complete, [action], outcome=Outcome.SENT, by=lea, at=NOON)
        assert (FormalNotice.objects.count(), deed is not None) == (1, True)
        take_back(deed and deed.pk, by=lea, at=SOON)
        assert FormalNotice.objects.count() == 0

    def test_what_was_paid_meanwhile_is_no_task_again(self, action: Action, lea: User):
        deed = done(action, VERBS[0][0], lea)
        paid(action)
        taken = take_back(deed.pk, by=lea, at=SOON)
        assert (taken.actions, taken.closed) == ([action.pk], [action.pk])
        assert states() == [("cancelled", "settled", SOON)]

    def test_nor_what_somebody_else_suspended(self, action: Action, lea: User):
        deed = done(action, VERBS[0][0], lea)
        place_hold(action.customer, kind="legal", reason="x", starts_on=TODAY, by=UserFactory(), at=SOON)
        assert take_back(deed.pk, by=lea, at=SOON).closed == [action.pk]
        assert states() == [("cancelled", "held", SOON)]

    def test_nor_what_a_promise_had_taken_out_of_the_list(self, action: Action, lea: User):
        other = ActionFactory(customer=action.customer, cycle=action.cycle, step_code="s20", step_offset=20)
        ActionLineFactory(action=other, invoice__due_on=date(2026, 1, 31))
        deed = done(action, VERBS[2][0], lea)
        assert states()[1] == ("cancelled", "held", NOON)
        paid(other)
        taken = take_back(deed.pk, by=lea, at=SOON)
        assert (taken.actions, taken.left, taken.closed) == ([action.pk], [], [other.pk])
        assert states() == [("todo", "", None), ("cancelled", "settled", SOON)]

    def test_nor_what_belongs_to_a_cycle_that_closed(self, lea: User):
        action = ActionFactory()
        deed = done(action, VERBS[0][0], lea)
        Cycle.objects.update(closed_on=TODAY)
        take_back(deed.pk, by=lea, at=SOON)
        assert states() == [("cancelled", "settled", SOON)]

    def test_a_suspension_that_stood_before_stays(self, action: Action, lea: User):
        done(action, VERBS[2][0], lea)
        Action.objects.update(state="todo", closed_at=None)
        second = done(action, VERBS[2][0], lea, at=SOON)
        take_back(second.pk, by=lea, at=SOON + timedelta(seconds=1))
        assert [item.held for item in net_items(action.customer, on=TODAY)] == ["promise"]


class TestRefused:
    def refused(self, deed: Deed | None, by: User, why: type[DeedRefused], at: datetime = SOON) -> None:
        before = as_it_stands(), list(Hold.objects.values())
        with pytest.raises(why):
            take_back(deed and deed.pk, by=by, at=at)
        assert (as_it_stands(), list(Hold.objects.values())) == before

    @pytest.fixture
    def promised(self, action: Action, lea: User) -> Deed:
        return done(action, VERBS[2][0], lea)

    def test_to_somebody_else(self, promised: Deed):
        self.refused(promised, UserFactory(), OthersDeed)

    @pytest.mark.parametrize(("seconds", "late"), [(600, False), (601, True)])
    def test_after_ten_minutes(self, promised: Deed, lea: User, seconds: int, late: bool):
        with pytest.raises(TooLate) if late else nullcontext():
            take_back(promised.pk, by=lea, at=NOON + timedelta(seconds=seconds))

    def test_once_it_is_forgotten(self, promised: Deed, lea: User):
        assert deeds.forget(at=SOON) == 0
        assert deeds.forget(at=NOON + timedelta(minutes=11)) == 1
        self.refused(promised, lea, TooLate)

    def test_twice(self, promised: Deed, lea: User):
        take_back(promised.pk, by=lea, at=SOON)
        self.refused(promised, lea, AlreadyTakenBack)

    def test_after_a_send(self, entity: Entity, lea: User):
        template = TemplateFactory(entity=entity)
        action = ActionFactory(customer__entity=entity, channel="email", template=template)
        AddressFactory(customer=action.customer)
        deed = many(bulk.snooze, [action], until=FRIDAY, on=TODAY, by=lea, at=NOON)
        action.refresh_from_db()
        send_now(action, by=lea, at=SOON)
        self.refused(deed, lea, SentSince, at=SOON + timedelta(seconds=1))

    def test_once_the_suspension_was_lifted(self, promised: Deed, lea: User):
        lift_hold(Hold.objects.get(), on=TODAY, by=UserFactory(), at=SOON)
        self.refused(promised, lea, ChangedSince)

    def test_once_somebody_went_on(self, action: Action, lea: User):
        deed = many(bulk.snooze, [action], until=FRIDAY, on=TODAY, by=lea, at=NOON)
        bulk.reassign([action.pk], to=UserFactory(), by=UserFactory(), at=SOON)
        self.refused(deed, lea, ChangedSince)

    def test_once_a_night_has_opened_what_comes_next(self, action: Action, lea: User):
        Action.objects.update(run_id=7)
        deed = done(action, VERBS[0][0], lea)
        ActionFactory(customer=action.customer, cycle=action.cycle, step_code="s60", run_id=8)
        self.refused(deed, lea, ChangedSince)

    @pytest.mark.parametrize("state", ["done", "skipped"])
    def test_once_what_comes_next_has_left_by_itself(self, action: Action, lea: User, state: str):
        Action.objects.update(run_id=7)
        deed = done(action, VERBS[0][0], lea)
        after = {"state": state, "mode": "automatic", "channel": "email", "run_id": 8}
        ActionFactory(customer=action.customer, cycle=action.cycle, step_code="s45", closed_at=SOON, **after)
        self.refused(deed, lea, ChangedSince)

    def test_not_because_of_what_had_left_before(self, action: Action, lea: User):
        Action.objects.update(run_id=7)
        before = {"state": "done", "mode": "automatic", "channel": "email", "run_id": 8}
        at = NOON - timedelta(hours=1)
        ActionFactory(customer=action.customer, cycle=action.cycle, step_code="s45", closed_at=at, **before)
        assert take_back(done(action, VERBS[0][0], lea).pk, by=lea, at=SOON).actions == [action.pk]

    @pytest.fixture
    def mail(self, action: Action) -> Action:
        """Sent by itself an hour before the deed, of a later night than the call."""
        Action.objects.update(run_id=7)
        sent = {"state": "done", "mode": "automatic", "closed_at": NOON - timedelta(hours=1), "run_id": 8}
        mail = ActionFactory(customer=action.customer, cycle=action.cycle, step_code="s45", channel="email", **sent)
        ActionLineFactory(action=mail, invoice=invoices(action)[0])
        return mail

    def bounce(self, mail: Action, at: datetime = SOON) -> None:
        payload = {"origin": ORIGIN, "origin_id": mail.pk}
        hear_of_message(kind="message.bounced", customer_id=mail.customer_id, payload=payload, at=at)
        assert Action.objects.get(pk=mail.pk).state == "todo"

    def test_not_because_of_what_had_left_before_and_came_back(self, action: Action, mail: Action, lea: User):
        deed = done(action, VERBS[0][0], lea)
        self.bounce(mail)
        assert take_back(deed.pk, by=lea, at=SOON).actions == [action.pk]

    def test_once_what_had_come_back_was_opened_by_the_next_night(self, action: Action, mail: Action, lea: User):
        self.bounce(mail, at=NOON - timedelta(minutes=1))
        cancel(mail, by=lea, at=NOON - timedelta(seconds=1), reason="x")
        deed = done(action, VERBS[0][0], lea)
        Action.objects.filter(pk=mail.pk).update(state="todo", closed_at=None, reopened_on=None, run_id=9)
        self.refused(deed, lea, ChangedSince)

    def test_once_what_a_night_sent_after_it_came_back(self, action: Action, mail: Action, lea: User):
        deed = done(action, VERBS[0][0], lea)
        Action.objects.filter(pk=mail.pk).update(closed_at=NOON + timedelta(seconds=1))
        self.bounce(mail)
        self.refused(deed, lea, ChangedSince)

    def test_not_because_of_what_was_there(self, action: Action, lea: User):
        ActionFactory(customer=action.customer, cycle=action.cycle, step_code="s60", run_id=8)
        assert take_back(done(action, VERBS[0][0], lea).pk, by=lea, at=SOON).actions == [action.pk]


class TestMany:
    def test_what_a_colleague_has_gone_on_with_stays(self, entity: Entity, lea: User):
        actions = [ActionFactory(customer__entity=entity) for _ in range(3)]
        deed = many(bulk.snooze, actions, until=FRIDAY, on=TODAY, by=lea, at=NOON)
        bulk.complete([actions[1].pk], outcome=Outcome.SPOKE, by=UserFactory(), at=SOON)
        assert deed is not None
        assert take_back(deed.pk, by=lea, at=SOON).actions == [actions[0].pk, actions[2].pk]
        assert list(Action.objects.order_by("pk").values_list("state", "snoozed_until")) == [
            ("todo", None),
            ("done", None),
            ("todo", None),
        ]

    @pytest.fixture
    def put_off(self, entity: Entity, lea: User) -> tuple[list[Action], Deed]:
        """Three mails put off until Friday, opened by the seventh night."""
        template = TemplateFactory(entity=entity)
        mail = {"channel": "email", "template": template, "customer__entity": entity, "run_id": 7}
        actions = [ActionFactory(**mail) for _ in range(3)]
        for action in actions:
            AddressFactory(customer=action.customer)
        deed = many(bulk.snooze, actions, until=FRIDAY, on=TODAY, by=lea, at=NOON)
        assert deed is not None
        return [Action.objects.get(pk=action.pk) for action in actions], deed

    def sent(self, action: Action) -> None:
        send_now(action, by=UserFactory(), at=SOON)

    def opened(self, action: Action) -> None:
        """By a night, in another currency."""
        ActionFactory(customer=action.customer, cycle__currency="CHF", currency="CHF", run_id=8)

    @pytest.mark.parametrize("went_on", ["sent", "opened"])
    def test_the_customer_somebody_or_the_night_went_on_with_is_left_alone(
        self, put_off: tuple[list[Action], Deed], lea: User, went_on: str
    ):
        (first, second, third), deed = put_off
        getattr(self, went_on)(second)
        taken = take_back(deed.pk, by=lea, at=SOON)
        assert (taken.actions, taken.left) == ([first.pk, third.pk], [second.pk])
        put_off_still = Action.objects.filter(snoozed_until=FRIDAY)
        assert list(put_off_still.values_list("pk", flat=True)) == [second.pk]
        assert ["Annulé\xa0: Action reportée au 06/03/2026" in told(action) for action in (first, second, third)] == [
            True,
            False,
            True,
        ]

    @pytest.mark.parametrize(("went_on", "why"), [("sent", SentSince), ("opened", ChangedSince)])
    def test_where_none_is_left_it_is_refused(
        self, put_off: tuple[list[Action], Deed], lea: User, went_on: str, why: type[DeedRefused]
    ):
        actions, deed = put_off
        self.opened(actions[0])
        for action in actions[1:]:
            getattr(self, went_on)(action)
        with pytest.raises(why):
            take_back(deed.pk, by=lea, at=SOON)
        assert Action.objects.filter(snoozed_until=FRIDAY).count() == 3

    def test_a_night_that_had_come_to_one_customer_only_is_seen_when_it_comes_to_the_next(
        self, put_off: tuple[list[Action], Deed], lea: User
    ):
        (first, second, third), deed = put_off
        take_back(deed.pk, by=lea, at=SOON)
        self.opened(first)
        again = many(bulk.snooze, [first, second, third], until=FRIDAY, on=TODAY, by=lea, at=SOON)
        self.opened(second)
        taken = take_back(again and again.pk, by=lea, at=SOON + timedelta(seconds=1))
        assert (taken.actions, taken.left) == ([first.pk, third.pk], [second.pk])

    def test_what_changed_nothing_leaves_nothing_to_take_back(self, action: Action, lea: User):
        bulk.complete([action.pk], outcome=Outcome.SPOKE, by=lea, at=NOON)
        assert many(bulk.complete, [action], outcome=Outcome.SPOKE, by=lea, at=SOON) is None

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same(self, entity: Entity, lea: User, count: int, django_assert_num_queries):
        actions = [ActionFactory(customer__entity=entity) for _ in range(count)]
        with django_assert_num_queries(6):
            deed = many(bulk.complete, actions, outcome=Outcome.SPOKE, by=lea, at=NOON)
        assert deed is not None
        with django_assert_num_queries(14):
            assert len(take_back(deed.pk, by=lea, at=SOON).actions) == count


class TestThePages:
    @pytest.fixture(autouse=True)
    def clock(self, desk: Client) -> Iterator[time_machine.Traveller]:
        with time_machine.travel(NOON, tick=False) as clock:
            yield clock

    def undo(self, desk: Client, deed: Deed | None = None, **given: Any) -> Any:
        deed = deed or Deed.objects.latest("pk")
        return desk.post(reverse("action_take_back", args=[deed.pk]), given, headers={"HX-Request": "true"})

    def messages(self, desk: Client) -> list[tuple[str, str]]:
        return [(message.level_tag, str(message)) for message in desk.get("/").context["messages"]]

    def test_what_was_done_is_told_with_the_button_that_takes_it_back(self, desk: Client, action: Action):
        desk.post(reverse("actions_complete"), {"action": action.pk, "outcome": "spoke"})
        page = desk.get("/?portfolio=all").content.decode()
        address = reverse("action_take_back", args=[Deed.objects.get().pk])
        assert (page.count(f'hx-post="{address}"'), page.count('data-shortcut="u"')) == (1, 1)
        assert 'name="next" value="/?portfolio=all"' in page
        assert page.count("data-fade") == 0
        assert desk.get("/").content.decode().count(address) == 0

    def test_after_the_panel_too(self, desk: Client, action: Action):
        given = {"outcome": "will_pay", "on": "2026-03-06"}
        desk.post(reverse("action_said", args=[action.pk]), given, headers={"HX-Request": "true"})
        assert reverse("action_take_back", args=[Deed.objects.get().pk]) in desk.get("/").content.decode()

    def test_the_action_is_open_again_in_the_list_as_it_was(self, desk: Client, action: Action):
        desk.post(reverse("actions_complete"), {"action": action.pk, "outcome": "spoke"})
        answer = self.undo(desk, next="/?age=31&open=77")
        assert answer.headers["HX-Redirect"] == f"/?age=31&open={action.pk}"
        assert self.messages(desk)[-1] == ("success", "Scierie Guillot\xa0: c’est annulé.")

    def test_a_second_click_is_told(self, desk: Client, action: Action):
        desk.post(reverse("actions_complete"), {"action": action.pk, "outcome": "spoke"})
        for _click in range(2):
            self.undo(desk)
        assert self.messages(desk)[-1] == ("error", "C’est déjà annulé.")

    def test_too_late_is_told(self, desk: Client, action: Action, clock: time_machine.Traveller):
        desk.post(reverse("actions_complete"), {"action": action.pk, "outcome": "spoke"})
        clock.shift(timedelta(minutes=11))
        self.undo(desk)
        text = "Trop tard\xa0: ce qui a été fait s’annule dans les 10 minutes."
        assert (self.messages(desk)[-1], Action.objects.get().state) == (("error", text), "done")

    def test_several_at_once(self, desk: Client, entity: Entity, lea: User):
        keys = [ActionFactory(customer__entity=entity, owner=lea).pk for _ in range(2)]
        desk.post(reverse("actions_skip"), {"action": keys, "reason": "non"})
        self.undo(desk)
        assert self.messages(desk)[-1] == ("success", "2 actions\xa0: c’est annulé.")
        assert list(Action.objects.values_list("state", flat=True)) == ["todo", "todo"]

    def test_what_a_colleague_went_on_with_is_told(self, desk: Client, entity: Entity, lea: User):
        keys = [ActionFactory(customer__entity=entity, customer__name="Zinc", owner=lea).pk for _ in range(2)]
        desk.post(reverse("actions_skip"), {"action": keys, "reason": "non"})
        Action.objects.filter(pk=keys[0]).update(note="Non, oui")
        self.undo(desk)
        assert self.messages(desk)[-2:] == [
            ("success", "Zinc\xa0: c’est annulé."),
            ("warning", "1 action reste comme elle est\xa0: un collègue, ou la nuit, a continué depuis."),
        ]

    def test_what_was_paid_meanwhile_is_told_and_not_opened(self, desk: Client, action: Action):
        desk.post(reverse("actions_complete"), {"action": action.pk, "outcome": "spoke"})
        paid(action)
        answer = self.undo(desk, next="/?age=31")
        assert answer.headers["HX-Redirect"] == "/?age=31"
        assert self.messages(desk)[-2:] == [
            ("success", "Scierie Guillot\xa0: c’est annulé."),
            ("info", "1 action n’attend pas de nouveau\xa0: ce qu’elle réclame a été payé ou suspendu entre-temps."),
        ]

    def test_a_colleague_is_refused_who_does_not_see_him_finds_nothing_and_an_auditor_may_not(
        self, client: Client, desk: Client, action: Action, entity: Entity
    ):
        desk.post(reverse("actions_complete"), {"action": action.pk, "outcome": "spoke"})
        client.force_login(UserFactory(sees=entity))
        assert self.undo(client).headers["HX-Redirect"] == "/"
        assert self.messages(client)[-1][0] == "error"
        client.force_login(UserFactory())
        assert self.undo(client).status_code == 404
        client.force_login(UserFactory(auditor=True, sees=entity))
        assert self.undo(client).status_code == 403
        assert Action.objects.get().state == "done"

    def test_who_no_longer_sees_one_of_the_customers_undoes_nothing(self, desk: Client, entity: Entity, lea: User):
        keys = [ActionFactory(customer__entity=entity, owner=lea).pk for _ in range(2)]
        desk.post(reverse("actions_skip"), {"action": keys, "reason": "non"})
        elsewhere = CustomerFactory()
        Action.objects.filter(pk=keys[1]).update(customer=elsewhere, entity=elsewhere.entity)
        assert self.undo(desk).status_code == 404
        assert list(Action.objects.values_list("state", flat=True)) == ["skipped", "skipped"]

    def test_the_key_is_in_the_help(self, desk: Client):
        assert "<dt><kbd>u</kbd></dt><dd>Annuler ce qui vient d’être fait</dd>" in desk.get("/").content.decode()


def test_amounts_and_days_of_a_promise_are_told_when_it_is_taken_back(action: Action, lea: User):
    conclude(action, Said(Outcome.WILL_PAY, on=FRIDAY, amount=Decimal("80.50")), by=lea, at=NOON)
    take_back(Deed.objects.get().pk, by=lea, at=SOON)
    assert told(action)[0] == "Annulé\xa0: Appel, call-30\xa0: dit qu’il va payer 80,50\xa0€ au plus tard le 06/03/2026"


@pytest.mark.django_db(transaction=True)
def test_who_takes_back_and_who_works_with_the_same_actions_wait_in_one_order(entity: Entity, lea: User):
    """He holds none of them while he waits for the first: they cannot wait for each other."""
    actions = [ActionFactory(customer__entity=entity, state=state) for state in ("to_approve", "todo")]
    deed = many(bulk.skip, actions, reason="Non", by=lea, at=NOON)
    assert deed is not None
    locked = Action.objects.select_for_update(no_key=True, nowait=True)
    with beside(lambda: take_back(deed.pk, by=lea, at=SOON)) as other:
        locked.get(pk=actions[0].pk)
        other.start()
        locked.get(pk=actions[1].pk)
    assert other.result().actions == [action.pk for action in actions]

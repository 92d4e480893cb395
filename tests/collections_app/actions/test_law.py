"""What the law hears of actions: formal notices that left, calls that were tried."""

from datetime import UTC, date, datetime, timedelta

import pytest

from collections_app.actions.bulk import complete
from collections_app.actions.consumers import NOTICE_CAME_BACK, NOTICE_OF_NOTHING_CAME_BACK
from collections_app.actions.labels import Outcome
from collections_app.actions.models import Action, Cycle
from crm.holds.operations import place_hold
from crm.receivables.models import FormalNotice
from crm.receivables.operations import allocate
from crm.timeline.models import Entry
from telephony.messaging.models import Message
from tests.collections_app.compliance.situations import PARIS, TUESDAY, ask, reachable, sent
from tests.factories.accounts import UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.events import hear_of_message
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
POSTED = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("told", "left_on"), [({}, date(2026, 3, 4)), ({"posted_on": "2026-03-02"}, date(2026, 3, 2))])
def test_legal_interest_may_run_from_the_day_a_formal_notice_left(told, left_on):
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post", approved_on=date(2026, 3, 1))
    noticed = ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30)).invoice
    ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 31))  # thirty days late on the day after
    ActionLineFactory(action=action, invoice__due_on=date(2025, 1, 31), invoice__due_on_source="guessed")
    payload = {"origin": "action", "origin_id": action.pk, "completes": True, **told}
    hear_of_message(kind="message.sent", customer_id=action.customer_id, payload=payload, at=POSTED)
    assert [(notice.invoice, notice.on) for notice in FormalNotice.objects.all()] == [(noticed, left_on)]
    action.refresh_from_db()
    assert (action.state, action.left_on) == ("done", left_on if told else None)
    hear_of_message(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=POSTED)
    action.refresh_from_db()
    assert (action.state, action.left_on) == ("todo", None)  # it came back: nothing was said
    assert list(FormalNotice.objects.all()) == []


def test_the_notice_that_arrives_counts_whatever_came_back_before():
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post", approved_on=date(2026, 3, 1))
    ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30))
    payload = {"origin": "action", "origin_id": action.pk, "completes": True}
    for kind in ("message.sent", "message.bounced"):
        hear_of_message(kind=kind, customer_id=action.customer_id, payload=payload, at=POSTED)
    assert complete([action.pk], outcome=Outcome.SENT, by=UserFactory(), at=POSTED + timedelta(days=2)) == 1
    assert list(FormalNotice.objects.values_list("on", "action_id")) == [(date(2026, 3, 6), action.pk)]
    # What came back late was sent before him.
    hear_of_message(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=POSTED)
    assert FormalNotice.objects.count() == 1


def test_a_notice_known_to_have_come_back_after_ten_days_has_no_effect_and_is_to_be_made_again():
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post", approved_on=date(2026, 3, 1))
    ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30))
    payload = {"origin": "action", "origin_id": action.pk, "completes": True}
    hear_of_message(kind="message.sent", customer_id=action.customer_id, payload=payload, at=POSTED)
    late = POSTED + timedelta(days=11)
    hear_of_message(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=late)
    action.refresh_from_db()
    assert (action.state, FormalNotice.objects.count()) == ("todo", 0)
    assert [entry.subject for entry in Entry.objects.filter(customer=action.customer_id, at=late)] == [NOTICE_CAME_BACK]


def came_back(at, *, meanwhile=lambda action: None):
    """A notice that left on 4 March and is known at an instant to have come back, with what was done meanwhile."""
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post", approved_on=date(2026, 3, 1))
    ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30))
    payload = {"origin": "action", "origin_id": action.pk, "completes": True}
    hear_of_message(kind="message.sent", customer_id=action.customer_id, payload=payload, at=POSTED)
    meanwhile(action)
    hear_of_message(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=at)
    action.refresh_from_db()
    return action


def pay(action):
    invoice = action.lines.get().invoice
    credit = CreditFactory(customer=action.customer, amount=invoice.open_amount)
    allocate(invoice, credit, on=date(2026, 3, 5), at=POSTED + timedelta(days=1))


def close_its_cycle(action):
    Cycle.objects.update(closed_on=date(2026, 3, 5))


@pytest.mark.parametrize("days", [2, 365])
def test_one_of_what_is_owed_again_in_another_cycle_is_no_task_and_not_said_to_be_settled(days):
    at = POSTED + timedelta(days=days)
    action = came_back(at, meanwhile=close_its_cycle)
    assert (action.state, action.outcome, FormalNotice.objects.count()) == ("done", "sent", 0)
    told = Entry.objects.filter(customer=action.customer_id, at=at).values_list("subject", flat=True)
    assert list(told) == [NOTICE_CAME_BACK]


@pytest.mark.parametrize("meanwhile", [pay])
@pytest.mark.parametrize("days", [2, 365])
def test_a_notice_that_came_back_once_all_was_paid_is_told_and_no_task(meanwhile, days):
    at = POSTED + timedelta(days=days)
    action = came_back(at, meanwhile=meanwhile)
    assert (action.state, action.outcome, FormalNotice.objects.count()) == ("done", "sent", 0)
    told = Entry.objects.filter(customer=action.customer_id, at=at).values_list("subject", flat=True)
    assert list(told) == [NOTICE_OF_NOTHING_CAME_BACK]


def test_one_about_what_is_on_hold_waits_for_the_night_that_finds_it_free():
    def contested(action):
        place_hold(action.customer, kind="dispute", reason="Prix", starts_on=date(2026, 3, 5), at=POSTED)

    at = POSTED + timedelta(days=20)
    action = came_back(at, meanwhile=contested)
    assert (action.state, action.outcome, action.closed_at) == ("cancelled", "held", at)
    assert FormalNotice.objects.count() == 0


@pytest.mark.parametrize(("outcome", "noticed"), [(Outcome.SENT, 1), (Outcome.OTHER, 0)])
def test_so_it_may_from_one_sent_by_hand(outcome, noticed):
    action = ActionFactory(formal_notice=True, state="todo", channel="post")
    for due_on, source in ((date(2026, 2, 2), "file"), (date(2026, 2, 3), "file"), (date(2026, 2, 2), "guessed")):
        ActionLineFactory(action=action, invoice__due_on=due_on, invoice__due_on_source=source)
    assert complete([action.pk], outcome=outcome, by=UserFactory(), at=POSTED) == 1
    assert list(FormalNotice.objects.values_list("on", flat=True)) == [date(2026, 3, 4)] * noticed


@pytest.mark.parametrize(("outcome", "gate"), [(Outcome.NO_ANSWER, "caps"), (Outcome.OTHER, "")])
def test_a_call_tried_counts_in_the_caps(settings, outcome, gate):
    address = reachable("phone")
    values = {"state": "done", "outcome": outcome, "closed_at": TUESDAY - timedelta(hours=2)}
    ActionFactory(customer=address.customer, address=address, **values)
    assert ask(address).gate == gate


def demanded(address, invoice, on, *, state="sent", **fields):
    """It was written of this invoice."""
    at = datetime(on.year, on.month, on.day, 10, tzinfo=PARIS)
    action = ActionFactory(
        customer=address.customer,
        state="done",
        kind="manual",
        cycle=None,
        step_code=f"mail-{on}",
        closed_at=at,
        **fields,
    )
    ActionLineFactory(action=action, invoice=invoice)
    message = sent(address, at)
    Message.objects.filter(pk=message.pk).update(origin="action", origin_id=action.pk, state=state)


def demanded_each_june(address, invoice, **fields):
    for year in range(2021, 2026):
        demanded(address, invoice, date(year, 6, 1), **fields)


def due_in_2021(kind, channel="email"):
    address = reachable(channel, kind=kind)
    return address, InvoiceFactory(customer=address.customer, issued_on=date(2021, 1, 1), due_on=date(2021, 2, 1))


@pytest.mark.parametrize(
    ("kind", "channel", "state", "gate"),
    [
        ("public_body", "email", "sent", ""),
        ("public_body", "post", "delivered", ""),
        ("public_body", "email", "bounced", "limitation"),
        ("public_body", "phone", "sent", "limitation"),
        ("professional", "email", "sent", "limitation"),
        ("consumer", "email", "sent", "limitation"),
    ],
)
def test_a_written_demand_starts_the_limitation_of_a_public_body_again(settings, kind, channel, state, gate):
    """Loi 68-1250, art. 2: four years from the next 1 January. What it is written about alone."""
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    address, invoice = due_in_2021(kind, channel)
    other = InvoiceFactory(customer=address.customer, issued_on=invoice.issued_on, due_on=invoice.due_on)
    demanded_each_june(address, invoice, state=state)
    verdicts = [ask(address, invoices=[each.pk]) for each in (invoice, other)]
    assert [verdict.gate for verdict in verdicts] == [gate, "limitation"]


@pytest.mark.parametrize(("year", "gate"), [(2029, ""), (2030, "limitation")])
def test_it_runs_out_four_years_after_the_next_1_january(settings, year, gate):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    address, invoice = due_in_2021("public_body")
    demanded(address, invoice, date(2025, 12, 31))
    at = datetime(year, 12, 31, 10, tzinfo=PARIS) if year == 2029 else datetime(year, 1, 2, 10, tzinfo=PARIS)
    assert ask(address, at=at, invoices=[invoice.pk]).gate == gate


def test_a_letter_counts_from_the_day_it_was_posted():
    """The confirmation of the batch came in the next year."""
    address, invoice = due_in_2021("public_body", "post")
    demanded(address, invoice, date(2022, 1, 2), left_on=date(2021, 12, 31))
    day = datetime(2026, 3, 3, 10, tzinfo=PARIS)
    assert ask(address, at=day, invoices=[invoice.pk]).gate == "limitation"
    Action.objects.update(left_on=None)
    assert ask(address, at=day, invoices=[invoice.pk]).answer == "allowed"


def test_one_made_too_late_revives_nothing(settings):
    settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
    address, invoice = due_in_2021("public_body")
    demanded(address, invoice, date(2026, 1, 2))
    assert ask(address, invoices=[invoice.pk]).gate == "limitation"


@pytest.mark.parametrize(("days", "stands"), [(0, ("cancelled", "held")), (1, ("todo", "bounced"))])
def test_a_bounce_is_judged_by_what_is_on_hold_when_it_is_heard_of(days, stands):
    action = ActionFactory(state="scheduled", mode="automatic", channel="email")
    line = ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30))
    place_hold(
        action.customer, invoice=line.invoice, kind="promise", reason="Vendredi", starts_on=date(2026, 3, 4),
        ends_on=date(2026, 3, 4), at=POSTED,
    )  # fmt: skip
    payload = {"origin": "action", "origin_id": action.pk}
    bounced = {"kind": "message.bounced", "customer_id": action.customer_id, "payload": payload, "at": POSTED}
    hear_of_message(**bounced, delivered_at=POSTED + timedelta(days=days))
    action.refresh_from_db()
    assert (action.state, action.outcome) == stands

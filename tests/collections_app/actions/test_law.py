"""What the law hears of actions: formal notices that left, calls that were tried."""

from datetime import UTC, date, datetime, timedelta

import pytest

from collections_app.actions.bulk import complete
from collections_app.actions.consumers import on_message
from collections_app.actions.labels import Outcome
from crm.events.models import Event
from crm.receivables.models import FormalNotice
from tests.collections_app.compliance.situations import TUESDAY, ask, reachable
from tests.factories.accounts import UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory

pytestmark = pytest.mark.django_db
POSTED = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("told", "left_on"), [({}, date(2026, 3, 4)), ({"posted_on": "2026-03-02"}, date(2026, 3, 2))])
def test_legal_interest_may_run_from_the_day_a_formal_notice_left(told, left_on):
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post", approved_on=date(2026, 3, 1))
    noticed = ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30)).invoice
    ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 31))  # thirty days late on the day after
    ActionLineFactory(action=action, invoice__due_on=date(2025, 1, 31), invoice__due_on_source="guessed")
    payload = {"origin": "action", "origin_id": action.pk, "completes": True, **told}
    on_message(Event(kind="message.sent", customer_id=action.customer_id, payload=payload, at=POSTED))
    assert [(notice.invoice, notice.on) for notice in FormalNotice.objects.all()] == [(noticed, left_on)]
    action.refresh_from_db()
    assert (action.state, action.left_on) == ("done", left_on if told else None)
    on_message(Event(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=POSTED))
    action.refresh_from_db()
    assert (action.state, action.left_on) == ("todo", None)  # it came back: nothing was said
    assert list(FormalNotice.objects.all()) == []


def test_the_notice_that_arrives_counts_whatever_came_back_before():
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post", approved_on=date(2026, 3, 1))
    ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30))
    payload = {"origin": "action", "origin_id": action.pk, "completes": True}
    for kind in ("message.sent", "message.bounced"):
        on_message(Event(kind=kind, customer_id=action.customer_id, payload=payload, at=POSTED))
    assert complete([action.pk], outcome=Outcome.SENT, by=UserFactory(), at=POSTED + timedelta(days=2)) == 1
    assert list(FormalNotice.objects.values_list("on", "action_id")) == [(date(2026, 3, 6), action.pk)]
    # What came back late was sent before him.
    on_message(Event(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=POSTED))
    assert FormalNotice.objects.count() == 1


def test_a_notice_known_to_have_come_back_after_ten_days_has_no_effect_either():
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post", approved_on=date(2026, 3, 1))
    ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 30))
    payload = {"origin": "action", "origin_id": action.pk, "completes": True}
    on_message(Event(kind="message.sent", customer_id=action.customer_id, payload=payload, at=POSTED))
    late = POSTED + timedelta(days=11)
    on_message(Event(kind="message.bounced", customer_id=action.customer_id, payload=payload, at=late))
    action.refresh_from_db()
    assert (action.state, FormalNotice.objects.count()) == ("done", 0)


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

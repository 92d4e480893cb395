"""What the law hears of actions: formal notices that left, calls that were tried."""

from datetime import UTC, date, datetime, timedelta

import pytest

from collections_app.actions.bulk import complete
from collections_app.actions.consumers import on_message
from collections_app.actions.labels import Outcome
from collections_app.actions.models import ActionLine
from crm.events.models import Event
from crm.receivables.models import FormalNotice
from tests.collections_app.compliance.situations import TUESDAY, ask, reachable
from tests.factories.accounts import UserFactory
from tests.factories.actions import ActionFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
POSTED = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("told", "left_on"), [({}, date(2026, 3, 4)), ({"posted_on": "2026-03-02"}, date(2026, 3, 2))])
def test_legal_interest_may_run_from_the_day_a_formal_notice_left(told, left_on):
    action = ActionFactory(formal_notice=True, state="scheduled", channel="post")
    noticed, other = InvoiceFactory.create_batch(2, customer=action.customer)
    action.lines.all().delete()
    ActionLine.objects.create(action=action, invoice=noticed, amount=100, reached=True)
    ActionLine.objects.create(action=action, invoice=other, amount=100, reached=False)
    payload = {"origin": "action", "origin_id": action.pk, "completes": True, **told}
    on_message(Event(kind="message.sent", customer_id=action.customer_id, payload=payload, at=POSTED))
    assert [(notice.invoice, notice.on) for notice in FormalNotice.objects.all()] == [(noticed, left_on)]


@pytest.mark.parametrize(("outcome", "noticed"), [(Outcome.SENT, 1), (Outcome.OTHER, 0)])
def test_so_it_may_from_one_sent_by_hand(outcome, noticed):
    action = ActionFactory(formal_notice=True, state="todo", channel="post")
    action.lines.all().delete()
    ActionLine.objects.create(action=action, invoice=InvoiceFactory(customer=action.customer), amount=100)
    assert complete([action.pk], outcome=outcome, by=UserFactory(), at=POSTED) == 1
    assert list(FormalNotice.objects.values_list("on", flat=True)) == [date(2026, 3, 4)] * noticed


@pytest.mark.parametrize(("outcome", "gate"), [(Outcome.NO_ANSWER, "caps"), (Outcome.OTHER, "")])
def test_a_call_tried_counts_in_the_caps(settings, outcome, gate):
    address = reachable("phone")
    values = {"state": "done", "outcome": outcome, "closed_at": TUESDAY - timedelta(hours=2)}
    ActionFactory(customer=address.customer, address=address, **values)
    assert ask(address).gate == gate

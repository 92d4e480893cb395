"""What waits for a person is found whatever the number of messages that failed long ago."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.dashboards.queries import to_settle
from collections_app.letters.models import PrintBatch
from telephony.messaging.models import Message
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.messaging import AT, planned

pytestmark = pytest.mark.django_db
MINUTES = 2_000


@pytest.fixture
def failures() -> Message:
    """Messages of one entity that failed, one a minute, up to now."""
    message = planned(at=AT)
    times = [AT - timedelta(minutes=number) for number in range(MINUTES)]
    Message.objects.bulk_create(
        Message(
            entity=message.entity, customer=message.customer, channel="email", recipient="x@y.example", origin="test",
            origin_id=2 + number, state="failed", digest="composed", not_before_at=at, created_at=at, closed_at=at,
            message_id=f"{number}@x", token=str(number),
        )
        for number, at in enumerate(times)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("analyze messaging_message")
    return message


def test_a_batch_nobody_said_was_posted_waits():
    entity = EntityFactory()
    for number, state in enumerate(("prepared", "given_up"), start=1):
        PrintBatch.objects.create(entity=entity, state=state, on=AT.date(), number=number, prepared_at=AT)
    lead = UserFactory(supervisor=True, sees=entity)
    assert to_settle(lead, at=AT)["to_post"] == 1


def test_of_all_that_failed_the_last_day_is_read(failures: Message):
    with CaptureQueriesContext(connection) as asked:
        counted = to_settle(UserFactory(supervisor=True, sees=failures.entity), at=AT)
    assert (counted["ambiguous"], counted["failed"]) == (0, 24 * 60 + 1)
    [statement] = [query["sql"] for query in asked if '"closed_at" >=' in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {statement}")
        plan = [line.strip() for (line,) in cursor.fetchall()]
    conditions = [plan[number + 1] for number, line in enumerate(plan) if "Index Scan on messaging_" in line]
    entity, since = f"entity_id = {failures.entity_id}", (AT - timedelta(days=1)).replace(tzinfo=None)
    assert conditions == [
        f"Index Cond: (({entity}) AND ((state)::text = 'ambiguous'::text))",
        f"Index Cond: (({entity}) AND (closed_at >= '{since}+00'::timestamp with time zone))",
    ]

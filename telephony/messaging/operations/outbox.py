"""What beat does: hand due messages to workers, and find those a dead worker left behind."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from telephony.messaging.models import Attempt, AttemptResult, Message
from telephony.messaging.operations.moving import move
from telephony.messaging.operations.telling import tell
from telephony.messaging.states import MessageState

# While it lasts a message is not handed out again; a lost batch is handed out after it.
HANDED_FOR = timedelta(seconds=1.5 * settings.LEASE_S)

# Materialized: chosen once. As a subquery the planner may ask it again for each row, and the limit then holds nothing.
HAND_OUT = """
with due as materialized (
    select id from messaging_message
    where state in ('planned', 'waiting') and not_before_at <= %(at)s
      and (handed_until is null or handed_until < %(at)s)
      and (held_by is null or held_by not in (select run from messaging_withholding))
    order by not_before_at, id limit %(limit)s for update skip locked
)
update messaging_message m set handed_until = %(until)s from due where m.id = due.id
returning m.id
"""


def hand_out(*, at: datetime, limit: int = 10_000) -> list[int]:
    """Ids of due messages nobody was told about, oldest first, marked as handed out. One statement.

    The mark only spares work: what makes a message leave once is its reservation.
    """
    with connection.cursor() as cursor:
        cursor.execute(HAND_OUT, {"at": at, "until": at + HANDED_FOR, "limit": limit})
        return sorted(row[0] for row in cursor.fetchall())


@transaction.atomic
def expire_leases(*, at: datetime) -> int:
    """A reservation whose lease is over is a worker that died: nobody can tell whether the message left.

    It becomes "to verify", for a person or for late news of the provider. Return how many.
    """
    expired = Message.objects.filter(state=MessageState.RESERVED, lease_until__lt=at)
    ids = list(expired.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Attempt.objects.filter(message__in=ids, result=AttemptResult.STARTED).update(
        result=AttemptResult.AMBIGUOUS, ended_at=at, error_code="lease_expired"
    )
    moved = move(Message.objects.filter(pk__in=ids), MessageState.AMBIGUOUS, at=at, reason="lease_expired")
    tell(ids, "ambiguous", at=at)
    return moved

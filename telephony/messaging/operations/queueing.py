"""Asking for messages, one or very many, and taking the request back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop

from crm.accounts.models import User
from crm.customers.models import Address
from telephony.core.domain import message_domain
from telephony.messaging.models import Message
from telephony.messaging.operations.moving import move
from telephony.messaging.operations.telling import tell
from telephony.messaging.states import CANCELLABLE, MessageState

# gen_random_uuid() is the server's cryptographic generator: 122 bits, fit for a Message-ID and for a secret token.
QUEUE = """
insert into messaging_message (
    entity_id, customer_id, channel, address_id, recipient, language, origin, origin_id, attempt_key, occasion,
    state, held_by, reason, not_before_at, subject, digest, variables, currency, message_id, token, created_at)
select entity_id, candidate.customer_id, address.channel, address.id, address.value, candidate.language, %(origin)s,
       origin_id, attempt_key, occasion,
       case when not_before_at > %(at)s then 'waiting' else 'planned' end, %(held_by)s::bigint, '',
       greatest(not_before_at, %(at)s),
       '', '', '{{}}', '', gen_random_uuid() || '@' || %(domain)s, replace(gen_random_uuid()::text, '-', ''), %(at)s
from ({candidates}) as candidate
join customers_address as address on address.id = candidate.address_id
                                 and address.customer_id = candidate.customer_id
on conflict (origin, origin_id, attempt_key) do nothing
returning id
"""
ONE = """
select %(entity_id)s::bigint as entity_id, %(customer_id)s::bigint as customer_id, %(address_id)s::bigint as address_id,
       %(language)s::text as language, %(origin_id)s::bigint as origin_id, %(attempt_key)s::smallint as attempt_key,
       %(occasion)s::bigint as occasion, %(not_before_at)s::timestamptz as not_before_at
"""


def queue(
    address: Address,
    *,
    origin: str,
    origin_id: int,
    at: datetime,
    language: str = "",
    attempt_key: int = 1,
    occasion: int | None = None,
    not_before_at: datetime | None = None,
) -> Message:
    """Ask for one message to `address` (its channel, its customer); return it, or the one this origin already has.

    `attempt_key`: 1 for the first message of an origin, one more for another channel or address of the same step.
    """
    given = {
        "entity_id": address.customer.entity_id,
        "customer_id": address.customer_id,
        "address_id": address.pk,
        "language": language,
        "origin_id": origin_id,
        "attempt_key": attempt_key,
        "occasion": occasion,
        "not_before_at": not_before_at,
    }
    queue_many(ONE, given, origin=origin, at=at)
    return Message.objects.get(origin=origin, origin_id=origin_id, attempt_key=attempt_key)


def queue_many(
    candidates_sql: str,
    params: Mapping[str, Any],
    *,
    origin: str,
    at: datetime,
    wake: bool = True,
    held_by: int | None = None,
) -> int:
    """Ask for one message per row of a SELECT, in one statement; return how many are new.

    The SELECT gives entity_id, customer_id, address_id, language, origin_id, attempt_key, occasion (run id or null) and
    not_before_at (or null). The channel is that of the address. What was asked before stays as it is. `params` are
    named; the names origin, at, domain and held_by are taken. After the commit the outbox is woken. `held_by`: the run
    that asks; see `withholding`.
    """
    given = {**params, "origin": origin, "at": at, "held_by": held_by, "domain": message_domain(settings.SITE_URL)}
    with connection.cursor() as cursor:
        cursor.execute(QUEUE.format(candidates=candidates_sql), given)
        new = cursor.rowcount
    if new and wake and held_by is None:
        # robust: a broker that is down must not undo the request; beat drains the outbox every minute anyway.
        transaction.on_commit(wake_outbox, robust=True)
    return new


def wake_outbox() -> None:
    """Have the due messages handed to workers."""
    from telephony.messaging.tasks import drain_outbox  # the tasks call the operations of this package

    drain_outbox.delay()


@transaction.atomic
def cancel(
    *, origin: str, origin_ids: Sequence[int], reason: str, at: datetime, by: User | None = None, tell_it: bool = False
) -> int:
    """Take back what has not left yet; return how many messages were cancelled.

    A message some worker holds is passed over without waiting: its preparer, which locks what it rests on, then finds
    the action closed and answers Stale. So the caller may hold locks of its own.
    """
    waiting = Message.objects.filter(origin=origin, origin_id__any_of=origin_ids, state__in=CANCELLABLE)
    ids = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
    gone = move(Message.objects.filter(pk__any_of=ids), MessageState.CANCELLED, at=at, reason=reason[:200])
    if tell_it:
        tell(ids, "cancelled", at=at, by=by, subject=gettext_noop("Message to %(recipient)s cancelled: %(reason)s"))
    return gone

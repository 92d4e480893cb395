"""Verbs of the outbox. Order of locks: the message first, then what its preparer locks."""

from telephony.messaging.operations.ceilings import (
    ceilings_of,
    full_until,
    give_back,
    places_left,
    put_off_above,
    take_places,
    tell_full,
)
from telephony.messaging.operations.events import apply_events, hear
from telephony.messaging.operations.forgetting import (
    forget_news,
    forget_raw_mails,
    forget_unattached_mails,
)
from telephony.messaging.operations.letters import mark_posted, prepare_letters
from telephony.messaging.operations.outbox import expire_leases, hand_out
from telephony.messaging.operations.queueing import cancel, queue, queue_many
from telephony.messaging.operations.reconcile import AlreadySettled, reconcile
from telephony.messaging.operations.replies import AlreadyAttached, attach_reply, read_replies, receive
from telephony.messaging.operations.sending import send_batch, send_one
from telephony.messaging.operations.unapplied import apply_again, leave_unapplied
from telephony.messaging.operations.unreadable import name_refused, read_again, set_aside
from telephony.messaging.operations.unsubscribe import unsubscribe
from telephony.messaging.operations.withholding import cancel_held, held, hold, is_withheld, let_go, release, withhold

__all__ = [
    "AlreadyAttached",
    "AlreadySettled",
    "apply_again",
    "apply_events",
    "attach_reply",
    "cancel",
    "cancel_held",
    "ceilings_of",
    "expire_leases",
    "forget_news",
    "forget_raw_mails",
    "forget_unattached_mails",
    "full_until",
    "give_back",
    "hand_out",
    "hear",
    "held",
    "hold",
    "is_withheld",
    "leave_unapplied",
    "let_go",
    "mark_posted",
    "places_left",
    "prepare_letters",
    "put_off_above",
    "queue",
    "queue_many",
    "read_again",
    "read_replies",
    "receive",
    "reconcile",
    "release",
    "send_batch",
    "send_one",
    "set_aside",
    "take_places",
    "tell_full",
    "name_refused",
    "unsubscribe",
    "withhold",
]

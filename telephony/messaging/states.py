"""The states of a message (truth 5) and the moves allowed between them.

Providers tell things late, twice and out of order. After reservation the states therefore have a strength, and news
only ever makes a message stronger: whatever the order of the news, the last state is the same.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageState(models.TextChoices):
    PLANNED = "planned", _("planned")
    WAITING = "waiting", _("waiting")
    HELD = "held", _("held for a release")
    READY = "ready", _("ready to print")
    RESERVED = "reserved", _("leaving")
    AMBIGUOUS = "ambiguous", _("to verify")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DELIVERED = "delivered", _("delivered")
    READ = "read", _("read")
    BOUNCED = "bounced", _("bounced")
    COMPLAINED = "complained", _("marked as unwanted")
    BLOCKED = "blocked", _("blocked")
    CANCELLED = "cancelled", _("cancelled")


S = MessageState

DUE_STATES = (S.PLANNED, S.WAITING)
# On its way, or waiting for a person: it has not been said yet.
UNDER_WAY = (S.PLANNED, S.WAITING, S.HELD, S.READY, S.RESERVED, S.AMBIGUOUS)
CANCELLABLE = (S.PLANNED, S.WAITING, S.HELD, S.READY)
# It reached nobody, for good: whoever asked for it may ask again.
GONE_WRONG = (S.FAILED, S.BLOCKED, S.CANCELLED, S.BOUNCED)
STATES_AFTER_SENDING = (S.SENT, S.DELIVERED, S.READ, S.BOUNCED, S.COMPLAINED)

# From weakest to strongest: what a provider tells moves a message to the right only.
BY_STRENGTH = (S.RESERVED, S.AMBIGUOUS, S.SENT, S.FAILED, S.DELIVERED, S.READ, S.BOUNCED, S.COMPLAINED)
_BEFORE_LEAVING = {S.WAITING, S.HELD, S.READY, S.RESERVED, S.BLOCKED, S.CANCELLED}

MOVES: dict[MessageState, frozenset[MessageState]] = {
    S.PLANNED: frozenset(_BEFORE_LEAVING),
    S.WAITING: frozenset(_BEFORE_LEAVING),
    # No worker takes it until who asked for it releases it (operations.withholding).
    S.HELD: frozenset({S.PLANNED, S.WAITING, S.CANCELLED}),
    S.READY: frozenset({S.WAITING, S.READY, S.SENT, S.BLOCKED, S.CANCELLED}),
    # WAITING: surely refused for now; PLANNED: a person found that it did not leave.
    S.RESERVED: frozenset({S.WAITING, S.BLOCKED, *BY_STRENGTH[1:]}),
    S.AMBIGUOUS: frozenset({S.PLANNED, S.CANCELLED, *BY_STRENGTH[2:]}),
    **{state: frozenset(BY_STRENGTH[rank + 1 :]) for rank, state in enumerate(BY_STRENGTH) if rank >= 2},
    S.BLOCKED: frozenset(),
    # A letter printed before, which was posted all the same.
    S.CANCELLED: frozenset({S.SENT}),
}


def sources(target: MessageState) -> list[str]:
    """The states from which `target` may be reached, for the condition of an UPDATE."""
    return [str(source) for source, targets in MOVES.items() if target in targets]

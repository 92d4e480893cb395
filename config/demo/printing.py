"""Letters of last night, approved and put together: a print batch to look at."""

from contextlib import suppress
from datetime import datetime

from collections_app.actions.models import Action, ActionState
from collections_app.actions.operations import approve
from collections_app.actions.urgency import MOST_URGENT, ranked
from collections_app.letters.batches import NothingToPrint, prepare_batch
from crm.accounts.calendars import days_at
from crm.accounts.models import Entity, User
from crm.customers.models import Channel

LETTERS = 4


def print_letters(entity: Entity, *, at: datetime) -> None:
    """The supervisor approves a few letters and has them printed; the others still wait. Not in a transaction."""
    by = User.objects.get(username="superviseur")
    waiting = Action.objects.filter(entity=entity, state=ActionState.TO_APPROVE, channel=Channel.POST)
    for action in ranked(waiting, days_at(at)).order_by(*MOST_URGENT.ordering)[:LETTERS]:
        approve(action, by=by, at=at)
    with suppress(NothingToPrint):  # on some days no letter is due
        prepare_batch(entity, on=at.date(), by=by, at=at)

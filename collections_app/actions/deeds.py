"""What a person did with his actions in one go, remembered for a while: a wrong key is taken back, not repaired."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _, gettext_noop
from psycopg.types.json import Jsonb

from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.models import Action, Deed, Life
from collections_app.actions.states import MOVES, ActionRefused, sources
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.core import sql
from crm.customers.models import Customer
from crm.holds.exceptions import AlreadyEnded
from crm.holds.models import Hold, HoldOutcome
from crm.holds.operations import lift_holds
from crm.receivables.late_charges import withdraw_notices_of
from telephony.messaging.models import Message
from telephony.messaging.states import STATES_AFTER_SENDING, UNDER_WAY

HERE = "collections_app.actions"
MINUTES = 10
TAKEN_BACK = gettext_noop("Taken back: %(what)s")
# By the state an action had, of those a person finds in his list.
BACK = ("take_back_to_do", "take_back_to_approve")


class DeedRefused(ActionRefused):
    """What was done stays done."""


class OthersDeed(DeedRefused):
    """Everybody takes back what he did himself."""


class TooLate(DeedRefused):
    """It was done too long ago, or is not remembered."""


class AlreadyTakenBack(DeedRefused):
    """A second click."""


class SentSince(DeedRefused):
    """What left was said."""


class ChangedSince(DeedRefused):
    """Somebody, or the night, has gone on from there."""


@dataclass
class Doing:
    """A deed under way: the suspensions it places; `deed` once it is over, unless it changed nothing."""

    holds: list[Hold] = field(default_factory=list)
    deed: Deed | None = None


@contextmanager
def remembered(actions: Sequence[int], *, followed_by: Iterable[int] = (), by: User, at: datetime) -> Iterator[Doing]:
    """Remember what is done inside with these actions, and what follows from it for the others, in one transaction."""
    keys = sorted({*actions, *followed_by})
    with transaction.atomic():
        before, latest_run = _as_they_stand(keys)
        doing = Doing()
        yield doing
        after, _run = _as_they_stand(keys)
        changed = {row["id"] for row, then in zip(before, after, strict=True) if row != then}
        if changed:
            doing.deed = Deed.objects.create(
                by=by,
                at=at,
                actions=[key for key in actions if key in changed],
                before=[row for row in before if row["id"] in changed],
                after=[row for row in after if row["id"] in changed],
                holds=[hold.pk for hold in doing.holds],
                latest_run=latest_run,
            )


def _as_they_stand(keys: list[int]) -> tuple[list[dict[str, Any]], int | None]:
    [row] = sql.rows(HERE, "deed_rows", {"ids": keys})
    return json.loads(row["found"]), row["latest_run"]


def check(deed: Deed | None, *, by: User, at: datetime) -> Deed:
    """The deed, where `by` may still take it back. Raises DeedRefused."""
    if deed is not None and deed.by_id != by.pk:
        raise OthersDeed(_("Somebody else did this: only who did it takes it back."))
    if deed is None or at - deed.at > timedelta(minutes=MINUTES):
        raise TooLate(_("Too late: what was done is taken back within %(count)d minutes.") % {"count": MINUTES})
    if deed.taken_back_at is not None:
        raise AlreadyTakenBack(_("This was taken back already."))
    _lock_customers(deed)
    if _sent_since(deed):
        raise SentSince(_("A message has left or is leaving since: what was said cannot be taken back."))
    if _gone_on_since(deed):
        raise ChangedSince(_("The night has gone on from there since: what was done stays."))
    return deed


def _lock_customers(deed: Deed) -> None:
    # First, as by a merge and by `conclude`.
    list(Customer.objects.filter(pk__in=customers_of(deed)).order_by("pk").select_for_update(no_key=True).values("pk"))


def _sent_since(deed: Deed) -> bool:
    since = Q(created_at__gte=deed.at) | Q(sent_at__gte=deed.at)
    of_these = Message.objects.filter(since, origin=ORIGIN, origin_id__in=[row["id"] for row in deed.after])
    return of_these.filter(state__in=(*UNDER_WAY, *STATES_AFTER_SENDING)).exists()


def _gone_on_since(deed: Deed) -> bool:
    opened = Action.objects.open().filter(customer__in=customers_of(deed), run_id__gt=deed.latest_run or 0)
    return opened.exists()


def touches_others(deed: Deed, reached: Q) -> bool:
    """Whether something of it, what followed included, is out of reach: `reached` is a condition on actions."""
    touched = Action.objects.filter(pk__in=[row["id"] for row in deed.after])
    return touched.exclude(pk__in=touched.filter(reached).values("pk")).exists()


def customers_of(deed: Deed) -> list[int]:
    """Whom it was done with, once each."""
    return sorted({row["customer_id"] for row in deed.before})


def undo(deed: Deed, *, by: User, at: datetime) -> list[int]:
    """Put back what stands as the deed left it; those it was done with. Raises ChangedSince where that is none, or not
    all of what goes with it."""
    _lift(deed, by=by, at=at)
    moved = [key for verb in BACK for key in _put_back(deed, verb, by=by, at=at)]
    # What was taken back never was: it counts as no call, starts no interest and is no life of its action.
    Life.objects.filter(action__in=moved, closed_at=deed.at).delete()
    withdraw_notices_of(moved, at=deed.at)
    deed.taken_back_at = at
    deed.save(update_fields=["taken_back_at"])
    back = [key for key in deed.actions if key in moved]
    if not back:
        raise ChangedSince(_("Something else was done with it since: what was done stays."))
    return back


def _lift(deed: Deed, *, by: User, at: datetime) -> None:
    holds = list(Hold.objects.filter(pk__in=deed.holds).select_related("entity", "customer").order_by("pk"))
    if not holds:
        return
    try:
        # Of one customer, whom they were placed for together.
        lift_holds(holds, on=today(holds[0].entity, at), outcome=HoldOutcome.MISTAKE, by=by, at=at)
    except AlreadyEnded as ended:
        raise ChangedSince(str(ended)) from ended


def _put_back(deed: Deed, verb: str, *, by: User, at: datetime) -> list[int]:
    state = MOVES[verb][1].value
    if not any(row["state"] == state for row in deed.before):
        return []
    params = {
        "before": Jsonb(deed.before), "after": Jsonb(deed.after), "state": state, "from_states": sources(verb),
        "told": deed.actions, "subject": TAKEN_BACK, "by": by.pk, "at": at, "done_at": deed.at,
    }  # fmt: skip
    return [row["id"] for row in sql.rows(HERE, "take_back", params)]


def last_of(user: User, action: int) -> Deed | None:
    """What he did last with an action, as far as it is remembered."""
    return Deed.objects.filter(by=user, actions__contains=[action]).order_by("-at").first()


def forget(*, at: datetime) -> int:
    """Remove what can no longer be taken back; how many."""
    removed, _by_model = Deed.objects.filter(at__lt=at - timedelta(minutes=MINUTES)).delete()
    return removed

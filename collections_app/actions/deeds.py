"""What a person did with his actions in one go, remembered for a while: a wrong key is taken back, not repaired."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _, gettext_noop
from psycopg.types.json import Jsonb

from collections_app.actions.deciding import take_back_beginnings
from collections_app.actions.declaring import close_if_ended
from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.models import Action, Deed, Life
from collections_app.actions.states import MOVES, ActionRefused, sources
from collections_app.actions.suspending import close_what_says_nothing
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.core import sql
from crm.customers.models import Customer
from crm.holds.declaring import withdraw_declarations_of
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


@dataclass(frozen=True)
class TakenBack:
    """`actions`: those the deed was done with that are again what they were. `left`: those of it, or that had followed,
    which somebody or the night went on with since: they stay as they are. `closed`: what was taken back and would wait
    again, though what it asks for was paid or suspended meanwhile: closed, as the night would."""

    actions: list[int]
    left: list[int]
    closed: list[int]


@contextmanager
def remembered(actions: Sequence[int], *, followed_by: Iterable[int] = (), by: User, at: datetime) -> Iterator[Doing]:
    """Remember what is done inside with these actions, and what follows from it for the others, in one transaction."""
    keys = sorted({*actions, *followed_by})
    with transaction.atomic():
        before, latest_runs = _as_they_stand(keys)
        doing = Doing()
        yield doing
        after, _runs = _as_they_stand(keys)
        changed = {row["id"] for row, then in zip(before, after, strict=True) if row != then}
        if changed:
            doing.deed = Deed.objects.create(
                by=by,
                at=at,
                actions=[key for key in actions if key in changed],
                before=[
                    row | {"latest_run": latest_runs.get(str(row["customer_id"]))}
                    for row in before
                    if row["id"] in changed
                ],
                after=[row for row in after if row["id"] in changed],
                holds=[hold.pk for hold in doing.holds],
            )


def _as_they_stand(keys: list[int]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    [row] = sql.rows(HERE, "deed_rows", {"ids": keys})
    return json.loads(row["found"]), json.loads(row["latest_runs"])


def check(deed: Deed | None, *, by: User, at: datetime) -> Deed:
    """The deed, where `by` may still take it back. Raises DeedRefused."""
    if deed is not None and deed.by_id != by.pk:
        raise OthersDeed(_("Somebody else did this: only who did it takes it back."))
    if deed is None or at - deed.at > timedelta(minutes=MINUTES):
        raise TooLate(_("Too late: what was done is taken back within %(count)d minutes.") % {"count": MINUTES})
    if deed.taken_back_at is not None:
        raise AlreadyTakenBack(_("This was taken back already."))
    return deed


def _lock(deed: Deed) -> None:
    # Customers first, as by a merge and by `conclude`; then the actions, in the order of those who work with many.
    list(Customer.objects.filter(pk__in=customers_of(deed)).order_by("pk").select_for_update(no_key=True).values("pk"))
    touched = Action.objects.filter(pk__in=[row["id"] for row in deed.after])
    list(touched.order_by("pk").select_for_update(no_key=True).values("pk"))


def _gone_on_with(deed: Deed) -> set[int]:
    """Customers to leave alone. Raises SentSince or ChangedSince where that is all of them."""
    said, went_on = _sent_since(deed), _opened_since(deed)
    if said | went_on < set(customers_of(deed)):
        return said | went_on
    if said:
        raise SentSince(_("A message has left or is leaving since: what was said cannot be taken back."))
    raise ChangedSince(_("The night has gone on from there since: what was done stays."))


def _sent_since(deed: Deed) -> set[int]:
    whose = {row["id"]: row["customer_id"] for row in deed.after}
    since = Q(created_at__gte=deed.at) | Q(sent_at__gte=deed.at)
    messages = Message.objects.filter(since, origin=ORIGIN, origin_id__in=list(whose))
    said = messages.filter(state__in=(*UNDER_WAY, *STATES_AFTER_SENDING)).values_list("origin_id", flat=True)
    return {whose[action] for action in said}


def _opened_since(deed: Deed) -> set[int]:
    params = {"before": Jsonb(deed.before), "done_at": deed.at}
    return {row["customer_id"] for row in sql.rows(HERE, "opened_since", params)}


def touches_others(deed: Deed, reached: Q) -> bool:
    """Whether something of it, what followed included, is out of reach: `reached` is a condition on actions."""
    touched = Action.objects.filter(pk__in=[row["id"] for row in deed.after])
    return touched.exclude(pk__in=touched.filter(reached).values("pk")).exists()


def customers_of(deed: Deed) -> list[int]:
    """Whom it was done with, once each."""
    return sorted({row["customer_id"] for row in deed.before})


def undo(deed: Deed, *, asked: int | None, by: User, at: datetime) -> TakenBack:
    """Put back what stands as the deed left it. Customers somebody or the night went on with are left alone. Raises
    SentSince or ChangedSince where nothing it was done with comes back, or the action `asked` about does not, or not
    all of its suspensions end."""
    _lock(deed)
    alone = _gone_on_with(deed)
    _lift(deed, by=by, at=at)
    before = [row for row in deed.before if row["customer_id"] not in alone]
    moved = {key for verb in BACK for key in _put_back(deed, before, verb, by=by, at=at)}
    back = [key for key in deed.actions if key in moved]
    if not back or (asked is not None and asked not in back):
        raise ChangedSince(_("Something else was done with it since: what was done stays."))
    # What was taken back never was: it counts as no call, starts no interest, declares no claim and is no life of its
    # action.
    Life.objects.filter(action__in=moved, closed_at=deed.at).delete()
    withdraw_notices_of(moved, at=deed.at)
    to_declare_again = withdraw_declarations_of(moved, at=deed.at)
    take_back_beginnings(deed, moved)
    deed.taken_back_at = at
    deed.save(update_fields=["taken_back_at"])
    return TakenBack(
        back,
        left=[row["id"] for row in deed.after if row["id"] not in moved],
        closed=sorted(
            close_what_says_nothing(moved, at=at) + (close_if_ended(moved, at=at) if to_declare_again else [])
        ),
    )


def _lift(deed: Deed, *, by: User, at: datetime) -> None:
    holds = list(Hold.objects.filter(pk__in=deed.holds).select_related("entity", "customer").order_by("pk"))
    if not holds:
        return
    try:
        # Of one customer, whom they were placed for together.
        lift_holds(holds, on=today(holds[0].entity, at), outcome=HoldOutcome.MISTAKE, by=by, at=at)
    except AlreadyEnded as ended:
        raise ChangedSince(str(ended)) from ended


def _put_back(deed: Deed, before: list[dict[str, Any]], verb: str, *, by: User, at: datetime) -> list[int]:
    state = MOVES[verb][1].value
    if not any(row["state"] == state for row in before):
        return []
    params = {
        "before": Jsonb(before), "after": Jsonb(deed.after), "state": state, "from_states": sources(verb),
        "told": deed.actions, "subject": TAKEN_BACK, "by": by.pk, "at": at, "done_at": deed.at,
    }  # fmt: skip
    return [row["id"] for row in sql.rows(HERE, "take_back", params)]


def deeds_with(user: User, action: int) -> QuerySet[Deed]:
    """What he did with an action, taken back or not, the last first, as far as it is remembered."""
    return Deed.objects.filter(by=user, actions__contains=[action]).order_by("-at", "-pk")


def earlier_deed(deed: Deed, action: int) -> Deed | None:
    """What the same person had done with an action before a deed, and has not taken back."""
    earlier = Q(at__lt=deed.at) | Q(at=deed.at, pk__lt=deed.pk)
    return deeds_with(deed.by, action).filter(earlier, taken_back_at=None).first()


def forget(*, at: datetime) -> int:
    """Remove what can no longer be taken back; how many."""
    removed, _by_model = Deed.objects.filter(at__lt=at - timedelta(minutes=MINUTES)).delete()
    return removed

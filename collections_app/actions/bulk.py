"""What a person does with his actions, many at a time: one statement each, with its line in every timeline.

Each verb takes the keys of the actions, leaves alone those that are no longer in a state it may start from (a colleague
was quicker), and returns how many it moved.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _, gettext_noop
from psycopg.types.json import Jsonb

from collections_app.actions.labels import OF_A_DECISION, OF_A_DECLARATION, Outcome
from collections_app.actions.later import DayRefused, check_later
from collections_app.actions.models import Action, ActionKind, ActionState
from collections_app.actions.states import sources
from crm.accounts.models import User
from crm.core import sql
from crm.core.formats import day
from crm.timeline.params import Msgid, stored

ONE_DAY = timedelta(days=1)
WAITING = [ActionState.TODO.value, ActionState.TO_APPROVE.value]
# How a history names what was done: a call, an answer to a message or what else has no step, or another step.
DONE = {
    "decision": gettext_noop("Decided: %(outcome)s"),
    "call": gettext_noop("Call, %(step)s: %(outcome)s"),
    "reply": gettext_noop("Action done: %(outcome)s"),
    "other": gettext_noop("%(step)s, done: %(outcome)s"),
}
SKIPPED = {
    "decision": gettext_noop("Decision put off: nothing is decided"),
    "call": gettext_noop("%(step)s skipped"),
    "reply": gettext_noop("Step skipped"),
    "other": gettext_noop("%(step)s skipped"),
}
SNOOZED = gettext_noop("Action put off until %(until)s")
REASSIGNED = gettext_noop("Action handed to %(owner)s")
UNASSIGNED = gettext_noop("Action handed back to the team")


class ReasonMissing(ValueError):
    """A step is skipped for a reason that others can read later."""

    def __init__(self) -> None:
        super().__init__(_("Say why this step is skipped."))


def complete(
    actions: Iterable[int], *, outcome: Outcome, note: str = "", told: Msgid | None = None, by: User, at: datetime
) -> int:
    """The work is done, with this outcome, which the history words as `told` or by its label; the step counts as
    passed in its cycle. What follows from what a customer said: `operations.conclude`, one action at a time."""
    return _close(
        actions,
        by,
        at,
        sources("complete"),
        DONE,
        stored({"outcome": told or Msgid(Outcome(outcome).msgid)}),
        state=ActionState.DONE.value,
        outcome=Outcome(outcome).value,
        note=note,
    )


def skip(actions: Iterable[int], *, reason: str, by: User, at: datetime) -> int:
    """The step is passed without being done; claims to be declared are not (`operations.conclude`). Raises
    ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    return _close(
        actions, by, at, sources("skip"), SKIPPED, {}, state=ActionState.SKIPPED.value, outcome="skipped", note=reason
    )


def snooze(actions: Iterable[int], *, until: date, by: User, on: date, at: datetime) -> int:
    """Out of the list until the day `until`, later than `on` and within a year of it, of claims to be declared by their
    last day. Raises DayRefused."""
    keys = list(actions)
    params = {"until": {"on": check_later(until, on=on).isoformat()}}
    _check_deadlines(keys, until=until, on=on)
    return _run("snooze", keys, by, at, WAITING, SNOOZED, params, until=until)


def _check_deadlines(actions: list[int], *, until: date, on: date) -> None:
    # Once that day has passed there is nothing more to lose.
    missed = Action.objects.filter(
        pk__in=actions, kind=ActionKind.DECLARATION, occasion_on__range=(on, until - ONE_DAY)
    )
    last = missed.order_by("occasion_on").values_list("occasion_on", flat=True).first()
    if last:
        told = _("Claims are to be declared by %(day)s: what is put off comes back on that day at the latest.")
        raise DayRefused(told % {"day": day(last)})


def reassign(actions: Iterable[int], *, to: User | None, by: User, at: datetime) -> int:
    """Hand to a person, or back to the team's unassigned list (None)."""
    subject, params = (REASSIGNED, {"owner": str(to)}) if to else (UNASSIGNED, {})
    return _run("move", actions, by, at, WAITING, subject, params, owner=to.pk if to else None)


def _close(
    actions: Iterable[int],
    by: User,
    at: datetime,
    from_states: list[str],
    subjects: dict[str, str],
    params: dict[str, Any],
    **values: Any,
) -> int:
    told = {
        "called": subjects["call"],
        "answered": subjects["reply"],
        "of_a_declaration": [one.value for one in OF_A_DECLARATION],
        "decided": subjects["decision"],
        "decisions": [outcome.value for outcome in OF_A_DECISION],
    }
    return _run("close", actions, by, at, from_states, subjects["other"], params, **told, **values)


def _run(
    statement: str,
    actions: Iterable[int],
    by: User,
    at: datetime,
    from_states: list[str],
    subject: str,
    params: dict[str, Any],
    **values: Any,
) -> int:
    common = {"ids": list(actions), "by": by.pk, "at": at, "from_states": from_states, "subject": subject}
    return sql.run("collections_app.actions", statement, {**common, "params": Jsonb(params), **values})

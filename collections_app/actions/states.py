"""The states of an action and the moves allowed between them: conditional updates, one winner."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from collections_app.actions.models import Action, ActionState
from crm.accounts.models import User

S = ActionState

MOVES: dict[str, tuple[frozenset[ActionState], ActionState]] = {
    "complete": (frozenset({S.TODO}), S.DONE),
    "skip": (frozenset({S.TODO, S.TO_APPROVE}), S.SKIPPED),
    "cancel": (frozenset({S.TODO, S.TO_APPROVE, S.SCHEDULED}), S.CANCELLED),
    "approve": (frozenset({S.TO_APPROVE}), S.SCHEDULED),
    "send": (frozenset({S.TODO, S.TO_APPROVE, S.SCHEDULED}), S.SCHEDULED),
    # What had left when its action was cancelled was said all the same.
    "sent": (frozenset({S.SCHEDULED, S.CANCELLED}), S.DONE),
    "hand_back": (frozenset({S.SCHEDULED, S.DONE}), S.TODO),
    # What is on its way is looked at again before it leaves.
    "suspend": (frozenset({S.TODO, S.TO_APPROVE}), S.CANCELLED),
    # The call was made, and another one is asked for.
    "call_again": (frozenset({S.DONE}), S.TODO),
    # Who did it takes it back (deeds.py): each becomes again what it was.
    "take_back_to_do": (frozenset({S.TODO, S.DONE, S.SKIPPED, S.CANCELLED}), S.TODO),
    "take_back_to_approve": (frozenset({S.TO_APPROVE, S.SKIPPED, S.CANCELLED}), S.TO_APPROVE),
}
CLOSING = frozenset({S.DONE, S.SKIPPED, S.CANCELLED})


def sources(verb: str) -> list[str]:
    """The states from which `verb` may move, for the condition of an UPDATE."""
    return sorted(str(state) for state in MOVES[verb][0])


class ActionRefused(Exception):
    """An operation an action does not allow; its text tells a person why."""


class ActionMoved(ActionRefused):
    """Somebody, or the night, was faster."""

    def __init__(self, action: Action) -> None:
        super().__init__(
            _("This action is now “%(state)s”: somebody else, or the night, has dealt with it. Reload the list.")
            % {"state": action.get_state_display()}
        )


def move(action: Action, verb: str, *, at: datetime, by: User | None, **changes: Any) -> None:
    """Move `action` by `verb` if its state still allows it, and refresh it; raises ActionMoved."""
    sources, target = MOVES[verb]
    closing = target in CLOSING
    moved = Action.objects.filter(pk=action.pk, state__in=sources).update(
        state=target,
        closed_at=at if closing else None,
        closed_by=by if closing else None,
        **{"left_on": None, **changes},
    )
    action.refresh_from_db()
    if not moved:
        raise ActionMoved(action)

"""What became of the claims on an insolvent customer: declared to who represents the creditors, or not, and why."""

from collections.abc import Collection
from datetime import date, datetime

from crm.accounts.models import User
from crm.holds.models import Declaration, Hold


def record_declared(
    hold: Hold, *, declared_on: date, reference: str = "", action: int, by: User, at: datetime
) -> Declaration:
    """The claims an insolvency holds were declared on a day; `action`: the id of the task that asked for it, which asks
    once."""
    return Declaration.objects.create(
        hold=hold, declared_on=declared_on, reference=reference, action_id=action, author=by, at=at
    )


def record_not_declared(hold: Hold, *, reason: str, action: int, by: User, at: datetime) -> Declaration:
    """They need not be declared, for this reason."""
    return Declaration.objects.create(hold=hold, reason=reason, action_id=action, author=by, at=at)


def withdraw_declarations_of(actions: Collection[int], *, at: datetime) -> int:
    """What these actions were said at an instant to have declared was not; how many declarations they were."""
    withdrawn, _by_model = Declaration.objects.filter(action_id__in=actions, at=at).delete()
    return withdrawn

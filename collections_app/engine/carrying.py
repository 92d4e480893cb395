"""Which of the actions open on a day carries an invoice: asked of today and of a past day alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from collections_app.actions.levels import Levels
from collections_app.actions.merging import MERGED
from collections_app.actions.models import ActionKind, ActionLine
from collections_app.engine.explanation import ActionThen
from collections_app.scenarios.models import Step

# What a night gives no other invoices than those they have.
FOLLOW_THEIR_LINES = (ActionKind.PREVENTIVE, ActionKind.MANUAL)
# What carries whatever its account owes late.
OF_THE_ACCOUNT = (ActionKind.DUNNING, ActionKind.FOLLOW_UP)


@dataclass(frozen=True)
class Carrying:
    """`actions`: those that carry something; `lines`: the invoices of those that carry their lines alone, whatever
    else their account owes."""

    actions: list[ActionThen]
    lines: Mapping[int, set[int]]

    @classmethod
    def of(cls, actions: Iterable[ActionThen], *, on: date) -> "Carrying":
        """Of the actions open on a day; one query."""
        carrying = sorted(actions, key=_nearest_first)
        by_lines = [then.action.pk for then in carrying if _keeps_its_lines(then, on)]
        rows = ActionLine.objects.filter(action__in=by_lines).values_list("action_id", "invoice_id")
        lines: dict[int, set[int]] = {action: set() for action in by_lines}
        for action, invoice in rows:
            lines[action].add(invoice)
        return cls(carrying, lines)

    def by(self, currency: str, invoice_id: int, *, late: bool) -> ActionThen | None:
        """The action that carries an invoice: of a late one its own, else that of its account, else a person's."""
        return next(iter(self.each_by(currency, invoice_id, late=late)), None)

    def each_by(self, currency: str, invoice_id: int, *, late: bool) -> list[ActionThen]:
        """All of them: what an account is told includes the invoices with a step of their own."""
        found = [then for then in self.actions if self._carries(then, currency, invoice_id, late=late)]
        return [then for then in found if _ended_by_a_merge(then)] or found

    def _carries(self, then: ActionThen, currency: str, invoice_id: int, *, late: bool) -> bool:
        action = then.action
        if action.pk in self.lines:
            announces = action.kind == ActionKind.PREVENTIVE
            return invoice_id in self.lines[action.pk] and not (late and announces)
        of_both = action.currency == currency and action.invoice_id in (None, invoice_id)
        return late and action.kind in OF_THE_ACCOUNT and of_both


def _nearest_first(then: ActionThen) -> tuple[bool, bool]:
    return then.action.kind not in OF_THE_ACCOUNT, then.action.invoice_id is None


def _keeps_its_lines(then: ActionThen, on: date) -> bool:
    """What a person has approved carries what he saw; of two that one account has had since a merge, the one that merge
    cancelled carries what it did."""
    action = then.action
    approved = action.approved_on is not None and action.approved_on <= on and not then.again
    return action.kind in FOLLOW_THEIR_LINES or approved or _ended_by_a_merge(then)


def _ended_by_a_merge(then: ActionThen) -> bool:
    return then.action.outcome == MERGED


def announced_by(by: ActionThen | None) -> str:
    """What an invoice not yet due counts for by the action that carries it; "" without one."""
    if by is None:
        return ""
    return "announced" if by.action.kind == ActionKind.PREVENTIVE else "carried"


def level_by(levels: Levels, by: ActionThen | None, version: int | None, due_on: date) -> Step | None:
    """The level of an invoice: of one that is carried, no higher than the step of its action; of another, and of what a
    person decided, what its age allows by the steps of `version`."""
    if by is None or by.action.step_offset is None:
        return levels.own(version, due_on)
    return levels.own(by.action.scenario_version_id, due_on, up_to=by.action.step_offset)

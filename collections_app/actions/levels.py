"""How far the age of an invoice has come: its own level, and whether it reached the step of an action that carries it.

Both follow from the due date, the steps and the day it is asked: nothing of it is stored, nothing is written because a
day has passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from collections_app.actions.models import Action
from collections_app.scenarios.models import Step
from collections_app.scenarios.queries import steps_of
from crm.receivables.models import Invoice

NEVER = 2**15  # days; an offset is a smallint


@dataclass(frozen=True)
class Levels:
    """The own levels of invoices on the day `on`. `steps`: those of each version along the due date; `worked`: the last
    worked day up to `on`, for steps of worked days."""

    steps: Mapping[int, list[Step]]
    on: date
    worked: date

    @classmethod
    def among(cls, versions: Iterable[int | None], *, on: date, worked: date) -> "Levels":
        """By the steps of these versions; one query."""
        return cls(steps_of(versions), on, worked)

    def own(self, version: int | None, due_on: date, *, up_to: int | None = None) -> Step | None:
        """The last step from the due date its age allows an invoice, None before the first. `up_to`: of those that
        many days after the due date, or as many before it (a preventive step)."""
        first, last = (0, NEVER) if up_to is None else (min(0, up_to), up_to)
        steps = (step for step in reversed(self.steps.get(version or 0, [])) if first <= step.offset_days <= last)
        return next((step for step in steps if self._allows(step, due_on)), None)

    def _allows(self, step: Step, due_on: date) -> bool:
        return due_on + timedelta(days=step.offset_days) <= (self.worked if step.working_days_only else self.on)

    def name(self, version: int | None, code: str) -> str:
        """What a step is called; its code when the version has none of it."""
        return next((step.name for step in self.steps.get(version or 0, []) if step.code == code), code)


def reached(action: Action, invoice: Invoice, on: date) -> bool:
    """Whether the age of an invoice has reached the step of the action that carries it, on `on`: what a formal notice
    claims, for which the due date has to be certain. What a person has approved stays as it was that day; an action
    outside any scenario speaks of all it carries.

    In SQL the same stands in `close.sql` and `printed.sql` here and in `plan_invoices.sql` and `cancel_settled.sql` of
    the night.
    """
    if action.step_offset is None:
        return True
    old_enough = invoice.due_on + timedelta(days=action.step_offset) <= (action.approved_on or on)
    return old_enough and (invoice.is_certain or not action.formal_notice)


def noticed(action: Action, *, on: date) -> list[int]:
    """Ids of the invoices a formal notice that left on `on` claims."""
    lines = action.lines.select_related("invoice")
    return [line.invoice_id for line in lines if reached(action, line.invoice, on)]

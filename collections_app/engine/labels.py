"""Words for stages and for what blocks a reminder."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collections_app.scenarios.queries import step_names

STAGES: dict[str, str | Promise] = {
    "freshness": _("Check that imports are fresh"),
    "holds": _("End expired holds"),
    "scope": _("Compare rules, people and rates with those of the last night"),
    "customers": _("Find the customers something may have changed for"),
    "facts": _("Read open items, net of unapplied money"),
    "close": _("Close what is no longer due"),
    "groups": _("Put customers in their groups"),
    "decide": _("Decide what each account needs"),
    "rank": _("Rank the to-do list"),
    "assign": _("Give actions to collectors"),
    "open": _("Open and refresh actions"),
    "hand_over": _("Ask the gates, hand over to the outbox"),
    "ceilings": _("Put off what is above the daily ceilings"),
    "withhold": _("Keep messages home until the night is checked"),
    "check": _("Compare with usual, hold what is not"),
    "figures": _("Keep the figures of the day"),
}
BLOCKS: dict[str, str | Promise] = {
    "held": _("everything overdue is on hold"),
    "no_scenario": _("no published scenario for the group"),
    "by_hand": _("backlog that waits for a person"),
    "ladder_finished": _("scenario without a step after the due date"),
    "below_minimum": _("below the minimum amount of the step"),
    "waiting_day": _("step of working days only, due on a day not worked"),
    "no_worked_day": _("no worked day left in the calendar of the entity"),
    "due_date_not_certain": _("formal notice without a certain due date"),
    "environment": _("recipient outside the allowlist of this installation"),
    "training": _("training entity"),
    "live": _("entity not live"),
    "rehearsal": _("in rehearsal"),
    "jurisdiction": _("no rules of contact for the jurisdiction"),
    "address": _("no usable address"),
    "opt_out": _("opted out of the channel"),
    "hold": _("on hold"),
    "limitation": _("time-barred"),
    "minimum": _("below the minimum amount"),
    "freshness": _("books without a recent import"),
    "caps": _("contacted often enough"),
    "hours": _("outside the hours of contact"),
    "composition": _("could not be composed"),
    "ceiling": _("above the daily ceiling: later days"),
}
# Of no scenario: the engine asks them by itself.
OWN_STEPS: dict[str, str | Promise] = {"entry": _("Choose the first step"), "follow-up": _("Decide what follows")}


def stage_label(name: str) -> str:
    """What a stage does, in the reader's language."""
    return str(STAGES.get(name, name))


def block_label(reason: str) -> str:
    """Why a reminder is kept back, in the reader's language."""
    return str(BLOCKS.get(reason, reason))


def opened_steps(entity_id: int, numbers: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(code, what people call it, number) of each step a night opened, in the order of the scenario."""
    return [
        (code, name or str(OWN_STEPS.get(code, code)), number) for code, name, number in step_names(entity_id, numbers)
    ]

"""The sentences of an explanation, in the reader's language."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.engine.explanation import AccountExplanation, ItemExplanation
from crm.core.formats import money
from crm.holds.models import HoldKind

# What the engine asks by itself after the last step.
FOLLOW_UP = "follow-up"


def account_sentence(account: AccountExplanation) -> str:
    """One sentence: what was decided for the account and why."""
    say: dict[str, Callable[[], str]] = {
        "nothing_overdue": lambda: _("Nothing is overdue net of unapplied money: no reminder."),
        "held": lambda: _("Everything overdue is on hold: no reminder."),
        "no_scenario": lambda: _("No published scenario applies to the customer's group: no reminder."),
        "by_hand": lambda: _("This backlog waits for a person to choose the step where it enters."),
        "action_open": lambda: _("An action of this cycle is still open: the next step waits until it is done."),
        "by_invoice": lambda: _("An invoice has a lower step of its own to open first: %(step)s waits."),
        "ladder_finished": lambda: _("The scenario has no further step after the due date: nothing is planned."),
        "waiting_decision": lambda: _(
            "All steps of the scenario are done in this cycle: a person is asked to decide what follows on %(next)s."
        ),
        "invoices_first": lambda: _("Its invoices have steps of their own to come first."),
        "due_date_not_certain": lambda: _(
            "%(step)s is a formal notice: it waits for an invoice whose due date is certain."
        ),
        "waiting_age": lambda: _("Next step %(step)s, when the age of the debt allows it, on %(next)s."),
        "waiting_gap": lambda: _("Next step %(step)s, not before %(next)s: the last one was done on %(last)s."),
        "waiting_day": lambda: _(
            "Step %(step)s is due but leaves on working days only: its action opens on %(next)s, the next worked day."
        ),
        "no_worked_day": lambda: _(
            "Step %(step)s is due, but the calendar of the entity has no worked day any more: nothing opens before it "
            "is put right."
        ),
        "below_minimum": lambda: _("%(step)s waits: %(amount)s is below its minimum of %(minimum)s."),
        "open_action": lambda: _("Step %(step)s is due: its action is opened for %(amount)s."),
    }
    if account.amount is None:  # a night records what it decided, not these figures
        say |= {
            "waiting_gap": lambda: _(
                "Next step %(step)s, not before %(next)s: the gap after the last one is not over."
            ),
            "below_minimum": lambda: _("%(step)s waits: the account is below its minimum amount."),
            "open_action": lambda: _("Step %(step)s is due: its action is opened."),
        }
    if account.step == FOLLOW_UP:
        say |= {
            "open_action": lambda: _(
                "All steps of the scenario are done in this cycle: a person is asked to decide what follows."
            ),
            "waiting_day": lambda: _(
                "All steps of the scenario are done in this cycle: a person is asked to decide what follows on "
                "%(next)s, the next worked day."
            ),
            "below_minimum": lambda: _(
                "All steps of the scenario are done in this cycle, and the account is below the minimum of the last "
                "one: nothing is planned."
            ),
        }
    return say[account.outcome]() % _account_params(account)


def item_sentence(item: ItemExplanation) -> str:
    """One sentence: what an invoice counts for and why."""
    if item.outcome == "held":
        return _("On hold (%(kind)s): left out.") % {"kind": HoldKind(item.held).label}
    next_look = {"next": _day(item.next_look_on)}
    return {
        "covered": _("Covered by unapplied money: left out."),
        "not_due": _("Not due yet."),
        "announced": _("Not due yet: announced by a preventive message."),
        "announced_early": _(
            "Not due yet: announced by a preventive message on the last worked day before %(next)s, the day of its "
            "step."
        )
        % next_look,
        "announced_never": _("Not due yet: not announced, for the calendar of the entity has no worked day any more."),
        "announced_on_worked_day": _("Not due yet: will be announced on %(next)s, the next worked day.") % next_look,
        "carried": _carried(item),
        "waiting": _("Late, and waits with the account."),
        "waiting_day": _("Late: its own step leaves on working days only, its action opens on %(next)s.") % next_look,
    }[item.outcome]


def _carried(item: ItemExplanation) -> str:
    if not item.level:
        return _("Carried by the action; too recent for a step of its own.")
    return _("Carried by the action, at level %(level)s.") % {"level": item.level_name or item.level}


def _account_params(account: AccountExplanation) -> dict[str, Any]:
    return {
        "step": account.step_name or account.step,
        "next": _day(account.next_look_on),
        "last": _day(account.last_done_on),
        "amount": "" if account.amount is None else money(account.amount, account.currency),
        "minimum": "" if account.minimum_amount is None else money(account.minimum_amount, account.minimum_currency),
    }


def _day(on: date | None) -> str:
    return date_format(on, "SHORT_DATE_FORMAT") if on else ""

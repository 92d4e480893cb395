"""Words and icons of actions: what a collector reads for a channel, an outcome, a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, override

from collections_app.actions.models import Action, ActionKind, ActionState
from collections_app.scenarios.models import StepMode
from collections_app.scenarios.queries import names_of
from crm.core.formats import day
from crm.customers.models import Channel


class Outcome(models.TextChoices):
    """How an action ended, as the collector says it."""

    SPOKE = "spoke", _("spoke with the customer")
    NO_ANSWER = "no_answer", _("no answer")
    MESSAGE_LEFT = "message_left", _("message left")
    CALL_BACK = "call_back", _("asks to be called back")
    WILL_PAY = "will_pay", _("says he will pay")
    PAID = "paid", _("says he has paid")
    CONTESTS = "contests", _("contests the invoice")
    WRONG_NUMBER = "wrong_number", _("wrong number or address")
    SENT = "sent", _("sent by hand")
    LAWYER = "lawyer", _("handed over to a lawyer or bailiff")
    AGENCY = "agency", _("handed over to a collection agency")
    PLAN = "plan", _("instalment plan agreed")
    WRITE_OFF = "write_off", _("to be written off")
    WAIT = "wait", _("wait until a date")
    RESTART = "restart", _("claim again from the first step")
    OTHER = "other", _("other outcome")
    DECLARED = "declared", _("claims declared")
    NOT_NEEDED = "not_needed", _("no declaration needed")

    @property
    def msgid(self) -> str:
        """The English text, which the timeline translates when it is read."""
        with override(None):
            return str(self.label)


# How a declaration of claims ends, and nothing else.
OF_A_DECLARATION = (Outcome.DECLARED, Outcome.NOT_NEEDED)
# What a person decides once all was tried, each with what follows from it; in the order they are offered.
OF_A_DECISION = (
    Outcome.WAIT, Outcome.PLAN, Outcome.LAWYER, Outcome.AGENCY, Outcome.WRITE_OFF, Outcome.RESTART, Outcome.OTHER,
)  # fmt: skip
# Of these, what suspends the invoices it is about until a day.
UNTIL_A_DAY = frozenset({Outcome.WAIT, Outcome.PLAN, Outcome.LAWYER, Outcome.AGENCY, Outcome.WRITE_OFF})
# What a customer says of his own account, what a person decides, and what becomes of his claims: each asks something
# more, of one action at a time.
ASKS_MORE = frozenset({Outcome.WILL_PAY, Outcome.CONTESTS, Outcome.CALL_BACK, *OF_A_DECISION, *OF_A_DECLARATION}) - {
    Outcome.OTHER
}
# Days before the last one on which a declaration is urgent.
LAST_DAYS = 14


@dataclass(frozen=True)
class Reason:
    """Why an action stands where it stands in the list; `tone` colours its dot."""

    label: str | Promise
    tone: str


# The codes the night writes (engine/sql/ranks.sql), and those of what came back.
REASONS = {
    "choose_entry": Reason(_("Backlog: choose the first step"), "info"),
    "ladder_finished": Reason(_("All steps are done"), "warning"),
    "to_approve": Reason(_("Waits for approval"), "info"),
    "escalated": Reason(_("Escalated"), "danger"),
    "broken_promise": Reason(_("Broken promise"), "danger"),
    "bounced": Reason(_("Last message came back"), "warning"),
    "failed": Reason(_("Could not be sent"), "warning"),
    "blocked": Reason(_("May not leave by itself"), "warning"),
    "no_template": Reason(_("No template to write it with"), "warning"),
    "not_composed": Reason(_("Could not be composed: look at its template"), "warning"),
    "no_address": Reason(_("No usable address"), "warning"),
    "due_date_not_certain": Reason(_("Due date to check"), "info"),
    "over_90_days": Reason(_("More than 90 days late"), "danger"),
    "formal_notice": Reason(_("Formal notice"), "warning"),
    "high_amount": Reason(_("High amount"), "warning"),
    "stale": Reason(_("Balance has changed: compose again"), "info"),
}

# Why a message was not composed at the last instant (preparing.py).
STALE = {
    "closed": _("Its action was closed meanwhile."),
    "settled": _("What it asked for was settled meanwhile."),
    "held": _("What it asked for was put on hold meanwhile."),
    "lower": _("Less is to be claimed now than it asks for."),
    "waived": _("Late charges of what it asks for were given up meanwhile."),
    "balance_changed": _("The balance changed meanwhile: it has to be composed again."),
    "merged": _("Its customer was merged with another: one reminder speaks for both."),
    "no_template": _("No template is attached to its action."),
    "rehearsal": _("It was decided in a rehearsal, and only what becomes due later leaves."),
}

# The column before it says these already.
SAID_BY_THE_VERB = frozenset({"to_approve", "formal_notice", "choose_entry"})

ICONS = {Channel.PHONE: "phone", Channel.EMAIL: "mail", Channel.POST: "file-text", Channel.SMS: "message-square"}
USUAL_OUTCOME = {
    Channel.PHONE: Outcome.SPOKE,
    Channel.EMAIL: Outcome.SENT,
    Channel.POST: Outcome.SENT,
    Channel.SMS: Outcome.SENT,
}
VERBS = {
    Channel.PHONE: _("Call"),
    Channel.EMAIL: _("Send the e-mail"),
    Channel.POST: _("Send the letter"),
    Channel.SMS: _("Send the text message"),
}


def reason(code: str) -> Reason:
    """The words of a reason; a code nobody described yet is shown as it is."""
    return REASONS.get(code) or Reason(code.replace("_", " ").capitalize(), "mute")


def reasons(action: Action, *, on: date) -> list[Reason]:
    """Why it stands where it stands on a day. Approved, it waits for nobody's approval any more, whatever the night
    wrote."""
    over = () if action.state == ActionState.TO_APPROVE else ("to_approve",)
    return [
        *put_off(action, on=on),
        *deadline(action, on=on),
        *(reason(code) for code in action.reasons if code not in over),
    ]


def put_off(action: Action, *, on: date) -> list[Reason]:
    """Until when it waits, where a person put it off to a day later than `on`."""
    if action.snoozed_until is None or action.snoozed_until <= on:
        return []
    return [Reason(gettext("Put off until %(day)s") % {"day": day(action.snoozed_until)}, "mute")]


def deadline(action: Action, *, on: date) -> list[Reason]:
    """Of a declaration of claims, by when the law asks for it; of an account of an insolvent company, that it is one;
    nothing of another action."""
    if action.kind == ActionKind.INSOLVENCY:
        return [Reason(gettext("Same SIREN as a customer in insolvency proceedings"), "danger")]
    if action.kind != ActionKind.DECLARATION or action.occasion_on is None:
        return []
    written = {"day": day(action.occasion_on)}
    if action.occasion_on < on:
        return [Reason(gettext("Was to be declared by %(day)s") % written, "danger")]
    tone = "danger" if action.occasion_on <= on + timedelta(days=LAST_DAYS) else "warning"
    return [Reason(gettext("To be declared by %(day)s") % written, tone)]


def decides(action: Action) -> bool:
    """Whether it asks a person what follows, and says nothing to the customer."""
    return action.mode == StepMode.DECISION


def outcomes_of(action: Action) -> list[Outcome]:
    """How an action may end."""
    if action.kind == ActionKind.DECLARATION:
        return list(OF_A_DECLARATION)
    if action.kind == ActionKind.INSOLVENCY:
        return [Outcome.OTHER]
    if decides(action):
        return list(OF_A_DECISION)
    other_ends = {*OF_A_DECISION, *OF_A_DECLARATION} - {Outcome.OTHER}
    return [outcome for outcome in Outcome if outcome not in other_ends]


def usual_outcome(action: Action) -> Outcome:
    """How it mostly ends."""
    if action.kind == ActionKind.DECLARATION:
        return Outcome.DECLARED
    if action.kind == ActionKind.INSOLVENCY:
        return Outcome.OTHER
    return Outcome.WAIT if decides(action) else USUAL_OUTCOME[Channel(action.channel)]


def verb(action: Action) -> str | Promise:
    """What the collector is asked to do, in two words."""
    if decides(action):
        return _("Decide what follows")
    if action.kind == ActionKind.ENTRY:
        return _("Choose the first step")
    if action.kind == ActionKind.REPLY:
        return _("Answer the message")
    if action.kind == ActionKind.DECLARATION:
        return _("Declare the rest of the claims") if action.step_code.count("-") > 1 else _("Declare the claims")
    if action.kind == ActionKind.INSOLVENCY:
        return _("Look into the insolvency")
    if action.state == ActionState.TO_APPROVE:
        return _("Approve the formal notice") if action.formal_notice else _("Approve the sending")
    if action.formal_notice:
        return _("Formal notice")
    return VERBS[Channel(action.channel)]


def icon(action: Action) -> str:
    """The icon of what is to be done."""
    if decides(action):
        return "scale"
    if action.kind == ActionKind.ENTRY:
        return "workflow"
    if action.kind == ActionKind.REPLY:
        return "reply"
    if action.kind in (ActionKind.DECLARATION, ActionKind.INSOLVENCY):
        return "gavel"
    return ICONS[Channel(action.channel)]


def step_names(actions: Collection[Action]) -> dict[int, str]:
    """What people call the step of each action, by its id: its name in the scenario, else that of the template, else
    what it asks for (a declaration) or its code. One query, if the templates were read with the actions."""
    names = names_of(action.scenario_version_id for action in actions)
    return {
        action.pk: names.get((action.scenario_version_id or 0, action.step_code)) or _otherwise(action)
        for action in actions
    }


def _otherwise(action: Action) -> str:
    if action.kind in (ActionKind.DECLARATION, ActionKind.INSOLVENCY, ActionKind.FOLLOW_UP):
        return str(verb(action))
    return action.template.name if action.template else action.step_code


def stale_sentence(reason: str) -> str:
    """Why a message is no longer true; the code when nobody worded it."""
    return str(STALE.get(reason, reason))

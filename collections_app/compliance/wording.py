"""What a gate says, in the reader's words: for refusals on pages, explanations and the timeline."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from crm.customers.models import Channel

GATES: dict[str, str | Promise] = {
    "registry": gettext_lazy("no gate is installed"),
    "environment": gettext_lazy("recipient not allowed outside production"),
    "training": gettext_lazy("training entity"),
    "live": gettext_lazy("entity not live yet"),
    "rehearsal": gettext_lazy("rehearsal"),
    "jurisdiction": gettext_lazy("no rules for this jurisdiction"),
    "address": gettext_lazy("no usable address"),
    "opt_out": gettext_lazy("opt-out or missing consent"),
    "hold": gettext_lazy("hold"),
    "limitation": gettext_lazy("limitation"),
    "minimum": gettext_lazy("amount too small"),
    "freshness": gettext_lazy("books without a recent import"),
    "caps": gettext_lazy("contact cap reached"),
    "hours": gettext_lazy("outside contact hours"),
    "composition": gettext_lazy("could not be composed"),
}
RULES: dict[str, str | Promise] = {
    "no_gate": gettext_lazy("No gate is installed: nobody is contacted."),
    "recipient_not_listed": gettext_lazy("Outside production only listed recipients are written to."),
    "entity_not_live": gettext_lazy("The entity is not live yet: nothing leaves automatically."),
    "entity_training": gettext_lazy("This is a training entity: nothing ever leaves from it."),
    "entity_rehearses": gettext_lazy("The entity is in rehearsal: nothing leaves until a supervisor lifts it."),
    "group_rehearses": gettext_lazy(
        "The customer’s group is in rehearsal: nothing leaves until a supervisor lifts it."
    ),
    "no_rules": gettext_lazy("No contact rules are known for the jurisdiction of the entity."),
    "no_address": gettext_lazy("No address is known for this channel."),
    "invalid_address": gettext_lazy("The address is invalid or not in use on that day."),
    "opt_out": gettext_lazy("The person refused this channel."),
    "notice_consent": gettext_lazy("A consumer must agree beforehand to receive a formal notice by e-mail."),
    "hold": gettext_lazy("What would be claimed is on hold."),
    "insolvency": gettext_lazy("Claims born before the insolvency judgment may not be demanded."),
    "limitation": gettext_lazy("The limitation period of an invoice has run out."),
    "minimum_amount": gettext_lazy("The amount is below the minimum."),
    "no_published_text": gettext_lazy(
        "Its template has no published text in the language of the customer nor in that of the entity."
    ),
    "template_fault": gettext_lazy("The text of its template cannot be filled for this customer: its editor says why."),
    "not_drawn": gettext_lazy(
        "Its PDF cannot be drawn: look at the text of its template and at the logo of the entity."
    ),
    "books_stale": gettext_lazy("The books have not come in for too long: nothing leaves automatically."),
}
CAP = re.compile(r"contact_caps_(?P<channel>\w+)_(?P<maximum>\d+)_in_(?P<days>\d+)")
HOURS = re.compile(r"contact_hours_(?P<channel>\w+)")


def gate_label(gate: str) -> str:
    """Short name of a gate; its code when it is another app's."""
    return str(GATES.get(gate, gate))


def rule_sentence(rule: str) -> str:
    """Why a gate did not let a contact pass; the rule's code when nobody worded it."""
    if cap := CAP.fullmatch(rule):
        return _cap(cap["channel"], int(cap["maximum"]), int(cap["days"]))
    if hours := HOURS.fullmatch(rule):
        return _("Contact hours of the channel: %(channel)s.") % {"channel": _channel(hours["channel"])}
    return str(RULES.get(rule, rule))


def _cap(channel: str, maximum: int, days: int) -> str:
    sentence = ngettext(
        "At most %(maximum)s contact in %(days)s days (%(channel)s).",
        "At most %(maximum)s contacts in %(days)s days (%(channel)s).",
        maximum,
    )
    return sentence % {"maximum": maximum, "days": days, "channel": _channel(channel)}


def _channel(channel: str) -> str:
    return _("all channels") if channel == "all" else str(Channel(channel).label)

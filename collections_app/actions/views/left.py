"""What a verb over ticked rows left alone: whose it is, and why."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from collections_app.actions.bulk import WAITING
from collections_app.actions.models import Action, ActionState
from crm.customers.models import Customer

NAMED = 3
WHYS: dict[str, str | Promise] = {
    "closed": gettext_lazy("closed or sent meanwhile"),
    "approval": gettext_lazy("waits for approval: open its panel"),
    "panel": gettext_lazy("asks for more: open its panel"),
    "sight": gettext_lazy("the person chosen does not see this customer"),
}


def tell_left(request: HttpRequest, verb: str, asked: Collection[int], touched: Collection[int], **given: Any) -> None:
    """Say of whom the actions asked for and not touched are, and why; or that none was asked for.

    `given`: what the verb was given.
    """
    if not asked:
        messages.info(request, _("Tick at least one row."))
    rest = set(asked) - set(touched)
    if not rest:
        return
    seen = Action.objects.filter(pk__in=rest, customer__in=Customer.objects.visible_to(request.user))
    found = list(seen.select_related("customer").order_by("customer__name", "pk"))
    names: dict[str, list[str]] = defaultdict(list)
    for action in found:
        names[_why(verb, action, given)].append(action.customer.name)
    names.pop("", None)
    for why, whose in names.items():
        told = {"names": _listed(list(dict.fromkeys(whose))), "why": WHYS[why]}
        messages.warning(request, _("Left as it is: %(names)s (%(why)s).") % told)
    if hidden := len(rest) - len(found):
        text = ngettext("%(count)d action is not open to you.", "%(count)d actions are not open to you.", hidden)
        messages.warning(request, text % {"count": hidden})


def _why(verb: str, action: Action, given: dict[str, Any]) -> str:
    """Empty where it is as the verb would have made it."""
    if action.state not in WAITING:
        return "closed"
    if verb == "reassign":
        return "sight" if given["to"] and action.owner_id != given["to"].pk else ""
    if verb == "snooze":
        return ""
    return "approval" if verb == "complete" and action.state == ActionState.TO_APPROVE else "panel"


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    rest = ngettext(" and %(count)d more", " and %(count)d more", more) % {"count": more} if more > 0 else ""
    return ", ".join(names[:NAMED]) + rest

"""Why a customer is, or is not, reminded."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collections_app.actions.labels import step_names
from collections_app.compliance.wording import rule_sentence
from collections_app.engine.explanation import AccountExplanation, ActionThen
from collections_app.engine.forms import DateForm
from collections_app.engine.merged import merged_since
from collections_app.engine.past import state_at
from collections_app.engine.queries import explain
from collections_app.engine.wording import account_sentence, item_sentence
from collections_app.segments.queries import why as why_group
from crm.accounts.calendars import today
from crm.accounts.rules import reads_pages
from crm.core.access import opened_to
from crm.customers.models import Customer


@require_GET
@opened_to(reads_pages)
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided for each invoice on a day, and the group it rests on."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("entity"), pk=pk)
    now = today(customer.entity, timezone.now())
    form = DateForm(request.GET, latest=now)
    on = form.day()
    context = {"customer": customer, "on": on, "now": now, "form": form, **_answer(customer, on, now)}
    return render(request, "customers/why.html", context)


@require_GET
@opened_to(reads_pages)
def past(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer as he stood at the end of a day: balance, open items, group, holds, decisions, open actions."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("entity"), pk=pk)
    now = today(customer.entity, timezone.now())
    form = DateForm(request.GET, latest=now)
    on = form.day()
    context = {"customer": customer, "now": now, "form": form, "state": state_at(customer, on=on)}
    return render(request, "customers/past.html", context | _answer(customer, on, now))


def _answer(customer: Customer, on: date, now: date) -> dict[str, Any]:
    explanation = explain(customer, on=on, now=now)
    names = step_names([then.action for then in explanation.actions])
    return {
        "explanation": explanation,
        "accounts": [_account(account) for account in explanation.accounts],
        "currencies": [account.currency for account in explanation.accounts],
        "actions": [
            {
                "then": then,
                "action": then.action,
                "name": names[then.action.pk],
                "closed_on": _closed_after(then, customer, on),
                "refusals": [rule_sentence(refusal.rule) for refusal in then.refusals],
            }
            for then in explanation.actions
        ],
        "groups": why_group(customer, on, past=on < now),
        "merges": merged_since(customer, on),
    }


def _closed_after(then: ActionThen, customer: Customer, on: date) -> date | None:
    """The day an action was closed, when that is after `on`: until then it was open."""
    closed_on = then.closed_at and then.closed_at.astimezone(ZoneInfo(customer.entity.time_zone)).date()
    return closed_on if closed_on and closed_on > on else None


def _account(account: AccountExplanation) -> dict[str, Any]:
    items = [{"item": item, "sentence": item_sentence(item)} for item in account.items]
    return {"account": account, "sentence": account_sentence(account), "items": items}

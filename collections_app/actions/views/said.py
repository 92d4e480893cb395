"""What came of one action, noted in its panel: the form follows the outcome, and a refusal keeps what was typed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from collections_app.actions.models import Action
from collections_app.actions.operations import SaidRefused, conclude
from collections_app.actions.said import SaidForm
from collections_app.actions.states import ActionRefused
from collections_app.actions.views.verbs import back, done, leave, tell_done
from crm.accounts.models import User
from crm.accounts.rules import works_customers
from crm.core.access import opened_to
from crm.core.formats import day, money
from crm.customers.reach import reach_of
from crm.holds.models import Hold


@require_POST
@opened_to(works_customers)
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """The form with the fields of the outcome chosen, as far as it is filled in; nothing is checked yet."""
    action = _action(request, pk)
    form = SaidForm(initial=_typed(request.POST), action=action)
    return _drawn(request, action, form)


@require_POST
@opened_to(works_customers)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the action, with what follows; else the form with what is wrong."""
    assert isinstance(request.user, User)
    action = _action(request, pk)
    form = SaidForm(request.POST, action=action)
    if not form.is_valid():
        return _drawn(request, action, form, status=422)
    said = form.said()
    try:
        concluded = conclude(action, said, by=request.user, at=timezone.now())
    except SaidRefused as refusal:
        form.refuse(refusal.field, str(refusal))
        return _drawn(request, action, form, status=422)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        tell_done(request, _noted(action, form, concluded.holds), concluded.deed)
    return leave(request, back(request))


def _action(request: HttpRequest, pk: int) -> Action:
    """Also one that was closed meanwhile: the operation tells so."""
    assert isinstance(request.user, User)
    seen = Action.objects.filter(reach_of(request.user).of("customer__"))
    return get_object_or_404(seen.select_related("entity", "customer"), pk=pk)


def _typed(given: QueryDict) -> dict[str, Any]:
    return given.dict() | {"invoices": given.getlist("invoices")}


def _drawn(request: HttpRequest, action: Action, form: SaidForm, *, status: int = 200) -> HttpResponse:
    if wrong := next((name for name in form.fields if name in form.errors), None):
        form.fields[wrong].widget.attrs["autofocus"] = True
    return render(request, "actions/_said.html", {"action": action, "form": form}, status=status)


def _noted(action: Action, form: SaidForm, holds: list[Hold]) -> str:
    """What was kept, of whom, and what it suspends: an amount as it was read, for 1.200 is one thousand two hundred."""
    amount, until = form.cleaned_data.get("amount"), form.cleaned_data.get("on")
    kept = [money(amount, action.currency) if amount else "", day(until) if until else ""]
    what = ", ".join([done("complete", form.cleaned_data), *filter(None, kept)])
    told = _("%(customer)s: %(what)s.") % {"customer": action.customer.name, "what": what}
    return f"{told} {_suspended(holds)}".rstrip()


def _suspended(holds: list[Hold]) -> str:
    if not holds:
        return ""
    if holds[0].invoice_id is None:
        return _("Dunning of the whole account is suspended.")
    text = ngettext(
        "Dunning of %(count)d invoice is suspended.", "Dunning of %(count)d invoices is suspended.", len(holds)
    )
    return text % {"count": len(holds)}

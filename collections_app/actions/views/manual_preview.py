"""What a reminder chosen by hand looks like before it leaves: the fragment beside the choice, its mail, its letter."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from collections_app.actions import operations
from collections_app.actions.already import waiting_for
from collections_app.actions.views.manual_form import Asked, asked
from collections_app.letters.compose import NOT_WRITTEN
from collections_app.letters.mail import named
from crm.accounts.rules import works_customers
from crm.core.access import opened_to
from crm.core.framing import shown_alone
from crm.customers.models import Channel
from crm.customers.queries import best_address
from crm.customers.views.kept import leads_to_kept


@require_POST
@opened_to(works_customers)
@leads_to_kept
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would leave, as a fragment, with the sum of what is ticked."""
    one = asked(request, pk)
    return render(request, "actions/_preview.html", {"asked": one, **_shown(one)})


def _shown(one: Asked) -> dict[str, Any]:
    if one.form.problem:
        return {"problem": one.form.problem, "unfinished": True}
    try:
        composed = one.composed(to_read=True)
    except NOT_WRITTEN as refusal:
        return {"problem": str(refusal)}
    channel = one.template.channel
    address = best_address(one.customer, channel, one.on)
    return {
        "composed": composed,
        "pieces": named(composed.pieces) if channel == Channel.POST else [],
        "address": address,
        "departure": one.departure(address) if channel in operations.SENDABLE and address else None,
        "mail": channel == Channel.EMAIL,
        "letter": channel == Channel.POST,
        "already": waiting_for(one.customer),
    }


@require_POST
@opened_to(works_customers)
@leads_to_kept
@shown_alone
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of an e-mail as it would leave, for the frame of the preview; empty when there is nothing to show."""
    one = asked(request, pk)
    try:
        return HttpResponse("" if one.form.problem else one.composed().html)
    except NOT_WRITTEN:
        return HttpResponse()  # the fragment around the frame says why


@require_POST
@opened_to(works_customers)
@leads_to_kept
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF of a letter as it would leave."""
    one = asked(request, pk)
    if one.form.problem:
        messages.error(request, one.form.problem)
        return redirect("manual", pk)
    try:
        composed = one.composed()
    except NOT_WRITTEN as refusal:
        messages.error(request, str(refusal))
        return redirect("manual", pk)
    pdf = next((file for file in composed.attachments if file.mimetype == "application/pdf"), None)
    if pdf is None:
        messages.info(request, _("This template makes no letter."))
        return redirect("manual", pk)
    return HttpResponse(
        pdf.content, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="letter.pdf"'}
    )

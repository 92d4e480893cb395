"""The rights of a person over what is kept about him: the copy of his file."""

from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collections_app.privacy import exports
from collections_app.privacy.models import PersonExport
from collections_app.privacy.rules import answers_people
from crm.accounts.models import User
from crm.core.access import opened_to
from crm.customers.models import Customer
from crm.customers.views.kept import customer_of, leads_to_kept

SHOWN = 20


@require_GET
@opened_to(answers_people)
@leads_to_kept
def personal_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Copies of the file of a customer, and the button to ask for one; asked by htmx, the list alone."""
    customer = customer_of(request, pk)
    copies = list(
        PersonExport.objects.filter(customer=customer).select_related("asked_by").order_by("-asked_at", "-pk")[:SHOWN]
    )
    context = {"customer": customer, "copies": copies, "under_way": any(not copy.finished_at for copy in copies)}
    template = "privacy/_copies.html" if request.headers.get("HX-Request") else "privacy/personal_data.html"
    return render(request, template, context)


@require_POST
@opened_to(answers_people)
@leads_to_kept
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a copy of the file made."""
    customer = customer_of(request, pk)
    exports.ask_export(customer, by=cast(User, request.user), at=timezone.now())
    messages.success(request, _("The copy is being made: this page shows when it is ready."))
    return redirect("personal_data", pk)


@require_GET
@opened_to(answers_people)
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The copy, to hand to the person; the journal keeps who took it."""
    visible = Customer.objects.visible_to(request.user)
    copies = PersonExport.objects.filter(customer__in=visible.values("pk")).select_related("customer")
    copy = get_object_or_404(copies, pk=pk)
    if not copy.ready:
        raise Http404
    exports.note(copy.customer, exports.READ, by=cast(User, request.user))
    name = f"{copy.customer.external_id}-{copy.asked_at:%Y%m%d}.zip"
    return FileResponse(copy.file.open(), as_attachment=True, filename=name)

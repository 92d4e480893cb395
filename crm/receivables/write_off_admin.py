"""Giving up what an invoice still owes, and claiming it again: a page of the invoice in the admin."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from crm.accounts.calendars import today
from crm.accounts.rules import changes_settings
from crm.core.keys import key_in
from crm.core.money import AmountField
from crm.receivables.exceptions import LedgerRefusal
from crm.receivables.models import Invoice, Movement, MovementKind
from crm.receivables.operations import undo_write_off, write_off


class WriteOffForm(forms.Form):
    amount = AmountField(label=gettext_lazy("amount"), max_digits=18, decimal_places=3, min_value=0)
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=200)
    read = forms.DecimalField(widget=forms.HiddenInput)  # written by the page, not typed

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount: Any = self.fields["amount"]
        amount.currency = currency


def page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Write off an amount of the invoice, or take a write-off back: `undone` is the number of its movement."""
    if not changes_settings(request.user):
        raise PermissionDenied
    invoice = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    form = WriteOffForm(request.POST or None, initial=_proposed(invoice), currency=invoice.currency)
    if request.method == "POST":
        try:
            if "undone" in request.POST:
                return _take_back(request, invoice)
            if form.is_valid():
                return _give_up(request, invoice, form)
        except LedgerRefusal as refusal:
            messages.error(request, str(refusal))
            invoice.refresh_from_db()
            kept = _proposed(invoice) | {"reason": request.POST.get("reason", "")}
            form = WriteOffForm(initial=kept, currency=invoice.currency)
    context = {"form": form, "invoice": invoice, "written_off": _standing(invoice), "title": _("Write off")}
    return render(
        request,
        "admin/receivables/invoice/write_off.html",
        {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context},
    )


def _proposed(invoice: Invoice) -> dict[str, Any]:
    return {"amount": invoice.open_amount, "read": invoice.open_amount}


def _standing(invoice: Invoice) -> list[Movement]:
    """Write-offs not taken back."""
    undone = Movement.objects.filter(invoice=invoice, undoes__isnull=False).values("undoes")
    found = Movement.objects.filter(invoice=invoice, kind=MovementKind.WRITTEN_OFF).exclude(pk__in=undone)
    return list(found.select_related("by").order_by("on", "pk"))


def _give_up(request: HttpRequest, invoice: Invoice, form: WriteOffForm) -> HttpResponse:
    write_off(invoice, **form.cleaned_data, **_who(request, invoice))
    return _back(request, invoice, _("Written off."))


def _take_back(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    movement = get_object_or_404(Movement.objects.filter(invoice=invoice), pk=key_in(request.POST["undone"]))
    undo_write_off(movement, **_who(request, invoice))
    return _back(request, invoice, _("It is claimed again."))


def _who(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    now = timezone.now()
    return {"on": today(invoice.entity, now), "by": request.user, "at": now}


def _back(request: HttpRequest, invoice: Invoice, told: str) -> HttpResponse:
    messages.success(request, told)
    return HttpResponseRedirect(reverse("admin:receivables_invoice_change", args=[invoice.pk]))

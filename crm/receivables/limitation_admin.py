"""Interruptions of limitation in the admin: recorded with their proof; a legal action is ended once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.customers.backoffice import OnCustomerAdmin
from crm.receivables.limitation import INTERRUPTS_NOTHING, can_interrupt, end_proceedings, record_interruption
from crm.receivables.models import Interruption, InterruptionKind

FACT = ["customer", "invoice", "kind", "on", "reference"]


class InterruptionForm(forms.ModelForm):
    class Meta:
        model = Interruption
        fields = [*FACT, "ended_on", "void"]

    def clean(self) -> dict[str, Any]:
        """What makes no sense is told beside its field."""
        given = super().clean() or self.cleaned_data
        invoice, customer = given.get("invoice"), given.get("customer")
        if invoice and customer and invoice.customer_id != customer.pk:
            self.add_error("invoice", ValidationError(_("This invoice is another customer’s.")))
        kind = given.get("kind")
        if customer and kind and not can_interrupt(customer, invoice, kind, at=timezone.now()):
            self.add_error("kind", ValidationError(INTERRUPTS_NOTHING))
        if self.instance.pk and "ended_on" in self.fields and not given.get("ended_on"):
            self.add_error("ended_on", ValidationError(_("Say when the legal action ended.")))
        return given


@admin.register(Interruption)
class InterruptionAdmin(OnCustomerAdmin):
    form = InterruptionForm
    removes = staticmethod(lambda user: False)
    list_display = ["customer", "invoice", "kind", "on", "ended_on", "void", "reference", "by"]
    list_filter = ["entity", "kind"]
    list_select_related = ["customer", "invoice", "by"]
    search_fields = ["=customer__external_id", "reference"]
    autocomplete_fields = ["customer", "invoice"]
    ordering = ["-pk"]

    def get_fieldsets(self, request: HttpRequest, obj: Interruption | None = None) -> Any:
        """A legal action that is recorded can be ended."""
        told = _(
            "From that day limitation runs anew (Civil Code 2240 to 2244): the gate before every reminder reads it. A "
            "legal action interrupts until it ends. A written demand interrupts that of public bodies alone, and those "
            "that leave from here are counted without being recorded. What is recorded is not changed; a legal action "
            "can be ended, once."
        )
        return [(None, {"fields": [*FACT, "ended_on", "void"] if obj else FACT, "description": told})]

    def get_readonly_fields(self, request: HttpRequest, obj: Interruption | None = None) -> list[str]:
        return FACT if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Interruption | None = None) -> bool:
        """Only the end of a pending legal action is still to be said."""
        pending = obj is None or (obj.kind == InterruptionKind.LAWSUIT and obj.ended_on is None)
        return pending and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Interruption, form: forms.ModelForm, change: bool) -> None:
        """By the operations of everyone, which tell the timeline."""
        by, at, given = request.user if isinstance(request.user, User) else None, timezone.now(), form.cleaned_data
        if change:
            end_proceedings(obj, on=given["ended_on"], void=given["void"], by=by, at=at)
            return
        made = record_interruption(
            given["customer"],
            kind=given["kind"],
            on=given["on"],
            reference=given["reference"],
            invoice=given["invoice"],
            by=by,
            at=at,
        )
        obj.pk = made.pk

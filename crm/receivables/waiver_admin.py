"""Waivers of late charges in the admin: recorded, never changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.backoffice import ReadOnlyScopedAdmin
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.accounts.rules import leads
from crm.core.formats import money
from crm.core.keys import keys_in
from crm.receivables.late_charges import check_waiver, waive
from crm.receivables.models import FormalNotice, Invoice, Waiver


class WaiverForm(forms.ModelForm):
    class Meta:
        model = Waiver
        fields = ["invoice", "kind", "amount", "reason"]
        help_texts = {"amount": _("Empty: all that is left.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "amount" in self.fields:
            amount: Any = self.fields["amount"]
            amount.required, amount.currency = False, self._currency()

    def _currency(self) -> str:
        """That of the invoice chosen: it tells how the amount beside it is read."""
        chosen = Invoice.objects.filter(pk__in=keys_in([str(self.data.get("invoice") or "")]))
        return chosen.values_list("currency", flat=True).first() or ""

    def clean(self) -> dict[str, Any]:
        """What the law or the figures refuse is told in the form."""
        given = super().clean() or self.cleaned_data
        invoice: Invoice | None = given.get("invoice")
        if invoice and given.get("kind"):
            on = today(invoice.entity, timezone.now())
            given["amount"] = check_waiver(invoice, given["kind"], given.get("amount"), on)
            self.instance.entity, self.instance.currency = invoice.entity, invoice.currency
            self.instance.on, self.instance.at = on, timezone.now()
        return given


@admin.register(Waiver)
class WaiverAdmin(ReadOnlyScopedAdmin):
    form = WaiverForm
    list_display = ["invoice", "kind", "waived", "on", "by", "reason"]
    list_filter = ["entity", "kind"]
    list_select_related = ["invoice", "by"]
    search_fields = ["=invoice__number", "=invoice__external_id"]
    autocomplete_fields = ["invoice"]
    ordering = ["-pk"]
    readonly_fields = ["waived"]
    fieldsets = [
        (
            None,
            {
                "fields": ["invoice", "kind", "amount", "reason"],
                "description": _(
                    "Interest and the fixed indemnity are computed from the books and the dated law; here the creditor "
                    "gives them up, wholly or in part. What a public body owes cannot be given up."
                ),
            },
        )
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Waiver | None = None) -> Any:
        """One that was recorded is shown with its currency, its day and its author."""
        if obj is None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ["invoice", "kind", "waived", "reason", "on", "by"]})]

    @admin.display(description=_("amount waived"), ordering="amount")
    def waived(self, waiver: Waiver) -> str:
        return money(waiver.amount, waiver.currency)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Giving money up is for those who lead."""
        return leads(request.user)

    def save_model(self, request: HttpRequest, obj: Waiver, form: forms.ModelForm, change: bool) -> None:
        """The operation of everyone: checks again under a lock, tells the timeline."""
        given = form.cleaned_data
        by = request.user if isinstance(request.user, User) else None
        waiver = waive(
            given["invoice"],
            kind=given["kind"],
            amount=given["amount"],
            reason=given["reason"],
            on=obj.on,
            at=obj.at,
            by=by,
        )
        obj.pk = waiver.pk


@admin.register(FormalNotice)
class FormalNoticeAdmin(ReadOnlyScopedAdmin):
    entity_lookup = "invoice__entity"
    list_display = ["shown_invoice", "customer", "on", "at"]
    list_select_related = ["invoice__customer"]
    search_fields = ["=invoice__number"]
    ordering = ["-pk"]
    fields = ("shown_invoice", "customer", "on", "at")
    readonly_fields = ("shown_invoice", "customer")

    @admin.display(description=_("invoice"), ordering="invoice__number")
    def shown_invoice(self, notice: FormalNotice) -> str:
        return str(notice.invoice)

    @admin.display(description=_("customer"), ordering="invoice__customer__name")
    def customer(self, notice: FormalNotice) -> str:
        return str(notice.invoice.customer)

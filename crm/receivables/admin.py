from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _, ngettext

from crm.accounts.backoffice import ReadOnlyScopedAdmin
from crm.accounts.queries import entities_of
from crm.core.backoffice import ReadOnlyInline
from crm.receivables import waiver_admin
from crm.receivables.checking import differences
from crm.receivables.models import Credit, Invoice, Movement


class MovementInline(ReadOnlyInline):
    model = Movement
    readonly_fields = ["on", "kind", "amount", "currency", "invoice", "credit", "reason", "by", "at"]
    fields = tuple(readonly_fields)
    ordering = ["on", "id"]


class LedgerAdmin(ReadOnlyScopedAdmin):
    """The ledger is written by imports, the API and operations; here it is read and checked."""

    list_filter = [("entity", admin.RelatedOnlyFieldListFilter), "kind", "currency"]
    list_select_related = ["entity", "customer"]
    ordering = ["-pk"]
    actions = ["check_ledger"]

    @admin.action(description=_("Check all books: open amounts equal their movements"), permissions=["view"])
    def check_ledger(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Recompute the books of all entities of the person, whatever rows are ticked."""
        for entity in entities_of(request.user).order_by("code"):
            found = differences(entity)
            if not found:
                self.message_user(request, _("%(entity)s: all agree.") % {"entity": entity.code}, messages.SUCCESS)
                continue
            told = ngettext(
                "%(entity)s: %(count)s row differs. %(rows)s", "%(entity)s: %(count)s rows differ. %(rows)s", len(found)
            )
            rows = "; ".join(f"{row.item} {row.external_id}: {row.open_amount} ≠ {row.expected}" for row in found[:10])
            params = {"entity": entity.code, "count": len(found), "rows": rows}
            self.message_user(request, told % params, messages.ERROR)


@admin.register(Invoice)
class InvoiceAdmin(LedgerAdmin):
    list_display = [
        "number",
        "customer",
        "kind",
        "issued_on",
        "due_on",
        "due_on_source",
        "amount",
        "open_amount",
        "currency",
    ]
    search_fields = ["=number", "=external_id", "=customer__external_id"]
    search_help_text = _("Number of the invoice, or account of the customer")
    inlines = [MovementInline]


@admin.register(Credit)
class CreditAdmin(LedgerAdmin):
    list_display = ["__str__", "customer", "kind", "received_on", "amount", "open_amount", "currency"]
    search_fields = ["=number", "=external_id", "=customer__external_id"]
    search_help_text = _("Reference of the payment, or account of the customer")
    inlines = [MovementInline]


__all__ = ["CreditAdmin", "InvoiceAdmin", "LedgerAdmin", "waiver_admin"]

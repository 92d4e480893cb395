from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from crm.accounts.backoffice import ReadOnlyScopedAdmin
from crm.accounts.queries import entities_of
from crm.accounts.rules import changes_settings
from crm.core import formats
from crm.core.backoffice import ReadOnlyInline
from crm.receivables import limitation_admin, waiver_admin, write_off_admin
from crm.receivables.checking import differences
from crm.receivables.models import Credit, Invoice, Movement


class Amounts:
    """Amounts as a person reads them: the admin itself would write 100,000 for one hundred."""

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, row: Any) -> str:
        return formats.money(row.amount, row.currency)

    @admin.display(description=_("open amount"), ordering="open_amount")
    def shown_open(self, row: Any) -> str:
        return formats.money(row.open_amount, row.currency)


class MovementInline(Amounts, ReadOnlyInline):
    model = Movement
    readonly_fields = ["on", "kind", "shown_amount", "shown_invoice", "shown_credit", "shown_reason", "by", "at"]
    fields = tuple(readonly_fields)
    ordering = ["on", "id"]

    @admin.display(description=_("invoice"))
    def shown_invoice(self, movement: Movement) -> str:
        return str(movement.invoice or "-")

    @admin.display(description=_("payment or credit note"))
    def shown_credit(self, movement: Movement) -> str:
        return str(movement.credit or "-")

    @admin.display(description=_("reason"))
    def shown_reason(self, movement: Movement) -> str:
        """What an import gave as reason is kept in English, and read in the reader's language."""
        return gettext(movement.reason) if movement.reason else "-"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Movement]:
        """With both sides, asked for once."""
        return super().get_queryset(request).select_related("invoice", "credit", "by")


class LedgerAdmin(Amounts, ReadOnlyScopedAdmin):
    """The ledger is written by imports, the API and operations; here it is read and checked."""

    list_filter = ["entity", "kind", "currency"]
    list_select_related = ["entity", "customer"]
    ordering = ["-pk"]
    actions = ["check_ledger"]

    @admin.action(description=_("Check all books: open amounts equal their movements"), permissions=["view"])
    def check_ledger(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Recompute the books of all entities of the person, whatever rows are ticked."""
        for entity in entities_of(request.user).order_by("code"):
            found = differences(entity)
            if not found:
                self.message_user(
                    request, _("%(entity)s: all agree.") % {"entity": entity.legal_name}, messages.SUCCESS
                )
                continue
            told = ngettext(
                "%(entity)s: %(count)s row differs. %(rows)s", "%(entity)s: %(count)s rows differ. %(rows)s", len(found)
            )
            rows = "; ".join(f"{row.item} {row.external_id}: {row.open_amount} ≠ {row.expected}" for row in found[:10])
            params = {"entity": entity.legal_name, "count": len(found), "rows": rows}
            self.message_user(request, told % params, messages.ERROR)


@admin.register(Invoice)
class InvoiceAdmin(LedgerAdmin):
    list_display = ["number", "customer", "kind", "issued_on", "due_on", "due_on_source", "shown_amount", "shown_open"]
    fields = [
        "entity", "customer", "external_id", "number", "installment", "kind", "debt_type", "issued_on", "due_on",
        "due_on_source", "shown_amount", "shown_open", "settled_on", "label",
    ]  # fmt: skip
    readonly_fields = ["shown_amount", "shown_open"]
    search_fields = ["=number", "=external_id", "=customer__external_id"]
    search_help_text = _("Number of the invoice, or account of the customer")
    inlines = [MovementInline]

    def get_urls(self) -> list[Any]:
        """Beside the usual pages, that which gives an amount up."""
        view = self.admin_site.admin_view(partial(write_off_admin.page, self))
        return [path("<int:pk>/write-off/", view, name="receivables_invoice_write_off"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the way to write off for who may."""
        more = {"may_write_off": changes_settings(request.user), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, more)


@admin.register(Credit)
class CreditAdmin(LedgerAdmin):
    list_display = ["__str__", "customer", "kind", "received_on", "shown_amount", "shown_open"]
    fields = [
        "entity", "customer", "external_id", "number", "kind", "received_on", "shown_amount", "shown_open",
        "names_invoice", "label",
    ]  # fmt: skip
    readonly_fields = ["shown_amount", "shown_open"]
    search_fields = ["=number", "=external_id", "=customer__external_id"]
    search_help_text = _("Reference of the payment, or account of the customer")
    inlines = [MovementInline]


__all__ = ["CreditAdmin", "InvoiceAdmin", "LedgerAdmin", "limitation_admin", "waiver_admin"]

"""Tables of customers and invoices."""

from decimal import Decimal
from typing import Any

import django_tables2
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from crm.accounts.calendars import Days
from crm.core import ageing, formats
from crm.core.tables import PageTable, amount as amount_cell
from crm.customers.models import Customer
from crm.receivables.models import Invoice

NOTHING = SafeString()
NO_AMOUNT = SafeString('<span class="soft">—</span>')


def _column(label: Any, css: str, *, end: bool = False, **options: Any) -> django_tables2.Column:
    side = " end" if end else ""
    attrs = {"th": {"class": f"col-{css}{side}"}, "td": {"class": f"cell-{css}{side}"}}
    return django_tables2.Column(accessor="pk", verbose_name=label, attrs=attrs, empty_values=(), **options)


def _name(customer: Customer) -> SafeString:
    where = " · ".join(filter(None, (customer.external_id, customer.city)))
    return format_html(
        '<a class="cell-main ellipsis" href="{}" data-row-link>{}</a><span class="cell-sub ellipsis">{}</span>',
        reverse("customer", args=[customer.pk]),
        customer.name,
        where,
    )


def _age(days: int) -> SafeString:
    if days <= 0:
        return NOTHING
    return format_html('<span class="tag age-{}">{}</span>', ageing.tone(days), gettext("%(days)d d") % {"days": days})


class CustomerTable(PageTable):
    """Name, what he owes, how old it is, whose he is."""

    name = _column(_("Customer"), "name")
    overdue = _column(_("Overdue"), "amount", end=True)
    outstanding = _column(_("Open amount"), "amount-2", end=True)
    age = _column(_("Age"), "age")
    kind = _column(_("Kind"), "owner")
    collector = _column(_("Collector"), "owner")

    class Meta(PageTable.Meta):
        row_attrs = {
            "data-row": lambda record: record.pk,
            "data-page": lambda record: reverse("customer", args=[record.pk]),
        }

    def __init__(
        self, rows: list[Customer], *, owed: dict[int, list[dict[str, Any]]], days: Days, **options: Any
    ) -> None:
        super().__init__(rows, **options)
        self.owed, self.days = owed, days

    def render_name(self, record: Customer) -> SafeString:
        """The link to his page."""
        return _name(record)

    def render_overdue(self, record: Customer) -> SafeString:
        """Open and late, one line per currency."""
        return self._amounts(record, "overdue", "amount")

    def render_outstanding(self, record: Customer) -> SafeString:
        """All that is open, and the money nothing was settled with yet: he may owe nothing."""
        waiting = [row for row in self.owed.get(record.pk, []) if row["unapplied"]]
        told = (
            (gettext("%(amount)s unapplied") % {"amount": formats.money(-row["unapplied"], row["currency"])},)
            for row in waiting
        )
        return self._amounts(record, "open", "soft") + format_html_join("", '<span class="cell-sub">{}</span>', told)

    def render_age(self, record: Customer) -> SafeString:
        """Days late of the oldest open invoice."""
        oldest = [row["oldest"] for row in self.owed.get(record.pk, [])]
        return _age((self.days.of(record.entity_id) - min(oldest)).days) if oldest else NOTHING

    def render_kind(self, record: Customer) -> str:
        """Professional, consumer…"""
        return str(record.get_kind_display())

    def render_collector(self, record: Customer) -> str:
        """Whose portfolio."""
        return str(record.collector) if record.collector else "—"

    def _amounts(self, record: Customer, name: str, css: str) -> SafeString:
        rows = [row for row in self.owed.get(record.pk, []) if row[name]]
        if not rows:
            return NO_AMOUNT
        amounts = ((amount_cell(Decimal(row[name]), row["currency"], f"d-block {css}"),) for row in rows)
        return format_html_join("", "{}", amounts)


class InvoiceTable(PageTable):
    """Number, customer, dates, amounts."""

    number = _column(_("Invoice"), "code")
    customer = _column(_("Customer"), "name")
    issued_on = _column(_("Issued"), "date")
    due_on = _column(_("Due"), "date", orderable=True)
    amount = _column(_("Amount"), "amount-2", end=True)
    open_amount = _column(_("Open"), "amount", end=True, orderable=True)
    age = _column(_("Age"), "age")

    class Meta(PageTable.Meta):
        row_attrs = {
            "data-row": lambda record: record.pk,
            "data-page": lambda record: reverse("customer", args=[record.customer_id]),
        }

    def __init__(self, rows: list[Invoice], *, days: Days, **options: Any) -> None:
        super().__init__(rows, **options)
        self.days = days

    def render_number(self, record: Invoice) -> SafeString:
        """Number, with the instalment and the kind where they say something."""
        part = gettext("part %(number)d") % {"number": record.installment} if record.installment > 1 else ""
        kind = "" if record.kind == "invoice" else str(record.get_kind_display())
        return format_html(
            '<span class="cell-main ellipsis">{}</span><span class="cell-sub">{}</span>',
            record.number,
            " · ".join(filter(None, (part, kind))),
        )

    def render_customer(self, record: Invoice) -> SafeString:
        """The link to his page."""
        return _name(record.customer)

    def render_issued_on(self, record: Invoice) -> SafeString:
        """A date."""
        return format_html('<span class="num">{}</span>', formats.day(record.issued_on))

    def render_due_on(self, record: Invoice) -> SafeString:
        """A date, marked when it is guessed."""
        guessed = gettext("guessed") if record.due_on_source == "guessed" else ""
        return format_html(
            '<span class="num">{}</span><span class="cell-sub">{}</span>', formats.day(record.due_on), guessed
        )

    def render_amount(self, record: Any) -> SafeString:
        """The original amount."""
        return amount_cell(record.amount, record.currency, "soft")

    def render_open_amount(self, record: Any) -> SafeString:
        """What is left."""
        return amount_cell(record.open_amount, record.currency, "amount")

    def render_age(self, record: Invoice) -> SafeString:
        """Days late, for what is open."""
        return _age((self.days.of(record.entity_id) - record.due_on).days) if record.settled_on is None else NOTHING

"""Tables of customers and invoices."""

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from crm.accounts.calendars import Days
from crm.core import ageing, formats
from crm.core.markup import NOTHING, fill
from crm.core.tables import PageTable, amount as amount_cell, column
from crm.customers.models import Customer
from crm.receivables.models import Invoice

NO_AMOUNT = SafeString('<span class="soft">—</span>')
NAME = '<a class="cell-main ellipsis" href="%s" data-row-link>%s</a><span class="cell-sub ellipsis">%s</span>'


def _name(customer: Customer, page: str, entity: str = "") -> SafeString:
    where = " · ".join(filter(None, (entity, customer.external_id, customer.city)))
    return fill(NAME, page, customer.name, where)


def _age(days: int) -> SafeString:
    if days <= 0:
        return NOTHING
    return fill('<span class="tag age-%s">%s</span>', ageing.tone(days), gettext("%(days)d d") % {"days": days})


def _unapplied(row: dict[str, Any]) -> SafeString:
    told = gettext("%(amount)s unapplied") % {"amount": formats.money(-row["unapplied"], row["currency"])}
    return fill('<span class="cell-sub waiting">%s</span>', told)


class CustomerTable(PageTable):
    """Name, what he owes, how old it is, whose he is; `codes` of the entities where there are several."""

    name = column(_("Customer"), "name")
    overdue = column(_("Overdue"), "amount", end=True)
    outstanding = column(_("Open amount"), "amount-2", end=True)
    age = column(_("Age"), "age")
    kind = column(_("Kind"), "owner")
    collector = column(_("Collector"), "owner")

    class Meta(PageTable.Meta):
        """The library does not inherit it."""

    def __init__(
        self,
        rows: list[Customer],
        *,
        owed: dict[int, list[dict[str, Any]]],
        days: Days,
        codes: dict[int, str],
        **options: Any,
    ) -> None:
        super().__init__(rows, **options)
        self.owed, self.days, self.codes = owed, days, codes

    def customer_of(self, record: Customer) -> int:
        """Himself."""
        return record.pk

    def render_name(self, record: Customer) -> SafeString:
        """The link to his page."""
        return _name(record, self.page_of(record.pk), self.codes.get(record.entity_id, ""))

    def render_overdue(self, record: Customer) -> SafeString:
        """Open and late, one line per currency."""
        return self._amounts(record, "overdue", "amount")

    def render_outstanding(self, record: Customer) -> SafeString:
        """All that is open, and the money nothing was settled with yet: he may owe nothing."""
        waiting = [row for row in self.owed.get(record.pk, []) if row["unapplied"]]
        return SafeString(self._amounts(record, "open", "soft") + "".join(map(_unapplied, waiting)))

    def render_age(self, record: Customer) -> SafeString:
        """Days late of the oldest open invoice."""
        oldest = [row["oldest"] for row in self.owed.get(record.pk, []) if row["oldest"]]
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
        return SafeString("".join(amount_cell(Decimal(row[name]), row["currency"], f"d-block {css}") for row in rows))


class InvoiceTable(PageTable):
    """Number, customer, dates, amounts."""

    number = column(_("Invoice"), "code")
    customer = column(_("Customer"), "name")
    issued_on = column(_("Issued"), "date")
    due_on = column(_("Due"), "date", orderable=True)
    amount = column(_("Amount"), "amount-2", end=True)
    open_amount = column(_("Open"), "amount", end=True, orderable=True)
    age = column(_("Age"), "age")

    class Meta(PageTable.Meta):
        """The library does not inherit it."""

    def __init__(self, rows: list[Invoice], *, days: Days, **options: Any) -> None:
        super().__init__(rows, **options)
        self.days = days

    def customer_of(self, record: Invoice) -> int:
        """Who owes it."""
        return record.customer_id

    def render_number(self, record: Invoice) -> SafeString:
        """Number, with the instalment and the kind where they say something."""
        part = gettext("part %(number)d") % {"number": record.installment} if record.installment > 1 else ""
        kind = "" if record.kind == "invoice" else str(record.get_kind_display())
        said = " · ".join(filter(None, (part, kind)))
        return fill('<span class="cell-main ellipsis">%s</span><span class="cell-sub">%s</span>', record.number, said)

    def render_customer(self, record: Invoice) -> SafeString:
        """The link to his page."""
        return _name(record.customer, self.page_of(record.customer_id))

    def render_issued_on(self, record: Invoice) -> SafeString:
        """A date."""
        return fill('<span class="num">%s</span>', formats.day(record.issued_on))

    def render_due_on(self, record: Invoice) -> SafeString:
        """A date, marked when it is guessed."""
        guessed = gettext("guessed") if record.due_on_source == "guessed" else ""
        return fill('<span class="num">%s</span><span class="cell-sub">%s</span>', formats.day(record.due_on), guessed)

    def render_amount(self, record: Any) -> SafeString:
        """The original amount."""
        return amount_cell(record.amount, record.currency, "soft")

    def render_open_amount(self, record: Any) -> SafeString:
        """What is left."""
        return amount_cell(record.open_amount, record.currency, "amount")

    def render_age(self, record: Invoice) -> SafeString:
        """Days late, for what is open."""
        return _age((self.days.of(record.entity_id) - record.due_on).days) if record.settled_on is None else NOTHING

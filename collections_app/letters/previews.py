"""A template tried on a real customer: whom to choose, what he owes today."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Value

from collections_app.letters.compose import Composed, compose
from collections_app.letters.lines import Line
from collections_app.letters.models import Template, TemplateVersion, Tone
from crm.customers.models import Customer, CustomerKind, PlainText
from crm.holds.queries import NetItem, first_owing_late, net_items
from crm.receivables.models import Invoice

OLD_ENOUGH_FOR_A_NOTICE = 30
TRIED = 10  # customers looked at for a sample


def sample_customer(template: Template, user: Any, *, search: str = "", on: date) -> Customer | None:
    """The customer whose account or name answers `search`; without a search, one who owes something and is of the
    kind the template is for. Only among those the user may see."""
    seen = Customer.objects.visible_to(user).filter(entity=template.entity).current()
    seen = seen.select_related("entity", "collector")
    if search.strip():
        return seen.filter(external_id__iexact=search.strip()).first() or _named(seen, search.strip()).first()
    wanted = seen.filter(kind=CustomerKind.CONSUMER) if template.for_consumers else seen
    owing = Invoice.objects.filter(entity=template.entity).overdue(on).values("customer")
    late = list(wanted.filter(pk__in=owing[:200])[:TRIED])
    return first_owing_late(late, on=on) or wanted.first() or seen.first()


def _named(customers: QuerySet[Customer], name: str) -> QuerySet[Customer]:
    return customers.annotate(plain_name=PlainText(F("name"))).filter(plain_name__contains=PlainText(Value(name)))


def lines_of(customer: Customer, *, on: date) -> tuple[str, list[Line]]:
    """Currency he owes most items in, and his open items in it, net of unapplied money. Held ones are left out."""
    items = [item for item in net_items(customer, on=on) if item.held is None and item.net_amount > 0]
    currencies = [item.currency for item in items]
    currency = max(set(currencies), key=currencies.count, default=customer.entity.currency)
    chosen = [item for item in items if item.currency == currency]
    invoices = Invoice.objects.in_bulk([item.invoice_id for item in chosen])
    oldest = max(((on - item.due_on).days for item in chosen), default=0)
    return currency, [Line(invoices[item.invoice_id], item.net_amount, _reached(item, oldest, on)) for item in chosen]


def _reached(item: NetItem, oldest: int, on: date) -> bool:
    """In a preview, what is old enough for a notice; everything late when nothing is."""
    return (on - item.due_on).days >= min(OLD_ENOUGH_FOR_A_NOTICE, oldest)


def composed(
    version: TemplateVersion, customer: Customer, *, on: date, sender: Any = None, to_read: bool = False
) -> Composed:
    """The version, saved or not, filled for the customer as of today; `to_read` as in `compose`. Raises
    TemplateFault, NotDrawn."""
    currency, lines = lines_of(customer, on=on)
    template = version.template
    if template.tone == Tone.PREVENTIVE:
        lines = [line for line in lines if line.invoice.due_on >= on] or lines
    return compose(
        template, customer, currency=currency, lines=lines, on=on, version=version, sender=sender, to_read=to_read
    )

"""Merges that came after a day: who is shown with whom when that day is asked for."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from crm.customers.models import Customer
from crm.customers.operations.merging import MERGED_INTO
from crm.timeline.models import Entry


@dataclass(frozen=True)
class Merged:
    """`duplicate` was merged into `kept` on a day of their entity."""

    kept: Customer
    duplicate: Customer
    on: date


def merged_since(customer: Customer, on: date) -> list[Merged]:
    """Merges on that day or after it into the customer, the oldest first; of a duplicate his own, whenever it came.

    Invoices, payments and actions of the duplicate have gone over to the customer that was kept, on every day before
    it too; what nights decided of him stays his.
    """
    zone, own = ZoneInfo(customer.entity.time_zone), [customer] if customer.merged_into_id else []
    duplicates = {one.pk: one for one in [*customer.merged.select_related("merged_into"), *own]}
    told = Entry.objects.filter(customer__in=list(duplicates), subject=MERGED_INTO).order_by("at")
    days = [(duplicates[entry.customer_id], entry.at.astimezone(zone).date()) for entry in told]
    return [Merged(_kept(one), one, day) for one, day in days if one == customer or day >= on]


def _kept(duplicate: Customer) -> Customer:
    assert duplicate.merged_into is not None
    return duplicate.merged_into

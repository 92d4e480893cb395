"""Merges that came after a day: who is shown with whom when that day is asked for."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q

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
    zone = ZoneInfo(customer.entity.time_zone)
    of_both = Q(customer__merged_into=customer) | Q(customer=customer, customer__merged_into__isnull=False)
    told = Entry.objects.filter(of_both, subject=MERGED_INTO).select_related("customer__merged_into").order_by("at")
    found = [Merged(_kept(entry), entry.customer, entry.at.astimezone(zone).date()) for entry in told]
    return [merged for merged in found if merged.duplicate.pk == customer.pk or merged.on >= on]


def _kept(entry: Entry) -> Customer:
    assert entry.customer.merged_into is not None
    return entry.customer.merged_into

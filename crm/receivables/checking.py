"""Is the ledger consistent? Recomputed from the movements, without trusting what keeps it so."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crm.accounts.models import Entity
from crm.core.sql import rows
from crm.customers.models import Customer
from crm.customers.operations.merging import take_over

OF_MERGED = ("merged_invoice", "merged_credit")


@dataclass(frozen=True)
class Difference:
    """A row that contradicts its movements. `item`: invoice, credit, or movement (it names what is of another ledger;
    then `open_amount` and `expected` are empty); merged_invoice and merged_credit are of a customer merged into another
    (`expected` is empty: it is to be moved to who stands for him)."""

    item: str
    id: int
    external_id: str
    customer_id: int
    currency: str
    amount: Decimal
    open_amount: Decimal | None
    expected: Decimal | None


def differences(entity: Entity | None = None) -> list[Difference]:
    """Rows of an entity (or of all) that contradict their movements or are of a merged customer; empty when all is
    well. One statement."""
    found = rows("crm.receivables", "differences", {"entity": entity.pk if entity else None})
    return [Difference(**row) for row in found]


def take_over_of_merged(entity: Entity | None = None, *, at: datetime) -> None:
    """Move what stands on merged records of an entity (or of all) to the customers in use."""
    merged = {row.customer_id for row in differences(entity) if row.item in OF_MERGED}
    for customer in Customer.objects.filter(pk__in=merged).order_by("pk"):
        take_over(customer, at=at)

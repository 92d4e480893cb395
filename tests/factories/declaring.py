"""A customer in insolvency proceedings, and the task to declare what he owes."""

from datetime import UTC, date, datetime
from typing import Any

from collections_app.actions.models import Action
from crm.customers.models import Customer
from crm.events.operations import deliver_waiting
from crm.holds.models import Hold
from crm.holds.operations import place_hold
from tests.factories.receivables import InvoiceFactory

# Two months after it, by French law: 15 April 2026.
JUDGMENT, LAST_DAY = date(2026, 2, 15), date(2026, 4, 15)
ENTERED_ON, ENTERED_AT = date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC)


def insolvent(customer: Customer, **given: Any) -> Hold:
    """Entered on 2 March 2026: of a judgment of 15 February, unless said otherwise."""
    said: dict[str, Any] = {"kind": "insolvency", "reason": "RJ", "born_before": JUDGMENT, "starts_on": ENTERED_ON}
    return place_hold(customer, **{"at": ENTERED_AT, **said, **given})


def tell(at: datetime = ENTERED_AT) -> int:
    """The house hears of what was entered."""
    return deliver_waiting("declarations", at=at)


def to_declare(customer: Customer, **given: Any) -> Action:
    """The task of a customer whose proceedings were entered."""
    insolvent(customer, **given)
    tell()
    return Action.objects.select_related("customer", "entity").get(kind="declaration", customer=customer)


def claim(customer: Customer, amount: int, **given: Any) -> Any:
    """An invoice born before the judgment, due by then."""
    return InvoiceFactory(customer=customer, amount=amount, **given)

"""Questions about customers and how to reach them."""

from datetime import date

from django.db.models import DateField, Func, TextField, Value

from crm.core.among import Among
from crm.core.sql import statement
from crm.customers.models import REFUSED, Address, Customer


class BestAddress(Func):
    """SQL `customer_best_address(customer id, channel, date)`: the id of the address to use, or null."""

    function = "customer_best_address"
    output_field = Address._meta.pk


def still_refused(address: Address) -> bool:
    """Whether the same address is refused in some file, of whichever entity: nothing leaves to it then."""
    return Address.objects.filter(REFUSED, channel=address.channel, value=address.value).exists()


def best_addresses(among: Among) -> str:
    """SELECT (customer_id, channel, address_id) of where to reach each of these customers, in the order of
    `best_address`. Its parameters: on, and those of `among`."""
    return among.within(statement("crm.customers", "best_addresses"))


def best_address(customer: Customer, channel: str, on: date) -> Address | None:
    """Where to reach a customer by a channel on a date, or None.

    The dunning contact comes first, then the customer's own addresses, then whoever receives the invoices, then the
    others; among them the preferred one, then the one sent last, then the oldest. Only addresses valid on that date,
    never one found invalid, opted out or refused. Statements over many customers join `best_addresses(among)`.
    """
    wanted = BestAddress(
        Value(customer.pk), Value(channel, TextField()), Value(on, DateField()), output_field=Address._meta.pk
    )
    return Address.objects.filter(pk=wanted).select_related("contact").first()

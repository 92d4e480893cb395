"""Refusals of holds, worded for a person in the active language."""

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.customers.models import Customer
from crm.holds.models import Hold
from crm.receivables.models import Invoice


class HoldRefused(Exception):
    """What was given makes no hold; `errors` names each field (or None) and what is wrong with it."""

    def __init__(self, error: ValidationError) -> None:
        self.errors = error.message_dict
        super().__init__(error)

    def __str__(self) -> str:
        return " ".join(message for messages in self.errors.values() for message in messages)


class OtherCustomersInvoice(Exception):
    def __init__(self, invoice: Invoice, customer: Customer) -> None:
        self.invoice, self.customer = invoice, customer
        super().__init__(invoice.pk, customer.pk)

    def __str__(self) -> str:
        return _("%(invoice)s is not an invoice of %(customer)s.") % {
            "invoice": self.invoice,
            "customer": self.customer,
        }


class AlreadyHeld(Exception):
    """The same suspension stands already."""

    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        super().__init__(hold.pk)

    def __str__(self) -> str:
        return _("This suspension stands already, since %(date)s.") % {"date": date_format(self.hold.starts_on)}


class AlreadyEnded(Exception):
    def __init__(self, hold: Hold) -> None:
        self.hold = hold
        super().__init__(hold.pk)

    def __str__(self) -> str:
        ended_on = Hold.objects.values_list("ended_on", flat=True).get(pk=self.hold.pk)
        return _("This suspension ended already, on %(date)s.") % {"date": date_format(ended_on) if ended_on else "?"}


class AlreadyMistake(AlreadyEnded):
    def __str__(self) -> str:
        return _("This suspension is known as placed by mistake already.")

"""Refusals of the ledger; each message tells a person what is in the way."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.core.formats import money


class LedgerRefusal(Exception):
    """A change of the ledger that is not allowed. `str()` is worded for a person, in the active language."""

    message: Any = _("The ledger refuses this change.")

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(details)

    def __str__(self) -> str:
        return str(self.message) % {name: self._worded(value) for name, value in self.details.items()}

    def _worded(self, value: Any) -> Any:
        if isinstance(value, Decimal) and "money_of" in self.details:
            return money(value, self.details["money_of"])
        return value


class InvalidAmount(LedgerRefusal):
    message = _(
        "%(amount)s is not an amount in %(currency)s: it must be above zero, with at most %(decimals)s decimals."
    )


class AlreadyRecorded(LedgerRefusal):
    message = _("%(external_id)s already exists in the books of %(entity)s.")


class MoreThanOpen(LedgerRefusal):
    message = _("%(amount)s is more than what is left: %(open_amount)s on %(item)s.")


class OpenAmountChanged(LedgerRefusal):
    message = _("%(open_amount)s is open on %(item)s now, no longer what the page showed: read it, and decide again.")


class MoreThanMoved(LedgerRefusal):
    message = _("%(amount)s would open %(item)s beyond its amount: only %(moved_amount)s was taken off it.")


class OtherCurrency(LedgerRefusal):
    message = _("%(credit)s is in %(credit_currency)s and %(invoice)s in %(invoice_currency)s: exchange it first.")


class OtherCustomer(LedgerRefusal):
    message = _("%(credit)s and %(invoice)s belong to two customers.")


class NotAnAllocation(LedgerRefusal):
    message = _("Only an allocation can be undone; the opposite of another movement is recorded by its own operation.")


class NotAWriteOff(LedgerRefusal):
    message = _("Only a write-off can be taken back so.")


class NoLongerInBooks(LedgerRefusal):
    message = _("The last list of the books shows %(books_amount)s open on %(item)s: no more of it can be claimed.")


class AlreadyUndone(LedgerRefusal):
    message = _("This movement was undone already.")


class NoDueDate(LedgerRefusal):
    message = _("An invoice has at least one due date.")


class AppliedByAFile(LedgerRefusal):
    message = _("%(amount)s was applied to %(invoice)s by a file of the books: correct it there, the next one says so.")

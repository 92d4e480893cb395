"""Refusals about customers, worded for a person in the active language."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class CustomerRefusal(Exception):
    """A change of a customer that is not allowed."""

    message: Any = _("This change of the customer is not allowed.")

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(details)

    def __str__(self) -> str:
        return str(self.message) % self.details


class OtherEntity(CustomerRefusal):
    message = _("%(duplicate)s and %(kept)s belong to two entities: their books are never merged.")


class SameCustomer(CustomerRefusal):
    message = _("A customer is not merged with himself.")


class AlreadyMerged(CustomerRefusal):
    message = _("%(customer)s was merged into %(into)s already.")


class RelationWithoutHandler(CustomerRefusal):
    message = _("Nothing says what a merge does with %(relations)s: the merge stops.")


class AddressKnown(CustomerRefusal):
    message = _("%(address)s is already recorded for this customer.")


class NoLongerUsed(CustomerRefusal):
    message = _("%(address)s is recorded for this customer and used no longer: say on his page that it is used again.")


class NotOfThisCustomer(CustomerRefusal):
    message = _("%(contact)s is not a contact of %(customer)s.")

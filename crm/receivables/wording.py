"""Msgids of the timeline entries of the ledger, filled and translated when they are read."""

from django.utils.translation import gettext_noop

from crm.receivables.models import CreditKind, MovementKind

INVOICE_RECORDED = gettext_noop("Invoice %(number)s recorded: %(amount)s")
CREDIT_RECORDED: dict[str, str] = {
    CreditKind.PAYMENT: gettext_noop("Payment %(number)s recorded: %(amount)s"),
    CreditKind.CREDIT_NOTE: gettext_noop("Credit note %(number)s recorded: %(amount)s"),
    CreditKind.OPENING: gettext_noop("Opening balance %(number)s recorded: %(amount)s"),
    CreditKind.ADJUSTMENT: gettext_noop("Adjustment %(number)s recorded: %(amount)s"),
}
MOVED: dict[str, str] = {
    MovementKind.ALLOCATED: gettext_noop("%(amount)s of %(credit)s allocated to %(invoice)s"),
    MovementKind.UNALLOCATED: gettext_noop("Allocation of %(amount)s of %(credit)s to %(invoice)s undone"),
    MovementKind.WRITTEN_OFF: gettext_noop("%(amount)s written off on %(item)s"),
    MovementKind.CLOSED_IN_LEDGER: gettext_noop("%(amount)s closed in the ledger on %(item)s"),
    MovementKind.REOPENED: gettext_noop("%(amount)s reopened on %(item)s"),
    MovementKind.ADJUSTED: gettext_noop("%(amount)s adjusted on %(item)s"),
    MovementKind.REFUNDED: gettext_noop("%(amount)s of %(item)s refunded"),
}

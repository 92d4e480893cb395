from crm.receivables.models.law import ChargeKind, FormalNotice, Interruption, InterruptionKind, Waiver
from crm.receivables.models.ledger import (
    Credit,
    CreditKind,
    DayTally,
    DebtType,
    DueSource,
    ForeignAccount,
    Invoice,
    InvoiceKind,
    InvoiceQuerySet,
    Movement,
    MovementKind,
)

__all__ = [
    "ChargeKind",
    "Credit",
    "CreditKind",
    "DayTally",
    "DebtType",
    "DueSource",
    "ForeignAccount",
    "FormalNotice",
    "Interruption",
    "InterruptionKind",
    "Invoice",
    "InvoiceKind",
    "InvoiceQuerySet",
    "Movement",
    "MovementKind",
    "Waiver",
]

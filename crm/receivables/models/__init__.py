from crm.receivables.models.law import ChargeKind, FormalNotice, Interruption, InterruptionKind, Waiver
from crm.receivables.models.ledger import (
    Credit,
    CreditKind,
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

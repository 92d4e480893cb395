"""Recording what interrupts limitation: nothing is computed here, the gate "limitation" reads these facts."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy, gettext_noop

from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.customers.models import Customer
from crm.customers.operations import in_use
from crm.law.rules import interrupts
from crm.receivables.models import Interruption, InterruptionKind, Invoice
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from crm.timeline.params import Msgid

RECORDED = gettext_noop("Limitation interrupted on %(on)s: %(kind)s")
ENDED = gettext_noop("Legal action ended on %(on)s: limitation runs again")
VOID = gettext_noop("Legal action withdrawn or lost: it interrupted nothing")
WORDS = {
    InterruptionKind.ACKNOWLEDGEMENT: gettext_noop("written acknowledgement of the debt"),
    InterruptionKind.LAWSUIT: gettext_noop("legal action"),
    InterruptionKind.ENFORCEMENT: gettext_noop("enforcement measure"),
    InterruptionKind.DEMAND: gettext_noop("written demand (public bodies)"),
}
INTERRUPTS_NOTHING = gettext_lazy("By the law this debt is under, that does not interrupt its limitation.")


@transaction.atomic
def record_interruption(
    customer: Customer,
    *,
    kind: str,
    on: date,
    reference: str,
    invoice: Invoice | None = None,
    by: User | None,
    at: datetime,
) -> Interruption:
    """Keep that limitation started again on that day, with the document that proves it; of a customer who was merged,
    on the one he was merged into. Raises ValidationError, also where the law lets no such fact interrupt anything."""
    customer = in_use(customer)
    if invoice and not Invoice.objects.filter(pk=invoice.pk, customer=customer).exists():
        raise ValidationError({"invoice": _("This invoice is another customer’s.")})
    if not can_interrupt(customer, invoice, kind, at=at):
        raise ValidationError({"kind": INTERRUPTS_NOTHING})
    interruption = Interruption(
        entity_id=customer.entity_id,
        customer=customer,
        invoice=invoice,
        kind=kind,
        on=on,
        reference=reference,
        by=by,
        at=at,
    )
    interruption.full_clean(exclude=["by"])
    interruption.save()
    _tell(interruption, RECORDED, by=by, at=at)
    return interruption


def can_interrupt(customer: Customer, invoice: Invoice | None, kind: str, *, at: datetime) -> bool:
    """Whether the law of the entity lets such a fact start the limitation of that invoice again; without invoice, that
    of debts no rule of their own is for."""
    return interrupts(
        kind,
        jurisdiction=customer.entity.jurisdiction,
        customer_kind=customer.kind,
        debt_type=invoice.debt_type if invoice else "",
        on=today(customer.entity, at),
    )


@transaction.atomic
def end_proceedings(interruption: Interruption, *, on: date, void: bool, by: User | None, at: datetime) -> None:
    """The legal action ended that day: limitation runs again, as if nothing had been when it is `void`. Raises
    ValidationError."""
    interruption.ended_on, interruption.void = on, void
    interruption.full_clean(exclude=["by"])
    interruption.save(update_fields=["ended_on", "void"])
    _tell(interruption, VOID if void else ENDED, by=by, at=at)


def _tell(interruption: Interruption, subject: str, *, by: User | None, at: datetime) -> None:
    record(
        interruption.customer,
        EntryKind.CHANGE,
        subject,
        at=at,
        by=by,
        params={
            "on": interruption.ended_on or interruption.on,
            "kind": Msgid(WORDS[InterruptionKind(interruption.kind)]),
        },
        text=interruption.reference,
    )

"""Placing, lifting and ending holds."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_noop

from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.customers.operations import in_use
from crm.events.operations import emit
from crm.holds.exceptions import AlreadyEnded, AlreadyHeld, HoldRefused, OtherCustomersInvoice
from crm.holds.models import Hold, HoldKind, HoldOutcome
from crm.holds.queries import others_holding
from crm.receivables.models import Invoice
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from crm.timeline.params import Msgid

# Without end, and until a day.
ON_CUSTOMER = (
    gettext_noop("Dunning suspended: %(kind)s, from %(from)s"),
    gettext_noop("Dunning suspended: %(kind)s, from %(from)s to %(until)s"),
)
ON_INVOICE = (
    gettext_noop("Dunning suspended on %(invoice)s: %(kind)s, from %(from)s"),
    gettext_noop("Dunning suspended on %(invoice)s: %(kind)s, from %(from)s to %(until)s"),
)
ON_CLAIMS = (
    gettext_noop("Dunning suspended on what was born before %(born_before)s: %(kind)s, from %(from)s"),
    gettext_noop("Dunning suspended on what was born before %(born_before)s: %(kind)s, from %(from)s to %(until)s"),
)
LIFTED = gettext_noop("Suspension lifted (%(kind)s): dunning resumes")
LIFTED_IN_PART = gettext_noop("Suspension lifted (%(kind)s); what another one covers stays suspended")
# The labels of HoldKind as msgids: what is written today is read in another language tomorrow.
HOLD_KINDS: dict[str, str] = {
    HoldKind.DISPUTE: gettext_noop("dispute"),
    HoldKind.PROMISE: gettext_noop("promise"),
    HoldKind.PLAN: gettext_noop("payment plan"),
    HoldKind.INSOLVENCY: gettext_noop("insolvency proceedings"),
    HoldKind.LEGAL: gettext_noop("legal action"),
    HoldKind.MANUAL: gettext_noop("decided by a person"),
    HoldKind.LIMITATION: gettext_noop("limitation run out"),
}
HOLD_ENDED = gettext_noop("Hold ended: dunning resumes")
HOLD_ENDED_IN_PART = gettext_noop("Hold ended; what another one covers stays suspended")

END_EXPIRED = """
with ended as (
    update holds_hold set ended_on = ends_on + 1, outcome = 'expired'
    where entity_id = %(entity)s and ended_on is null and ends_on < %(on)s
    returning id, entity_id, customer_id, invoice_id
), told as (
    insert into timeline_entry (at, entity_id, customer_id, kind, subject, about, about_id)
    select %(at)s, entity_id, customer_id, 'hold', case when exists (
        select from holds_hold other
        where other.customer_id = ended.customer_id and other.ended_on is null
          and other.starts_on <= %(on)s and (other.ends_on is null or other.ends_on >= %(on)s)
          and (other.invoice_id is null or ended.invoice_id is null or other.invoice_id = ended.invoice_id)
    ) then %(in_part)s else %(wholly)s end, 'hold', id from ended
)
select count(*) from ended
"""


@transaction.atomic
def place_hold(
    customer: Customer,
    *,
    kind: str,
    reason: str,
    starts_on: date,
    ends_on: date | None = None,
    invoice: Invoice | None = None,
    born_before: date | None = None,
    by: User | None = None,
    at: datetime,
) -> Hold:
    """Suspend dunning of one invoice, of the claims born before a date, or (neither given) of the whole customer.

    In force from `starts_on` to `ends_on` included; without end, until it is lifted. Of a customer who was merged it is
    placed on the one he was merged into.
    Raises HoldRefused (two scopes, end before start, no reason, a promise without its day or of one too far, a
    judgment to come), OtherCustomersInvoice, and AlreadyHeld when one in force says the same.
    """
    customer = in_use(customer)
    if invoice and not Invoice.objects.filter(pk=invoice.pk, customer=customer).exists():
        raise OtherCustomersInvoice(invoice, customer)
    hold = Hold(
        entity_id=customer.entity_id,
        customer=customer,
        invoice=invoice,
        born_before=born_before,
        kind=kind,
        reason=reason,
        starts_on=starts_on,
        ends_on=ends_on,
        author=by,
        created_at=at,
    )
    try:
        hold.full_clean(exclude=["author"])
    except ValidationError as error:
        raise HoldRefused(error) from error
    if same := _saying_the_same(hold):
        raise AlreadyHeld(same)
    hold.save()
    _tell(hold, *_placed(hold), text=reason, by=by, at=at)
    emit("hold.placed", entity_id=hold.entity_id, customer_id=hold.customer_id, payload={"hold_id": hold.pk}, at=at)
    return hold


def _saying_the_same(hold: Hold) -> Hold | None:
    # Whoever places one has locked the customer: of two clicks the second sees what the first wrote.
    said = {name: getattr(hold, name) for name in ("customer", "invoice", "born_before", "kind", "reason", "ends_on")}
    return Hold.objects.filter(**said, starts_on__lte=hold.starts_on, ended_on=None).first()


@transaction.atomic
def lift_hold(
    hold: Hold, *, on: date, outcome: str = HoldOutcome.LIFTED, reason: str = "", by: User | None = None, at: datetime
) -> bool:
    """End a hold: from `on` it no longer holds. `outcome`: lifted by a person, settled, or placed by mistake. Returns
    whether dunning of all it covered resumes: no other one covers any of it that day. Raises AlreadyEnded."""
    # A hold lifted before it began never held anything.
    ended_on = max(on, hold.starts_on)
    if not Hold.objects.filter(pk=hold.pk, ended_on=None).update(ended_on=ended_on, outcome=outcome):
        raise AlreadyEnded(hold)
    hold.ended_on, hold.outcome = ended_on, outcome
    resumes = not others_holding(hold, on=on).exists()
    subject = LIFTED if resumes else LIFTED_IN_PART
    _tell(hold, subject, {"kind": Msgid(_kind(hold))}, text=reason, by=by, at=at)
    return resumes


def _kind(hold: Hold) -> str:
    """The msgid of the kind: its label as the source writes it."""
    return HOLD_KINDS[hold.kind]


def _placed(hold: Hold) -> tuple[str, dict[str, object]]:
    params: dict[str, object] = {"kind": Msgid(_kind(hold)), "from": hold.starts_on}
    until = hold.ends_on is not None
    if until:
        params["until"] = hold.ends_on
    if hold.invoice:
        return ON_INVOICE[until], params | {"invoice": str(hold.invoice)}
    if hold.born_before:
        return ON_CLAIMS[until], params | {"born_before": hold.born_before}
    return ON_CUSTOMER[until], params


def _tell(hold: Hold, subject: str, params: dict[str, object], *, text: str, by: User | None, at: datetime) -> None:
    customer = hold.customer
    record(customer, EntryKind.HOLD, subject, params=params, text=text, by=by, at=at, about="hold", about_id=hold.pk)
    payload = {"what": "hold", "hold_id": hold.pk, "kind": hold.kind, "ended": hold.ended_on is not None}
    emit("facts.changed", entity_id=hold.entity_id, customer_id=hold.customer_id, payload=payload, at=at)


def end_expired_holds(entity: Entity, *, on: date, at: datetime) -> int:
    """End, in one statement, the holds whose last day is before `on`; how many. Each is told in the timeline."""
    params: dict[str, Any] = {
        "entity": entity.pk,
        "on": on,
        "at": at,
        "wholly": HOLD_ENDED,
        "in_part": HOLD_ENDED_IN_PART,
    }
    with connection.cursor() as cursor:
        cursor.execute(END_EXPIRED, params)
        return int(cursor.fetchone()[0])

"""Placing, lifting and ending holds."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from crm.accounts.models import Entity, User
from crm.core.sql import rows
from crm.customers.models import Customer
from crm.customers.operations import in_use
from crm.events.operations import emit
from crm.holds.exceptions import AlreadyEnded, AlreadyHeld, AlreadyMistake, HoldRefused, OtherCustomersInvoice
from crm.holds.models import Hold, HoldKind, HoldOutcome
from crm.holds.queries import resuming
from crm.receivables.models import Invoice
from crm.timeline.models import Entry, EntryKind
from crm.timeline.operations import entry
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
MISTAKE = gettext_noop("The suspension ended on %(ended_on)s (%(kind)s) had been placed by mistake")
INSOLVENCY_MISTAKE = gettext_noop(
    "The suspension ended on %(ended_on)s (%(kind)s) had been placed by mistake: late charges run as if it never was"
)
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
HOLD_SETTLED = gettext_noop("Suspension ended: nothing is left to pay of %(invoice)s")
HELD_AGAIN = gettext_noop("%(invoice)s is open again: suspended as before")

# A hold lifted before it began never held anything.
LIFT = """
update holds_hold set ended_on = greatest(starts_on, %(on)s), outcome = %(outcome)s, ended_at = %(at)s,
       mistaken_at = case when %(outcome)s = 'mistake' then %(at)s::timestamptz end
where id = any(%(ids)s) and ended_on is null
returning id, ended_on
"""
END_EXPIRED = """
with ended as (
    update holds_hold set ended_on = ends_on + 1, outcome = 'expired', ended_at = %(at)s
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
    amount: Decimal | None = None,
    currency: str = "",
    by: User | None = None,
    at: datetime,
) -> Hold:
    """Suspend dunning of one invoice, of the claims born before a date, or (neither given) of the whole customer.

    In force from `starts_on` to `ends_on` included; without end, until it is lifted. `amount`: how much is promised,
    where that is not all, in its `currency`. Of a customer who was merged it is
    placed on the one he was merged into.
    Raises HoldRefused (two scopes, end before start, no reason, a promise without its day or of one too far, a
    judgment to come), OtherCustomersInvoice, and AlreadyHeld when one in force says the same.
    """
    said = {"kind": kind, "reason": reason, "starts_on": starts_on, "ends_on": ends_on, "born_before": born_before}
    said |= {"amount": amount, "currency": currency}
    placed, standing = _place(customer, [invoice], **said, author=by, created_at=at)
    if standing:
        raise AlreadyHeld(standing[0])
    return placed[0]


def place_holds(customer: Customer, invoices: Sequence[Invoice], **said: Any) -> list[Hold]:
    """As `ensure_holds`; the holds placed."""
    return ensure_holds(customer, invoices, **said)[0]


@transaction.atomic
def ensure_holds(
    customer: Customer,
    invoices: Sequence[Invoice],
    *,
    kind: str,
    reason: str,
    starts_on: date,
    ends_on: date | None = None,
    born_before: date | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    by: User | None = None,
    at: datetime,
) -> tuple[list[Hold], list[Hold]]:
    """Suspend dunning of each of these invoices or, where there is none, of the whole customer or of his claims born
    before a date: as `place_hold` does, in as many statements for many as for one, and with one event. Returns the
    holds placed, and those that say the same already, which stay. Raises HoldRefused, OtherCustomersInvoice."""
    said = {"kind": kind, "reason": reason, "starts_on": starts_on, "ends_on": ends_on, "born_before": born_before}
    said |= {"amount": amount, "currency": currency}
    return _place(customer, invoices or (None,), **said, author=by, created_at=at)


def _place(customer: Customer, invoices: Iterable[Invoice | None], **said: Any) -> tuple[list[Hold], list[Hold]]:
    """The holds placed, and those that said the same already."""
    # Whoever places one locks the customer: of two clicks the second sees what the first wrote.
    customer = in_use(customer)
    scopes = list(dict.fromkeys(invoices))
    _check_owner(customer, scopes)
    holds = [Hold(entity_id=customer.entity_id, customer=customer, invoice=scope, **said) for scope in scopes]
    try:
        # They differ by the invoice alone; of a new one nobody says that it is a mistake, and of most no amount: what
        # is not said is not asked of the database.
        unsaid = ["amount", "currency"] if holds[0].amount is None else []
        holds[0].full_clean(exclude=["author", "mistaken_at", *unsaid])
    except ValidationError as error:
        raise HoldRefused(error) from error
    standing = {hold.invoice_id: hold for hold in _saying_the_same(holds)}
    placed = Hold.objects.bulk_create(hold for hold in holds if hold.invoice_id not in standing)
    if placed:
        one, at = placed[0], placed[0].created_at
        _tell([(hold, *_placed(hold)) for hold in placed], text=one.reason, by=one.author, at=at)
        payload = {"hold_ids": [hold.pk for hold in placed]}
        emit("hold.placed", entity_id=customer.entity_id, customer_id=customer.pk, payload=payload, at=at)
    return placed, list(standing.values())


def _check_owner(customer: Customer, invoices: list[Invoice | None]) -> None:
    named = [invoice for invoice in invoices if invoice is not None]
    keys = [invoice.pk for invoice in named]
    own = set(Invoice.objects.filter(pk__in=keys, customer=customer).values_list("pk", flat=True)) if keys else set()
    for invoice in named:
        if invoice.pk not in own:
            raise OtherCustomersInvoice(invoice, customer)


def _saying_the_same(holds: list[Hold]) -> QuerySet[Hold]:
    one = holds[0]
    said = {name: getattr(one, name) for name in ("customer", "born_before", "kind", "reason", "ends_on", "amount")}
    scope = Q(invoice__in=[hold.invoice_id for hold in holds]) if one.invoice_id else Q(invoice=None)
    return Hold.objects.filter(scope, **said, starts_on__lte=one.starts_on, ended_on=None)


def lift_hold(
    hold: Hold, *, on: date, outcome: str = HoldOutcome.LIFTED, reason: str = "", by: User | None = None, at: datetime
) -> bool:
    """End a hold: from `on` it no longer holds. `outcome`: lifted by a person, settled, or placed by mistake. Returns
    whether dunning of all it covered resumes: no other one covers any of it that day. Raises AlreadyEnded."""
    return lift_holds([hold], on=on, outcome=outcome, reason=reason, by=by, at=at)[0]


@transaction.atomic
def lift_holds(
    holds: Sequence[Hold],
    *,
    on: date,
    outcome: str = HoldOutcome.LIFTED,
    reason: str = "",
    by: User | None = None,
    at: datetime,
) -> list[bool]:
    """End holds of one customer together, all or none: as `lift_hold` does, in as many statements for many as for one,
    and with one event. Raises AlreadyEnded."""
    ended_on = _end(holds, on=on, outcome=outcome, at=at)
    for hold in holds:
        if hold.pk not in ended_on:
            raise AlreadyEnded(hold)
    for hold in holds:
        hold.ended_on, hold.outcome = ended_on[hold.pk], outcome
        hold.ended_at, hold.mistaken_at = at, at if outcome == HoldOutcome.MISTAKE else None
    resumes = resuming(holds, on=on)
    told: list[tuple[Hold, str, dict[str, object]]] = [
        (hold, LIFTED if alone else LIFTED_IN_PART, {"kind": Msgid(_kind(hold))})
        for hold, alone in zip(holds, resumes, strict=True)
    ]
    _tell(told, text=reason, by=by, at=at)
    _tell_end(holds, at=at)
    return resumes


def _end(holds: Sequence[Hold], *, on: date, outcome: str, at: datetime) -> dict[int, date]:
    """By their key, the day from which those still in force hold no more."""
    with connection.cursor() as cursor:
        cursor.execute(LIFT, {"ids": [hold.pk for hold in holds], "on": on, "outcome": outcome, "at": at})
        return dict(cursor.fetchall())


@transaction.atomic
def call_mistake(hold: Hold, *, on: date, reason: str = "", by: User | None = None, at: datetime) -> None:
    """A hold ought never to have been: one in force ends, from `on`; of one that has ended only that is corrected, so
    that what an insolvency stopped for good runs again. Raises AlreadyMistake."""
    now = Hold.objects.select_for_update().get(pk=hold.pk)
    if now.ended_on is None:
        lift_hold(hold, on=on, outcome=HoldOutcome.MISTAKE, reason=reason, by=by, at=at)
        return
    if now.outcome == HoldOutcome.MISTAKE:
        raise AlreadyMistake(hold)
    Hold.objects.filter(pk=hold.pk).update(outcome=HoldOutcome.MISTAKE, mistaken_at=at)
    hold.ended_on, hold.outcome, hold.mistaken_at = now.ended_on, HoldOutcome.MISTAKE, at
    subject = INSOLVENCY_MISTAKE if hold.kind == HoldKind.INSOLVENCY else MISTAKE
    _tell([(hold, subject, {"kind": Msgid(_kind(hold)), "ended_on": hold.ended_on})], text=reason, by=by, at=at)
    _tell_end([hold], at=at)


def _tell_end(holds: Sequence[Hold], *, at: datetime) -> None:
    """That a person ended them; of one whose last day has passed there is nothing to tell."""
    one, payload = holds[0], {"hold_ids": [hold.pk for hold in holds]}
    emit("hold.ended", entity_id=one.entity_id, customer_id=one.customer_id, payload=payload, at=at)


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


def _tell(told: list[tuple[Hold, str, dict[str, object]]], *, text: str, by: User | None, at: datetime) -> None:
    """In the history of their one customer, and to whom it concerns."""
    Entry.objects.bulk_create(
        entry(
            hold.customer,
            EntryKind.HOLD,
            subject,
            params=params,
            text=text,
            by=by,
            at=at,
            about="hold",
            about_id=hold.pk,
        )
        for hold, subject, params in told
    )
    hold, ids = told[0][0], [each.pk for each, _subject, _params in told]
    payload = {"what": "hold", "hold_ids": ids, "kind": hold.kind, "ended": hold.ended_on is not None}
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


def follow_settlements(entity: Entity, *, on: date, at: datetime) -> int:
    """End, in one statement, the holds of invoices of which nothing is left to pay, and hold again, until the same day,
    those open again after all (sql/settled.sql); how many of both. Each is told in the timeline."""
    params: dict[str, Any] = {
        "entity": entity.pk,
        "on": on,
        "at": at,
        "settled": HOLD_SETTLED,
        "again": HELD_AGAIN,
    }
    return int(rows("crm.holds", "settled", params)[0]["changed"])

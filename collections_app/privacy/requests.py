"""What persons ask of their data: recorded, answered within a month, its use restricted meanwhile where they ask it."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_noop

from collections_app.privacy.models import Request, RequestKind, RequestOutcome
from crm.accounts.calendars import today
from crm.accounts.models import User
from crm.core.dates import months_after
from crm.customers.models import Customer
from crm.customers.operations import in_use
from crm.holds.exceptions import AlreadyEnded, AlreadyHeld
from crm.holds.models import Hold, HoldKind
from crm.holds.operations import lift_hold, place_hold
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from crm.timeline.params import Msgid

RECEIVED = gettext_noop("Request about his data received: %(kind)s, to be answered by %(due_on)s")
EXTENDED = gettext_noop("Request about his data: to be answered by %(due_on)s, he was told why")
ANSWERED = gettext_noop("Request about his data answered: %(kind)s, %(outcome)s")
# Until it is decided what becomes of it, his data are kept and no longer used (art. 18(1)(d) of an objection).
RESTRICTING = (RequestKind.RESTRICTION, RequestKind.OBJECTION)
KINDS = {
    RequestKind.ACCESS: gettext_noop("access to his data (art. 15)"),
    RequestKind.RECTIFICATION: gettext_noop("rectification (art. 16)"),
    RequestKind.ERASURE: gettext_noop("erasure (art. 17)"),
    RequestKind.RESTRICTION: gettext_noop("restriction of use (art. 18)"),
    RequestKind.PORTABILITY: gettext_noop("portability (art. 20)"),
    RequestKind.OBJECTION: gettext_noop("objection (art. 21)"),
}
OUTCOMES = {
    RequestOutcome.GRANTED: gettext_noop("granted"),
    RequestOutcome.IN_PART: gettext_noop("granted in part"),
    RequestOutcome.REFUSED: gettext_noop("declined"),
}
MONTHS, EXTENDED_MONTHS = 1, 3


class RequestRefused(Exception):
    """What is said of a request cannot be; the message tells why."""


def open_requests(customers: QuerySet[Customer]) -> QuerySet[Request]:
    """Those of these customers that wait for an answer, the next one due first."""
    waiting = Request.objects.filter(answered_on=None, customer__in=customers.values("pk"))
    return waiting.select_related("customer__entity").order_by("due_on", "pk")


@transaction.atomic
def record_request(
    customer: Customer, *, kind: str, received_on: date, words: str, by: User | None, at: datetime
) -> Request:
    """Keep what a person asked; a restriction or an objection suspends all dunning of him at once.

    Raises RequestRefused of one that came after today.
    """
    customer = in_use(customer)
    on = today(customer.entity, at)
    if received_on > on:
        raise RequestRefused(_("A request that came is dated today at the latest."))
    asked = Request.objects.create(
        customer=customer,
        kind=kind,
        received_on=received_on,
        due_on=months_after(received_on, MONTHS),
        words=words,
        hold=_restriction(customer, on, by=by, at=at) if kind in RESTRICTING else None,
        recorded_at=at,
        recorded_by=by,
    )
    params = {"kind": Msgid(KINDS[RequestKind(kind)]), "due_on": asked.due_on}
    record(customer, EntryKind.CHANGE, RECEIVED, at=at, by=by, params=params)
    return asked


def _restriction(customer: Customer, on: date, *, by: User | None, at: datetime) -> Hold:
    """The suspension of the whole customer, until it is lifted; the one in force where it says the same."""
    kind, reason = HoldKind.MANUAL, _("use of his data restricted (GDPR art. 18 and 21)")
    try:
        return place_hold(customer, kind=kind, reason=reason, starts_on=on, by=by, at=at)
    except AlreadyHeld:
        same = Hold.objects.filter(customer=customer, invoice=None, ended_on=None, kind=kind, reason=reason)
        return same.order_by("pk")[0]


@transaction.atomic
def extend(request: Request, *, why: str, by: User | None, at: datetime) -> None:
    """Two months more, of which he is told with the reason within the first (art. 12(3)). Raises RequestRefused."""
    if not why.strip():
        raise RequestRefused(_("Write why it takes longer: he is told so within the month."))
    due_on = months_after(request.received_on, EXTENDED_MONTHS)
    in_time = Request.objects.filter(pk=request.pk, answered_on=None, extension="")
    in_time = in_time.filter(due_on__gte=today(request.customer.entity, at))
    if not in_time.update(due_on=due_on, extension=why.strip()[:200]):
        raise RequestRefused(_("It is answered, was extended already, or its month is over."))
    record(request.customer, EntryKind.CHANGE, EXTENDED, at=at, by=by, params={"due_on": due_on}, text=why.strip())


@transaction.atomic
def answer(request: Request, *, outcome: str, text: str, answered_on: date, by: User | None, at: datetime) -> None:
    """Keep the answer. One that refuses a restriction or an objection ends its suspension. Raises RequestRefused."""
    on = today(request.customer.entity, at)
    if not request.received_on <= answered_on <= on:
        raise RequestRefused(_("It is answered between the day it came and today."))
    if outcome != RequestOutcome.GRANTED and not text.strip():
        raise RequestRefused(_("Write why: who refuses says so, and that he may complain (art. 12(4))."))
    waiting = Request.objects.filter(pk=request.pk, answered_on=None)
    if not waiting.update(answered_on=answered_on, outcome=outcome, answer=text.strip(), answered_by=by):
        raise RequestRefused(_("It was answered already."))
    if request.hold and outcome == RequestOutcome.REFUSED:
        _lift(request.hold, on, by=by, at=at)
    params = {"kind": Msgid(KINDS[RequestKind(request.kind)]), "outcome": Msgid(OUTCOMES[RequestOutcome(outcome)])}
    record(request.customer, EntryKind.CHANGE, ANSWERED, at=at, by=by, params=params, text=text.strip())


def _lift(hold: Hold, on: date, *, by: User | None, at: datetime) -> None:
    try:
        lift_hold(hold, on=on, by=by, at=at)
    except AlreadyEnded:
        return  # a person lifted it

"""Mail received: stored whole at once, read by a task, attached to the customer it comes from."""

import zlib
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _, gettext_noop

from crm.accounts.models import User
from crm.customers.models import Channel, Customer
from crm.customers.operations import in_use
from crm.events.operations import emit
from crm.timeline.operations import record
from telephony.messaging.models import Attempt, Message, MessageQuerySet, Reply, ReplyKind
from telephony.messaging.operations.events import hear
from telephony.messaging.operations.unreadable import leave_to_a_person
from telephony.messaging.operations.waking import wake_reader
from telephony.providers.email import received
from telephony.providers.email.received import Received

log = structlog.get_logger(__name__)

TEXT_KEPT = 20_000
OF_MACHINES = (ReplyKind.UNREAD, ReplyKind.BOUNCE)
ANSWER = gettext_noop("Reply from %(sender)s: %(subject)s")
AUTOMATIC = gettext_noop("Automatic answer from %(sender)s: %(subject)s")


def receive(raw: bytes, *, at: datetime, recipients: tuple[str, ...] = (), arrived_at: datetime | None = None) -> None:
    """Store a mail, once whatever the number of times it is given, and wake the task that reads it.

    `recipients`: addresses of the envelope, when the one who received it knows them; `arrived_at`: when its mailbox
    took it, where that was before.
    """
    header_id, digest = received.identity(raw)
    row = Reply(
        header_id=(header_id or digest)[:300],
        digest=digest,
        raw=zlib.compress(raw),
        recipients=list(recipients),
        received_at=at,
        arrived_at=min(arrived_at or at, at),
    )
    Reply.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(wake_reader, robust=True)


def read_replies(*, at: datetime) -> int:
    """Read what was stored, oldest first, each in its own transaction; return how many were read."""
    done, last = 0, 0
    while (outcome := _read_next(after=last, at=at)) is not None:
        last, understood = outcome
        done += understood
    return done


@transaction.atomic
def _read_next(*, after: int, at: datetime) -> tuple[int, bool] | None:
    unread = Reply.objects.filter(kind=ReplyKind.UNREAD, pk__gt=after).order_by("pk")
    reply = unread.select_for_update(skip_locked=True, of=("self",)).first()
    if reply is None:
        return None
    try:
        with transaction.atomic():
            _read(reply, received.parse(zlib.decompress(bytes(reply.raw))), at=at)
    except Exception:
        # A mail nobody foresaw does not stop those behind it, and is tried again for a while.
        log.exception("mail_not_read", reply_id=reply.pk)
        leave_to_a_person(reply, at=at)
        return reply.pk, False
    return reply.pk, True


def _read(reply: Reply, mail: Received, *, at: datetime) -> None:
    reply.recipients = sorted({*reply.recipients, *mail.recipients})
    reply.sender, reply.subject, reply.text = mail.sender[:320], mail.subject[:300], mail.text[:TEXT_KEPT]
    reply.kind, reply.read_at = ReplyKind(mail.kind), at
    _match(reply, mail)
    reply.save()
    if mail.kind == ReplyKind.BOUNCE:
        hear(mail.news(reply.arrived_at or reply.received_at), at=at)
    elif reply.customer is not None:
        _tell(reply, at=at)


def _match(reply: Reply, mail: Received) -> None:
    """By the token of the address written to, then by the mail answered, then by who writes."""
    found = _by_token(reply)
    reply.matched_by = "token" if found else ""
    if found is None and (found := _by_reference(mail)):
        reply.matched_by = "reference"
    if found is not None:
        reply.customer = found.customer
    elif (customer := _by_sender(mail)) is not None:
        reply.customer, reply.matched_by = customer, "sender"
        found = _last_mail_to(customer)
    reply.message = found
    if reply.customer is not None:
        reply.customer = in_use(reply.customer)
        reply.entity = reply.customer.entity


def _by_token(reply: Reply) -> Message | None:
    tokens = [token for address in reply.recipients if (token := received.token(address))]
    return _messages().filter(token__in=tokens).first() if tokens else None


def _by_reference(mail: Received) -> Message | None:
    names = [name.strip("<>") for name in mail.references]
    if not names:
        return None
    # Some providers replace our Message-ID by one made of their own number.
    spellings = {spelling for name in names for spelling in (name, f"<{name}>", name.partition("@")[0])}
    attempts = Attempt.objects.filter(provider_id__in=spellings).values("message")
    return _messages().filter(Q(message_id__in=names) | Q(pk__in=attempts)).order_by("-pk").first()


def _by_sender(mail: Received) -> Customer | None:
    """Whose address it is, when it is known at one customer only."""
    if not mail.sender:
        return None
    known = Customer.objects.filter(addresses__channel=Channel.EMAIL, addresses__value__iexact=mail.sender)
    found = list(known.current().select_related("entity").distinct()[:2])
    return found[0] if len(found) == 1 else None


def _last_mail_to(customer: Customer) -> Message | None:
    written = _messages().filter(customer=customer, channel=Channel.EMAIL, sent_at__isnull=False)
    return written.order_by("-sent_at").first()


def _messages() -> MessageQuerySet:
    return Message.objects.select_related("customer__entity")


@transaction.atomic
def attach_reply(reply: Reply, customer: Customer, *, by: User, at: datetime) -> None:
    """A person says whose mail it is; it is told as if it had been recognised, one that could not be read as an answer.
    It goes to the record he is kept under. Raises AlreadyAttached."""
    customer = in_use(customer)
    mine = Reply.objects.filter(pk=reply.pk, customer__isnull=True).exclude(kind__in=OF_MACHINES)
    kind = Case(When(kind=ReplyKind.AUTOMATIC, then=Value(ReplyKind.AUTOMATIC)), default=Value(ReplyKind.ANSWER))
    if not mine.update(customer=customer, entity=customer.entity, matched_by="person", kind=kind):
        raise AlreadyAttached(reply)
    reply.refresh_from_db()
    _tell(reply, at=at, by=by)


class AlreadyAttached(Exception):
    """The mail belongs to a customer already, or is a machine's report."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(_("This mail belongs to a customer already."))
        self.reply = reply


def _tell(reply: Reply, *, at: datetime, by: User | None = None) -> None:
    assert reply.customer is not None
    answer = reply.kind == ReplyKind.ANSWER
    record(
        reply.customer,
        "reply",
        ANSWER if answer else AUTOMATIC,
        at=reply.arrived_at or reply.received_at,
        by=by,
        params={"sender": reply.sender, "subject": reply.subject},
        text=reply.text[:2000],
        about="reply",
        about_id=reply.pk,
    )
    if answer:
        message = reply.message
        payload = {
            "reply_id": reply.pk,
            "message_id": message.pk if message else None,
            "origin": message.origin if message else "",
            "origin_id": message.origin_id if message else None,
        }
        emit("message.reply", entity_id=reply.customer.entity_id, customer_id=reply.customer_id, payload=payload, at=at)

"""One row per message, each try to send it, everything providers told about it, and what came back.

Bodies and received mail are kept compressed (zlib). Rows others point to stay plain; ids are time-ordered.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity
from crm.core.money import CurrencyField, SumField, exact_money
from crm.core.references import SetForeignKey
from crm.customers.models import Address, Channel, Customer
from telephony.messaging.states import DUE_STATES, STATES_AFTER_SENDING, MessageState


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, at: object) -> "MessageQuerySet":
        """May be prepared and sent at `at`."""
        return self.filter(state__in=DUE_STATES, not_before_at__lte=at)

    def to_print(self) -> "MessageQuerySet":
        """Composed letters that wait for a print batch."""
        return self.filter(state=MessageState.READY, channel=Channel.POST)

    def visible_to(self, user: object) -> "MessageQuerySet":
        """Messages of the customers the user may see."""
        return self.filter(customer__in=Customer.objects.visible_to(user).values("pk"))


class Message(models.Model):
    """What was, or will be, written to a customer. `origin`/`origin_id`/`attempt_key` name what asked for it, once.

    `occasion` is the run it belongs to: messages of one occasion to one address count as one contact.
    From its reservation on, subject, body, amount and attachments are frozen.
    """

    entity = SetForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"), db_index=False)
    customer = SetForeignKey(
        Customer, on_delete=models.PROTECT, related_name="messages", verbose_name=_("customer"), db_index=False
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = SetForeignKey(Address, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    recipient = models.TextField(_("recipient"))
    language = models.CharField(_("language"), max_length=10, blank=True)
    origin = models.CharField(_("asked by"), max_length=20)
    origin_id = models.BigIntegerField(_("number of what asked"))
    attempt_key = models.PositiveSmallIntegerField(default=1)
    occasion = models.BigIntegerField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=MessageState, default=MessageState.PLANNED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    not_before_at = models.DateTimeField(_("not before"))
    handed_until = models.DateTimeField(null=True, editable=False, help_text=_("A worker was told; not told again."))
    lease_until = models.DateTimeField(null=True, editable=False)
    held_by = models.BigIntegerField(null=True, editable=False, help_text=_("The run that asked for it."))
    # The day it takes a place of, where its channel has a ceiling.
    counts_on = models.DateField(null=True, editable=False)
    compose_failures = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.BinaryField(null=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True, help_text=_("SHA-256 of all that was written."))
    template_version_id = models.BigIntegerField(null=True, editable=False)
    variables = models.JSONField(_("variables"), default=dict, blank=True)
    amount = SumField(_("amount"), null=True, blank=True)
    currency = CurrencyField(blank=True, default="")
    message_id = models.CharField(_("Message-ID"), max_length=200)
    token = models.CharField(max_length=32, editable=False)
    created_at = models.DateTimeField(_("created at"))
    reserved_at = models.DateTimeField(_("reserved at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("failed at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["origin", "origin_id", "attempt_key"], name="messaging_message_once"),
            # Not unique=True, which adds a second index for LIKE to each.
            models.UniqueConstraint(fields=["message_id"], name="messaging_message_id_once"),
            models.UniqueConstraint(fields=["token"], name="messaging_token_once"),
            exact_money("messaging_message", "amount"),
            models.CheckConstraint(name="messaging_message_state", condition=Q(state__in=MessageState.values)),
            models.CheckConstraint(
                name="messaging_message_frozen_before_leaving",
                condition=Q(state__in=("planned", "waiting", "held", "blocked", "cancelled")) | ~Q(digest=""),
            ),
            models.CheckConstraint(
                name="messaging_message_held_by_a_run",
                condition=Q(state="held", held_by__isnull=False) | ~Q(state="held"),
            ),
            models.CheckConstraint(
                name="messaging_message_reserved_with_lease",
                condition=Q(state="reserved", lease_until__isnull=False) | ~Q(state="reserved"),
            ),
            models.CheckConstraint(
                name="messaging_message_sent_with_time",
                condition=Q(state__in=STATES_AFTER_SENDING, sent_at__isnull=False) | ~Q(state__in=STATES_AFTER_SENDING),
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before_at", "id"], condition=Q(state__in=("planned", "waiting")), name="messaging_due"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="reserved"), name="messaging_leased"),
            models.Index(fields=["held_by"], condition=Q(state="held"), name="messaging_held"),
            models.Index(
                fields=["entity", "state"], condition=Q(state__in=("ready", "ambiguous")), name="messaging_for_a_person"
            ),
            # Apart: what failed stays so, and is asked for while it is new.
            models.Index(fields=["entity", "closed_at"], condition=Q(state="failed"), name="messaging_failed"),
            models.Index(
                fields=["customer", "channel", "sent_at"],
                include=["occasion", "recipient"],
                condition=Q(sent_at__isnull=False),
                name="messaging_contacts",
            ),
            models.Index(fields=["customer", "-id"], name="messaging_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.subject or self.recipient}"


class Enclosure(models.Model):
    """A file that left with a message, kept as proof."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="enclosures")
    name = models.CharField(_("name"), max_length=200)
    mimetype = models.CharField(_("type"), max_length=100)
    content = models.BinaryField()
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("enclosure")
        verbose_name_plural = _("enclosures")

    def __str__(self) -> str:
        return self.name


class AttemptResult(models.TextChoices):
    STARTED = "started", _("started")
    ACCEPTED = "accepted", _("accepted")
    NO_ANSWER = "no_answer", _("nobody reached")
    TEMPORARY = "temporary", _("refused for now")
    PERMANENT = "permanent", _("refused for good")
    AMBIGUOUS = "ambiguous", _("nobody can tell")
    NOT_SENT = "not_sent", _("not sent, says a person")


class Attempt(models.Model):
    """A try to send: the row exists before the network is touched."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    provider = models.CharField(_("provider"), max_length=30, blank=True)
    provider_id = models.CharField(_("provider's number"), max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=AttemptResult, default=AttemptResult.STARTED)
    error_code = models.CharField(_("error"), max_length=60, blank=True)
    error_text = models.TextField(_("what the provider said"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=Q(result="started"), name="messaging_one_attempt_at_a_time"
            ),
            models.CheckConstraint(
                name="messaging_attempt_ended_with_result",
                condition=Q(result="started", ended_at__isnull=True) | (~Q(result="started") & ~Q(ended_at=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="messaging_attempt_provider"),
            # Attempts are written in the order of their start: some kilobytes find those of the last day.
            BrinIndex(fields=["started_at"], pages_per_range=32, autosummarize=True, name="messaging_attempt_recent"),
        ]


class DeliveryKind(models.TextChoices):
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    READ = "read", _("read")
    OPENED = "opened", _("opened")
    CLICKED = "clicked", _("clicked")
    DEFERRED = "deferred", _("delayed")
    BOUNCED = "bounced", _("bounced")
    REJECTED = "rejected", _("refused by the provider")
    COMPLAINED = "complained", _("marked as unwanted")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    AUTORESPONDED = "autoresponded", _("automatic answer")
    OTHER = "other", _("other")


class DeliveryEvent(models.Model):
    """What a provider told, as told. `key` is unique per provider: a double is harmless. Applied by a task."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="delivery_events", verbose_name=_("message")
    )
    provider = models.CharField(_("provider"), max_length=30)
    key = models.CharField(max_length=200)
    kind = models.CharField(_("kind"), max_length=14, choices=DeliveryKind)
    permanent = models.BooleanField(_("for good"), default=False, help_text=_("The address itself does not work."))
    message_ref = models.CharField(max_length=200, blank=True)  # our Message-ID, when the provider gives it back
    provider_id = models.CharField(max_length=200, blank=True)
    recipient = models.CharField(_("recipient"), max_length=320, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"))
    # Of a message nobody knows yet.
    not_before_at = models.DateTimeField(null=True, editable=False)
    # None once it is forgotten (operations.forgetting).
    payload = models.JSONField(_("as received"), default=dict, null=True)
    applied_at = models.DateTimeField(_("applied at"), null=True)
    # Of the last try. In vain from `failing_since` to `given_up_at`; applied then, too: a person said that nothing is
    # to be done.
    error = models.CharField(_("error"), max_length=200, blank=True, db_default="")
    failing_since = models.DateTimeField(null=True, editable=False)
    given_up_at = models.DateTimeField(_("given up at"), null=True)

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="messaging_event_once")]
        indexes = [
            models.Index(fields=["id"], condition=Q(applied_at__isnull=True), name="messaging_event_to_apply"),
            models.Index(fields=["id"], condition=Q(payload__isnull=False), name="messaging_event_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.get_kind_display()}"


class ReplyKind(models.TextChoices):
    UNREAD = "unread", _("not read yet")
    ANSWER = "answer", _("answer")
    AUTOMATIC = "automatic", _("automatic answer")
    BOUNCE = "bounce", _("delivery report")
    UNREADABLE = "unreadable", _("could not be read")
    SET_ASIDE = "set_aside", _("set aside")


class Reply(models.Model):
    """A mail received, whole (`raw`, compressed), and what was understood of it. Another mail may have its Message-ID:
    with the digest of what it says it is one. `raw` is empty of one its mailbox refused to give, and of an old one."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("entity"))
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="replies", verbose_name=_("customer")
    )
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="replies", verbose_name=_("message")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ReplyKind, default=ReplyKind.UNREAD)
    matched_by = models.CharField(_("recognised by"), max_length=12, blank=True)
    header_id = models.CharField(_("Message-ID"), max_length=300)
    digest = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    sender = models.CharField(_("from"), max_length=320, blank=True)
    recipients = ArrayField(models.CharField(max_length=320), verbose_name=_("to"), default=list)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    raw = models.BinaryField()
    arrived_at = models.DateTimeField(_("arrived at"), null=True, help_text=_("When its mailbox took it."))
    received_at = models.DateTimeField(_("received at"))
    read_at = models.DateTimeField(null=True, editable=False)
    # Its first try in vain.
    failing_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("reply received")
        verbose_name_plural = _("replies received")
        constraints = [
            models.UniqueConstraint(fields=["header_id", "digest"], name="messaging_reply_once"),
            models.CheckConstraint(
                name="messaging_reply_of_an_entity",
                condition=Q(customer__isnull=True) | Q(entity__isnull=False),
            ),
            models.CheckConstraint(
                name="messaging_reply_read_with_kind",
                condition=Q(kind="unread", read_at__isnull=True) | (~Q(kind="unread") & ~Q(read_at=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="messaging_reply_of_customer"),
            models.Index(fields=["id"], condition=Q(kind__in=("unread", "unreadable")), name="messaging_reply_to_read"),
            models.Index(fields=["id"], condition=~Q(raw=b""), name="messaging_reply_whole"),
            models.Index(fields=["id"], condition=Q(customer=None, message=None), name="messaging_reply_unattached"),
        ]

    def __str__(self) -> str:
        return self.subject or self.header_id


class MailboxPosition(models.Model):
    """How far a mailbox was read (IMAP UIDVALIDITY and the last UID)."""

    mailbox = models.CharField(max_length=300, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    # The first try in vain of the mail it stands before.
    failing_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("position in a mailbox")
        verbose_name_plural = _("positions in mailboxes")
        constraints = [models.CheckConstraint(name="messaging_position_not_negative", condition=Q(last_uid__gte=0))]


class SendingDay(models.Model):
    """What left on a day by a channel of an entity that has a ceiling there, letters with their print batch;
    `full_at`: when the ceiling was reached."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    on = models.DateField(_("date"))
    number = models.PositiveIntegerField(_("number"), default=0, db_default=0)
    full_at = models.DateTimeField(_("ceiling reached at"), null=True)

    class Meta:
        verbose_name = _("day of sending")
        verbose_name_plural = _("days of sending")
        constraints = [models.UniqueConstraint(fields=["entity", "channel", "on"], name="messaging_day_once")]


class Withholding(models.Model):
    """While the row is there, no worker takes what this run queued: nobody has looked at the whole of it yet."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    run = models.BigIntegerField(unique=True)

    class Meta:
        verbose_name = _("night withheld")
        verbose_name_plural = _("nights withheld")

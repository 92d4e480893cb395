"""Message templates: what is written, in which language, channel and tone, version by version."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.customers.models import Channel
from telephony.messaging.models import Message


class Tone(models.TextChoices):
    PREVENTIVE = "preventive", _("preventive")
    FRIENDLY = "friendly", _("friendly")
    REMINDER = "reminder", _("reminder")
    FIRM = "firm", _("firm")
    FORMAL_NOTICE = "formal_notice", _("formal notice")
    STATEMENT = "statement", _("statement")


class Template(models.Model):
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="templates", verbose_name=_("entity"))
    code = models.SlugField(
        _("code"), max_length=40, help_text=_("Short name without spaces, used by imports; it never changes.")
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("What collectors and scenarios see."))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    tone = models.CharField(
        _("tone"),
        max_length=15,
        choices=Tone,
        help_text=_(
            "Before the due date and on statements, items not yet due are listed. A formal notice lists only the "
            "invoices that reached it."
        ),
    )
    attach_statement = models.BooleanField(
        _("attach the statement of account"),
        default=False,
        help_text=_("A PDF of the open items, but what limitation or insolvency forbids to ask for."),
    )
    attach_invoice_list = models.BooleanField(
        _("attach the list of invoices"), default=False, help_text=_("A spreadsheet of the invoices concerned.")
    )
    for_consumers = models.BooleanField(
        _("written to consumers"),
        default=False,
        help_text=_("Then neither late penalties nor the 40 € are expected in the text."),
    )
    archived = models.BooleanField(
        _("archived"), default=False, help_text=_("Out of the lists; steps and messages that use it keep it.")
    )

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "code"],
                name="letters_template_code",
                violation_error_message=_("A template with this code already exists in the entity."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """Text of a template in one language. A published version never changes; editing makes the next one."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    language = models.CharField(_("language"), max_length=10)
    number = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("body"))
    days_to_pay = models.PositiveSmallIntegerField(
        _("days to pay"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Until the deadline of the message; empty: those of the entity."),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("version of a template")
        verbose_name_plural = _("versions of templates")
        constraints = [
            models.UniqueConstraint(fields=["template", "language", "number"], name="letters_version_number"),
            models.UniqueConstraint(
                fields=["template", "language"],
                condition=Q(published_at__isnull=True),
                name="letters_one_draft",
                violation_error_message=_("This template already has a draft in this language."),
            ),
        ]


class DeliveredDefault(models.Model):
    """That an entity received a default template: never a second time, whatever became of it since."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    code = models.SlugField(_("code"), max_length=40)
    delivered_at = models.DateTimeField(_("delivered at"))

    class Meta:
        verbose_name = _("delivered default")
        verbose_name_plural = _("delivered defaults")
        constraints = [models.UniqueConstraint(fields=["entity", "code"], name="letters_delivered_once")]


class BatchState(models.TextChoices):
    PREPARED = "prepared", _("to be posted")
    POSTED = "posted", _("posted")
    GIVEN_UP = "given_up", _("given up")


def folder_of_its_day(batch: "PrintBatch", name: str) -> str:
    """That of the batch and not of the clock: whenever it is made again, its file stands beside the one before."""
    return f"print_batches/{batch.on:%Y/%m}/{name}"


class PrintBatch(models.Model):
    """The letters of an entity printed together: one file, with the list of letters in front."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"))
    on = models.DateField(_("day"))
    number = models.PositiveSmallIntegerField(_("number of the day"))
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.PREPARED)
    file = models.FileField(_("file to print"), upload_to=folder_of_its_day, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    prepared_at = models.DateTimeField(_("prepared at"))
    prepared_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("prepared by")
    )
    posted_on = models.DateField(_("posted on"), null=True, blank=True)
    posted_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    posted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )

    class Meta:
        verbose_name = _("print batch")
        verbose_name_plural = _("print batches")
        constraints = [
            models.UniqueConstraint(fields=["entity", "on", "number"], name="letters_batch_number"),
            models.CheckConstraint(
                name="letters_batch_posted_with_date",
                condition=Q(state="posted", posted_on__isnull=False, posted_at__isnull=False)
                | (~Q(state="posted") & Q(posted_on=None, posted_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.on:%d/%m/%Y} · {self.number}"


class Preparation(models.Model):
    """A batch asked of a worker. It made one, or found nothing to print, unless `failure` says why not."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    on = models.DateField(_("day"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    failure = models.TextField(_("failure"), blank=True)

    class Meta:
        verbose_name = _("preparation of a print batch")
        verbose_name_plural = _("preparations of print batches")
        indexes = [models.Index(fields=["entity", "-asked_at"], name="letters_preparation_last")]


class PrintedLetter(models.Model):
    """A letter of a batch. Taken out, it no longer counts; a message is in one batch at a time."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="letters", verbose_name=_("batch"))
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", verbose_name=_("message"))
    position = models.PositiveIntegerField(_("position"))
    pages = models.PositiveSmallIntegerField(_("pages"), default=0)
    registered = models.BooleanField(_("registered"), default=False)
    registered_number = models.CharField(_("registered number"), max_length=40, blank=True)
    taken_out_at = models.DateTimeField(_("taken out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("printed letter")
        verbose_name_plural = _("printed letters")
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="letters_printed_position"),
            models.UniqueConstraint(
                fields=["message"], condition=Q(taken_out_at__isnull=True), name="letters_printed_once"
            ),
        ]

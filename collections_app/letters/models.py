"""Message templates: what is written, in which language, channel and tone, version by version."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.customers.models import Channel


class Tone(models.TextChoices):
    PREVENTIVE = "preventive", _("preventive")
    FRIENDLY = "friendly", _("friendly")
    REMINDER = "reminder", _("reminder")
    FIRM = "firm", _("firm")
    FORMAL_NOTICE = "formal_notice", _("formal notice")
    STATEMENT = "statement", _("statement")


class Template(models.Model):
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="templates", verbose_name=_("entity"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    tone = models.CharField(_("tone"), max_length=15, choices=Tone)
    attach_statement = models.BooleanField(_("attach the statement of account"), default=False)
    attach_invoice_list = models.BooleanField(_("attach the list of invoices"), default=False)
    archived = models.BooleanField(_("archived"), default=False)

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

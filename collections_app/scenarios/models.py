"""Steps along the due date: when, to whom, by which channel, with which template."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collections_app.letters.models import Template
from crm.accounts.models import Entity, User
from crm.core.money import MoneyField
from crm.customers.models import Channel


class Scenario(models.Model):
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="scenarios", verbose_name=_("entity"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "code"],
                name="scenarios_scenario_code",
                violation_error_message=_("A scenario with this code already exists in the entity."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class VersionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class EntryPolicy(models.TextChoices):
    FIRST_STEP = "first_step", _("at the first step")
    STEP_BY_AGE = "step_by_age", _("at the step its age allows")
    BY_HAND = "by_hand", _("chosen by a person")


class ScenarioVersion(models.Model):
    """One draft and one published version at most; what is published never changes."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.DRAFT)
    entry_policy = models.CharField(
        _("where a backlog enters"), max_length=12, choices=EntryPolicy, default=EntryPolicy.FIRST_STEP
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("version of a scenario")
        verbose_name_plural = _("versions of scenarios")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "number"], name="scenarios_version_number"),
            models.UniqueConstraint(fields=["scenario"], condition=Q(state="draft"), name="scenarios_one_draft"),
            models.UniqueConstraint(
                fields=["scenario"], condition=Q(state="published"), name="scenarios_one_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} v{self.number}"


class StepMode(models.TextChoices):
    AUTOMATIC = "automatic", _("automatic")
    TODO = "todo", _("to do by a person")
    APPROVAL = "approval", _("sent after approval")
    DECISION = "decision", _("decision of a person")


class StepUnit(models.TextChoices):
    ACCOUNT = "account", _("one message for the account")
    INVOICE = "invoice", _("one message per invoice")


class StepOwner(models.TextChoices):
    PORTFOLIO = "portfolio", _("portfolio collector")
    TEAM = "team", _("team of the group")
    SUPERVISOR = "supervisor", _("supervisor of the team")


class Step(models.Model):
    """`offset_days` counts from the due date; negative = preventive. Two steps never share an offset,
    so that "passed up to" is one number. `code` is the same step from version to version. A decision says
    nothing to the customer, whatever its channel. `repeat_after_days` is that of the last step: once all are done, what
    follows is decided again after so many days."""

    version = models.ForeignKey(ScenarioVersion, on_delete=models.CASCADE, related_name="steps")
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    offset_days = models.SmallIntegerField(_("days from the due date"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    template = models.ForeignKey(
        Template, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("template")
    )
    mode = models.CharField(_("mode"), max_length=10, choices=StepMode, default=StepMode.TODO)
    unit = models.CharField(_("unit"), max_length=10, choices=StepUnit, default=StepUnit.ACCOUNT)
    formal_notice = models.BooleanField(_("formal notice"), default=False)
    gap_days = models.PositiveSmallIntegerField(_("minimum gap (days)"), default=5)
    minimum_amount = MoneyField(_("minimum amount"), default=0)
    owner = models.CharField(_("owner"), max_length=12, choices=StepOwner, default=StepOwner.PORTFOLIO)
    working_days_only = models.BooleanField(_("working days only"), default=True)
    escalate_after_days = models.PositiveSmallIntegerField(_("escalate after (days)"), null=True, blank=True)
    escalate_above = MoneyField(_("escalate above"), null=True, blank=True)
    repeat_after_days = models.PositiveSmallIntegerField(
        _("decide again after (days)"), default=30, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["offset_days"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="scenarios_step_code",
                violation_error_message=_("Two steps of a scenario never share a code."),
            ),
            models.UniqueConstraint(
                fields=["version", "offset_days"],
                name="scenarios_step_offset",
                violation_error_message=_("Two steps of a scenario never share an offset."),
            ),
            models.CheckConstraint(
                name="scenarios_step_formal_notice_not_automatic",
                condition=Q(formal_notice=False) | (~Q(mode="automatic") & Q(offset_days__gt=0)),
                violation_error_message=_("A formal notice comes after the due date and needs approval."),
            ),
            models.CheckConstraint(name="scenarios_step_minimum_positive", condition=Q(minimum_amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.offset_days:+d})"


class DeliveredDefault(models.Model):
    """A scenario or group of ours the entity has received once, whether it kept it or not."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=60)
    delivered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("delivered default")
        verbose_name_plural = _("delivered defaults")
        constraints = [models.UniqueConstraint(fields=["entity", "code"], name="scenarios_delivered_once")]

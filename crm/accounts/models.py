"""Who works here, in which team, for which creditor entity."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.managers import AccountManager
from crm.core.formats import day_of_row
from crm.core.money import CurrencyField


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("administrator")
    SUPERVISOR = "supervisor", _("supervisor")
    COLLECTOR = "collector", _("collector")
    FIELD_AGENT = "field_agent", _("field agent")
    INTEGRATOR = "integrator", _("integrator")
    AUDITOR = "auditor", _("auditor (read only)")


class User(AbstractUser):
    """A person or an integration; what they may do follows from `role`, which rows from teams and entities."""

    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.COLLECTOR)
    language = models.CharField(_("language"), max_length=10, default="fr")
    theme = models.CharField(
        _("theme"),
        max_length=10,
        default="auto",
        choices=[("auto", _("as the system")), ("light", _("light")), ("dark", _("dark"))],
    )
    capacity = models.PositiveSmallIntegerField(
        _("tasks a day"), default=60, help_text=_("Beyond it, new tasks stay in the team's unassigned list.")
    )

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta(AbstractUser.Meta):
        pass

    def __str__(self) -> str:
        return self.get_full_name() or self.username


def monday_to_friday() -> list[int]:
    """ISO weekdays worked by default."""
    return [1, 2, 3, 4, 5]


class Entity(models.Model):
    """A creditor whose receivables are collected: one company, one set of books."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    legal_name = models.CharField(_("legal name"), max_length=200)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    street = models.TextField(_("street"), blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FR")
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    currency = CurrencyField(default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Paris")
    language = models.CharField(_("language"), max_length=10, default="fr")
    jurisdiction = models.CharField(_("jurisdiction"), max_length=10, default="FR")
    sender_email = models.EmailField(_("sender address"), blank=True)
    sender_name = models.CharField(_("sender name"), max_length=120, blank=True)
    logo = models.FileField(
        _("logo"), upload_to="logos/", blank=True, validators=[FileExtensionValidator(["png", "jpg", "jpeg", "svg"])]
    )
    collects_for_others = models.BooleanField(_("collects for others"), default=False)
    live_since = models.DateField(
        _("live since"), null=True, blank=True, help_text=_("Empty: nothing leaves automatically.")
    )
    night_at = models.TimeField(_("night run at"), default="04:00")
    working_days = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("working days"), default=monday_to_friday
    )
    default_terms_days = models.PositiveSmallIntegerField(
        _("payment terms (days)"), default=30, help_text=_("Proposed when a file brings no due date.")
    )
    days_to_pay = models.PositiveSmallIntegerField(
        _("days to pay of a reminder"),
        default=8,
        db_default=8,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("What a text that says nothing else leaves until its deadline, which is a worked day."),
    )
    notice_days_to_pay = models.PositiveSmallIntegerField(
        _("days to pay of a formal notice"),
        default=15,
        db_default=15,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    closing_share_percent = models.PositiveSmallIntegerField(
        _("closing limit of a snapshot"),
        default=20,
        help_text=_("A snapshot that would close more than this share waits for a confirmation."),
    )
    stands_on = models.DateField(
        _("stands on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("A demonstration on a file of the past: the day that counts as today. Empty: the calendar."),
    )
    stale_after_days = models.PositiveSmallIntegerField(
        _("books are stale after (days)"),
        null=True,
        blank=True,
        help_text=_(
            "Without an import for longer than that, nothing leaves automatically: who has paid since would be "
            "reminded. Empty: not checked, because only you know how often your books come in."
        ),
    )
    rehearsing_since = models.DateField(
        _("in rehearsal since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Everything is decided and nothing leaves, unless the customer's group is live."),
    )
    training = models.BooleanField(
        _("training entity"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Made up, reset by a button; nothing ever leaves from it."),
    )
    max_emails_a_day = models.PositiveIntegerField(_("e-mails a day, at most"), null=True, blank=True)
    max_letters_a_day = models.PositiveIntegerField(_("letters a day, at most"), null=True, blank=True)
    max_texts_a_day = models.PositiveIntegerField(_("text messages a day, at most"), null=True, blank=True)
    track_opens = models.BooleanField(_("track opens"), default=False)
    track_clicks = models.BooleanField(_("track clicks"), default=False)

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        permissions = [("see_entity", _("sees all customers of the entity"))]
        constraints = [
            models.CheckConstraint(
                name="accounts_entity_third_party_not_live",
                condition=Q(collects_for_others=False) | Q(live_since__isnull=True),
                violation_error_message=_(
                    "An entity that collects for others cannot go live yet: the written mandate and the first letter "
                    "required by articles R124-3 and R124-4 CPCE are not managed."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.legal_name}"


class EntityClosure(models.Model):
    """A day on which one entity does not work, beside public holidays."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="closures")
    on = models.DateField(_("date"))
    label = models.CharField(_("label"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("closing day")
        verbose_name_plural = _("closing days")
        constraints = [models.UniqueConstraint(fields=["entity", "on"], name="accounts_closure_once")]


class ContractRate(models.Model):
    """The late rate an entity agrees with professionals, for what it invoices from a day until the next rate."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="contract_rates")
    starts_on = models.DateField(_("invoices issued from"))
    percent = models.DecimalField(
        _("contractual late rate"),
        max_digits=6,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("Percent a year; empty = the legal default."),
    )

    class Meta:
        verbose_name = _("contractual late rate")
        verbose_name_plural = _("contractual late rates")
        ordering = ["starts_on"]
        constraints = [models.UniqueConstraint(fields=["entity", "starts_on"], name="accounts_contractrate_once")]

    def __str__(self) -> str:
        return f"{self.entity.code} · {day_of_row(self.starts_on)}"


class LegalMentions(models.Model):
    """What the law asks a company to print on what it writes, beside its name and seat: in one language, from a day
    until the next line of it."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="legal_mentions")
    language = models.CharField(_("language"), max_length=10)
    starts_on = models.DateField(_("from"))
    text = models.CharField(
        _("mentions"),
        max_length=500,
        help_text=_(
            "Legal form and capital, registry and its city, registered office where it is not the address above: "
            "“SAS au capital de 100 000 € · RCS Lyon 552 100 554”."
        ),
    )

    class Meta:
        verbose_name = _("legal mentions")
        verbose_name_plural = _("legal mentions")
        ordering = ["language", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "language", "starts_on"], name="accounts_legalmentions_once")
        ]

    def __str__(self) -> str:
        return f"{self.entity.code} · {self.language} · {day_of_row(self.starts_on)}"


class Team(models.Model):
    """Collectors who share a list, under a supervisor, inside one entity."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="teams", verbose_name=_("entity"))
    name = models.CharField(_("name"), max_length=80)
    supervisor = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supervised_teams",
        verbose_name=_("supervisor"),
    )
    members = models.ManyToManyField(User, through="TeamMember", related_name="teams")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        permissions = [("see_team", _("sees the customers of the team"))]
        constraints = [
            models.UniqueConstraint(fields=["entity", "name"], name="accounts_team_name"),
            # What customers and groups refer to: the team of their own entity.
            models.UniqueConstraint(fields=["id", "entity"], name="accounts_team_of_entity"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="accounts_member_once")]

    def __str__(self) -> str:
        return str(self.user)


class Absence(models.Model):
    """While it lasts, what would go to `user` goes to `replacement`; while that one works but is away too, to his own,
    three of them at most (the function accounts_stand_ins); else to the team's list."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences", verbose_name=_("user"))
    replacement = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("replacement")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (included)"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                name="accounts_absence_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("An absence ends on or after the day it starts."),
            ),
            models.CheckConstraint(
                name="accounts_absence_other_person",
                condition=Q(replacement__isnull=True) | ~Q(replacement=F("user")),
                violation_error_message=_("Nobody replaces himself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {day_of_row(self.starts_on)} – {day_of_row(self.ends_on)}"


class ApiToken(models.Model):
    """Opens the API to an integration, as `user`. Only a digest is kept: a lost token is replaced, not read again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=80, help_text=_("What uses it, for example “ERP night export”."))
    entity = models.ForeignKey(
        Entity,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("limited to the entity"),
        help_text=_("Empty: every entity the user may see."),
    )
    version = models.CharField(_("version of the API"), max_length=5, default="v1", choices=[("v1", "v1")])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("starts with"), max_length=12, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)
    expires_on = models.DateField(_("valid until (included)"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    last_used_on = models.DateField(_("last used on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

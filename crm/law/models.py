"""Law as data: dated rates, rules with their article, public holidays."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.formats import day_of_row
from crm.core.money import CurrencyField
from crm.law.labels import name_of


class RateKind(models.TextChoices):
    CENTRAL_BANK = "central_bank", _("central bank refinancing rate")
    LEGAL_PROFESSIONAL = "legal_professional", _("legal interest, professional creditors")
    LEGAL_INDIVIDUAL = "legal_individual", _("legal interest, private creditors")
    LATE_PROFESSIONAL = "late_professional", _("late payment penalties between professionals")
    LATE_PUBLIC_BODY = "late_public_body", _("late payment penalties owed by public bodies")


class Rate(models.Model):
    """A yearly rate in percent, in force from `starts_on` until the next one of its kind."""

    jurisdiction = models.CharField(_("jurisdiction"), max_length=10)
    kind = models.CharField(_("kind"), max_length=30, choices=RateKind)
    starts_on = models.DateField(_("in force from"))
    percent = models.DecimalField(_("percent a year"), max_digits=8, decimal_places=4)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("legal rate")
        verbose_name_plural = _("legal rates")
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "kind", "starts_on"], name="law_rate_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{RateKind(self.kind).label} · {day_of_row(self.starts_on)}"


class Rule(models.Model):
    """A dated legal or policy setting. `customer_kind` and `debt_type` empty = any."""

    jurisdiction = models.CharField(_("jurisdiction"), max_length=10)
    code = models.CharField(_("code"), max_length=60)
    customer_kind = models.CharField(_("kind of customer"), max_length=20, blank=True)
    debt_type = models.CharField(_("debt type"), max_length=20, blank=True)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("in force until"), null=True, blank=True)
    value = models.JSONField(_("value"))
    article = models.CharField(_("article or policy"), max_length=200)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "code", "customer_kind", "debt_type", "starts_on"], name="law_rule_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{name_of(self.code)} · {day_of_row(self.starts_on)}"


class Holiday(models.Model):
    """A public holiday of a jurisdiction (filled from the `holidays` library, then editable)."""

    jurisdiction = models.CharField(_("jurisdiction"), max_length=10)
    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")
        constraints = [models.UniqueConstraint(fields=["jurisdiction", "on"], name="law_holiday_once")]

    def __str__(self) -> str:
        return f"{self.name} · {day_of_row(self.on)}"


class ExchangeRate(models.Model):
    """How much of `quote` one unit of `base` was worth from `on` until the next dated rate."""

    base = CurrencyField(_("from currency"))
    quote = CurrencyField(_("to currency"))
    on = models.DateField(_("from date"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "on"], name="law_exchange_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="law_exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.base} {self.quote} · {day_of_row(self.on)}"

"""Dated suspensions of dunning, of any origin."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.core.dates import months_after
from crm.core.money import CurrencyField, MoneyField, exact_money
from crm.customers.models import Customer
from crm.receivables.models import Invoice


class HoldKind(models.TextChoices):
    DISPUTE = "dispute", _("dispute")
    PROMISE = "promise", _("promise")
    PLAN = "plan", _("payment plan")
    INSOLVENCY = "insolvency", _("insolvency proceedings")
    LEGAL = "legal", _("legal action")
    MANUAL = "manual", _("decided by a person")
    # Placed and ended by the night alone (collections_app.compliance.time_barred).
    LIMITATION = "limitation", _("limitation run out")


BY_A_PERSON = [(value, label) for value, label in HoldKind.choices if value != HoldKind.LIMITATION]

PROMISE_WITHOUT_DAY = _(
    "A promise needs the day it is to be kept by: without it nobody would see that it was broken, and dunning would "
    "never resume."
)
# Dunning resumes on the day after: one far away would silence the account for good, mostly by a slip of the year.
PROMISED_WITHIN_MONTHS = 12
PROMISE_TOO_FAR = _("A promise is kept within a year: choose an earlier day, or agree on a payment plan.")

JUDGMENT_TO_COME = _("A judgment that was given is dated today at the latest.")


def last_promised_day(on: date) -> date:
    """The latest day a promise made on a day may name."""
    return months_after(on, PROMISED_WITHIN_MONTHS)


class HoldOutcome(models.TextChoices):
    EXPIRED = "expired", _("expired")
    LIFTED = "lifted", _("lifted")
    SETTLED = "settled", _("settled")
    MISTAKE = "mistake", _("placed by mistake")


class Hold(models.Model):
    """What it covers: one invoice, or the claims born before a date, or (both empty) the whole customer.

    In force from `starts_on` to `ends_on` included (empty: until lifted); dunning resumes on the next day.
    `amount`: of a promise, how much of it was promised (nothing: all of what it is about), in its `currency`; of one
    made of several invoices at once the holds say it each, and mean it once.
    `ended_at`: when it was ended (not known of what ended before this was kept). `mistaken_at`: when it was called a
    mistake, which may be long after it ended; until then it was known as any other.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"))
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="holds", verbose_name=_("customer"))
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="holds", verbose_name=_("invoice")
    )
    born_before = models.DateField(_("claims born before"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=HoldKind)
    reason = models.CharField(_("reason"), max_length=200)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (included)"), null=True, blank=True)
    amount = MoneyField(_("amount promised"), null=True, blank=True)
    currency = CurrencyField(blank=True, default="", db_default="")
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=HoldOutcome, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    mistaken_at = models.DateTimeField(_("called a mistake at"), null=True, editable=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                name="holds_hold_one_scope",
                condition=Q(invoice__isnull=True) | Q(born_before__isnull=True),
                violation_error_message=_("A hold covers one invoice or the claims born before a date, not both."),
            ),
            models.CheckConstraint(
                name="holds_hold_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A hold ends on or after the day it starts."),
            ),
            exact_money("holds_hold", "amount"),
            models.CheckConstraint(
                name="holds_hold_amount_promised",
                condition=Q(amount__isnull=True, currency="") | (Q(amount__gt=0, kind="promise") & ~Q(currency="")),
                violation_error_message=_("Only what is promised has an amount, above 0 and in a currency."),
            ),
            models.CheckConstraint(
                name="holds_hold_ended_with_outcome",
                condition=Q(ended_on__isnull=True, outcome="") | (Q(ended_on__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="holds_hold_mistaken_with_time",
                condition=Q(outcome="mistake", mistaken_at__isnull=False)
                | (~Q(outcome="mistake") & Q(mistaken_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], condition=Q(ended_on__isnull=True), name="holds_hold_in_force"),
            models.Index(fields=["entity", "ends_on"], condition=Q(ended_on__isnull=True), name="holds_hold_expiring"),
            # Of a month, those that were kept.
            models.Index(fields=["entity", "ends_on"], condition=Q(kind="promise"), name="holds_hold_promised"),
            models.Index(fields=["invoice"], condition=Q(outcome="settled"), name="holds_hold_settled"),
            models.Index(
                fields=["customer"],
                condition=Q(outcome="expired", kind__in=("plan", "legal", "manual")),
                name="holds_hold_run_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.customer}"

    def clean(self) -> None:
        """A promise is held to its day, within a year; an insolvency judgment was given by the day it is recorded.
        Raises ValidationError."""
        # Interest and dunning of all that is born before it stop: one to come would silence years of new debts.
        if self.kind == HoldKind.INSOLVENCY and self.born_before and self._is_to_come(self.born_before):
            raise ValidationError({"born_before": JUDGMENT_TO_COME})
        if self.kind != HoldKind.PROMISE:
            return
        if self.ends_on is None:
            raise ValidationError({"ends_on": PROMISE_WITHOUT_DAY})
        if self.starts_on and self.ends_on > last_promised_day(self.starts_on):
            raise ValidationError({"ends_on": PROMISE_TOO_FAR})

    def _is_to_come(self, day: date) -> bool:
        """Whether a day is after the one on which this is recorded."""
        known = self.customer_id and self.created_at
        return bool(known) and day > today(self.customer.entity, self.created_at)


class Declaration(models.Model):
    """What became of claims an insolvency holds: declared on a day, or not declared, for a reason. What was learned
    later has one of its own.

    `action_id`: the task it ended, which the apps above know.
    """

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="declarations", verbose_name=_("hold"))
    declared_on = models.DateField(_("declared on"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("author"), db_index=False
    )
    at = models.DateTimeField(_("at"))
    action_id = models.BigIntegerField(editable=False)

    class Meta:
        verbose_name = _("declaration of claims")
        verbose_name_plural = _("declarations of claims")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="holds_declaration_or_a_reason",
                condition=Q(declared_on__isnull=False, reason="")
                | (Q(declared_on__isnull=True, reference="") & ~Q(reason="")),
            ),
            models.UniqueConstraint(fields=["action_id"], name="holds_declaration_once"),
        ]

    def __str__(self) -> str:
        return f"{self.hold}, {self.declared_on or self.reason}"


class DeclaredClaim(models.Model):
    """An invoice a declaration was about, at what was left of it then, net of unapplied money; never changed."""

    pk = models.CompositePrimaryKey("declaration_id", "invoice_id")

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="claims", db_index=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+")
    currency = CurrencyField()
    amount = MoneyField(_("net amount"))

    class Meta:
        verbose_name = _("claim of a declaration")
        verbose_name_plural = _("claims of a declaration")
        default_permissions = ()
        constraints = [exact_money("holds_declaredclaim", "amount")]

"""What the law ties to a debt: its formal notice, charges given up, what interrupts its limitation."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.core.formats import day, money
from crm.core.money import CurrencyField, MoneyField, exact_money
from crm.customers.models import Customer
from crm.receivables.models.ledger import Invoice


class ChargeKind(models.TextChoices):
    INTEREST = "interest", _("late payment interest")
    INDEMNITY = "indemnity", _("fixed recovery indemnity")


class FormalNotice(models.Model):
    """The day an invoice was formally demanded: legal interest runs from the first (C. civ. 1231-6, AUDCG 291).

    `action_id`: what sent it, as the actions above number it; empty where it was recorded before they said so. A notice
    that did not arrive is taken back by that number.
    """

    invoice = models.ForeignKey(
        Invoice,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="formal_notices",
        verbose_name=_("invoice"),
        db_index=False,
    )
    action_id = models.BigIntegerField(null=True, editable=False)
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("formal notice")
        verbose_name_plural = _("formal notices")
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "action_id"], nulls_distinct=False, name="receivables_formalnotice_once"
            )
        ]
        indexes = [models.Index(fields=["action_id"], name="receivables_formalnotice_from")]

    def __str__(self) -> str:
        return f"{self.invoice}, {day(self.on)}"


class Waiver(models.Model):
    """Late payment charges the creditor gives up, with his reason."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"))
    invoice = models.ForeignKey(
        Invoice, on_delete=models.CASCADE, db_constraint=False, related_name="waivers", verbose_name=_("invoice")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ChargeKind)
    currency = CurrencyField()
    amount = MoneyField(_("amount waived"))
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("recorded at"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("waiver of late charges")
        verbose_name_plural = _("waivers of late charges")
        constraints = [
            exact_money("receivables_waiver", "amount"),
            models.CheckConstraint(
                name="receivables_waiver_with_reason",
                condition=Q(amount__gt=0) & ~Q(reason=""),
                violation_error_message=_("A waiver has an amount and a reason."),
            ),
        ]
        indexes = [models.Index(fields=["invoice"], name="receivables_waiver_invoice")]

    def __str__(self) -> str:
        return f"{self.invoice}, {money(self.amount, self.currency)}"


class InterruptionKind(models.TextChoices):
    ACKNOWLEDGEMENT = "acknowledgement", _("written acknowledgement of the debt")
    LAWSUIT = "lawsuit", _("legal action")
    ENFORCEMENT = "enforcement", _("enforcement measure")
    DEMAND = "demand", _("written demand (public bodies)")


class Interruption(models.Model):
    """What makes limitation start again (C. civ. 2240, 2241, 2244), for one invoice or all that was issued by that day.
    A written demand does against public bodies alone (loi 68-1250, art. 2); those sent from here need no row.

    A legal action interrupts until it ends (2242), and not at all when the creditor withdraws or loses (2243): `void`.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"))
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="interruptions", verbose_name=_("customer")
    )
    invoice = models.ForeignKey(
        Invoice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interruptions",
        verbose_name=_("invoice"),
        help_text=_("Empty: all that was issued by that day."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=InterruptionKind)
    on = models.DateField(_("date"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True, help_text=_("Of a legal action; empty: pending."))
    void = models.BooleanField(_("withdrawn or lost"), default=False)
    reference = models.CharField(_("reference"), max_length=200, help_text=_("The document that proves it."))
    at = models.DateTimeField(_("recorded at"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author"))

    class Meta:
        verbose_name = _("interruption of limitation")
        verbose_name_plural = _("interruptions of limitation")
        constraints = [
            models.CheckConstraint(
                name="receivables_interruption_ends_after_it_began",
                condition=Q(ended_on__isnull=True) | Q(kind="lawsuit", ended_on__gte=F("on")),
                violation_error_message=_("A legal action ends on or after the day it began; the others last one day."),
            ),
            models.CheckConstraint(
                name="receivables_interruption_void_when_ended",
                condition=Q(void=False) | Q(ended_on__isnull=False),
                violation_error_message=_("A legal action is withdrawn or lost on the day it ends: say which."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.on}"

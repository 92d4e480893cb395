"""One ledger: what is owed (invoices), what reduces it (credits), and every movement between them."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.core.money import CurrencyField, MoneyField, SumField, exact_money, possible_money
from crm.core.references import SetForeignKey
from crm.customers.models import Customer


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", _("invoice")
    OPENING = "opening", _("opening balance")
    RETURNED_PAYMENT = "returned_payment", _("returned payment or refund")
    ADJUSTMENT = "adjustment", _("adjustment")


class DebtType(models.TextChoices):
    TRADE = "trade", _("trade")
    RENT = "rent", _("rent")
    TELECOM = "telecom", _("telecom")
    TRANSPORT = "transport", _("transport")
    INSURANCE = "insurance", _("insurance")
    LOAN = "loan", _("loan")
    OTHER = "other", _("other")


class DueSource(models.TextChoices):
    FILE = "file", _("from the file")
    TERMS = "terms", _("from confirmed terms")
    GUESSED = "guessed", _("guessed")


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def open(self) -> "InvoiceQuerySet":
        return self.filter(settled_on__isnull=True)

    def overdue(self, on: object) -> "InvoiceQuerySet":
        """Open and due before `on` (the due day itself is not late)."""
        return self.open().filter(due_on__lt=on)


class Invoice(models.Model):
    """A debit with one due date; an invoice due in several parts has one row per instalment, same `number`.

    `open_amount` = `amount` + the sum of its movements. `settled_on` is set exactly when it is zero. `recorded_at`:
    since when it is known here, whatever its dates say.
    """

    # Each is the first column of an index below.
    entity = SetForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"), db_index=False)
    customer = SetForeignKey(
        Customer, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("customer"), db_index=False
    )
    external_id = models.CharField(_("identifier in the books"), max_length=120)
    number = models.CharField(_("number"), max_length=60)
    installment = models.PositiveSmallIntegerField(_("instalment"), default=1)
    kind = models.CharField(_("kind"), max_length=20, choices=InvoiceKind, default=InvoiceKind.INVOICE)
    debt_type = models.CharField(_("debt type"), max_length=20, choices=DebtType, default=DebtType.TRADE)
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    due_on_source = models.CharField(
        _("origin of the due date"), max_length=10, choices=DueSource, default=DueSource.FILE
    )
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    open_amount = MoneyField(_("open amount"))
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    label = models.CharField(_("label"), max_length=200, blank=True)
    import_batch_id = models.BigIntegerField(null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    # Kept of what was written off or applied here, in part or in whole: only lists of open items say it.
    books_amount = MoneyField(_("open in the last list"), null=True, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "external_id", "installment"],
                name="receivables_invoice_once",
                violation_error_message=_("This invoice already exists in the entity."),
            ),
            exact_money("receivables_invoice", "amount", "open_amount"),
            possible_money("receivables_invoice"),
            models.CheckConstraint(
                name="receivables_invoice_open_within_amount",
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount")),
                violation_error_message=_("The open amount lies between zero and the amount of the invoice."),
            ),
            models.CheckConstraint(
                name="receivables_invoice_settled_when_zero",
                condition=Q(open_amount=0, settled_on__isnull=False) | Q(open_amount__gt=0, settled_on__isnull=True),
                violation_error_message=_("An invoice is settled exactly when nothing is left open."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["entity", "customer", "currency", "due_on"],
                condition=Q(settled_on__isnull=True),
                include=["id", "open_amount", "kind", "due_on_source", "issued_on"],
                name="receivables_invoice_open",
            ),
            models.Index(
                fields=["entity", "due_on", "id"],
                condition=Q(settled_on__isnull=True),
                name="receivables_invoice_by_due",
            ),
            models.Index(
                fields=["entity", "open_amount", "id"],
                condition=Q(settled_on__isnull=True),
                name="receivables_invoice_by_amount",
            ),
            models.Index(
                fields=["entity", "due_on", "id"],
                condition=Q(settled_on__isnull=False),
                name="receivables_invoice_settled",
            ),
            models.Index(
                fields=["entity", "due_on", "id"],
                condition=Q(settled_on__isnull=True, due_on_source="guessed"),
                name="receivables_invoice_guessed",
            ),
            models.Index(fields=["customer", "issued_on"], name="receivables_invoice_customer"),
            models.Index(fields=["number"], name="receivables_invoice_number"),
            models.Index(fields=["entity"], condition=Q(books_amount__gt=0), name="receivables_invoice_in_books"),
        ]

    def __str__(self) -> str:
        return self.number if self.installment == 1 else f"{self.number}/{self.installment}"

    @property
    def is_certain(self) -> bool:
        """An invoice whose due date nobody guessed: penalties, formal notices and automatic steps may rest on it."""
        return self.kind == InvoiceKind.INVOICE and self.due_on_source != DueSource.GUESSED


class ForeignAccount(models.Model):
    """A customer who ever had an invoice in a currency that was not that of the books; whether he still owes in it, the
    invoices say. Written by triggers on invoices, never by hand: nothing where there is one currency.

    No references: what is removed leaves rows that find no invoice.
    """

    pk = models.CompositePrimaryKey("entity_id", "currency", "customer_id")

    entity_id = models.BigIntegerField()
    currency = CurrencyField()
    customer_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()


class DayTally(models.Model):
    """A change of what a day of the books adds up to: the sum of the rows is what it does (`crm.receivables.days`).
    `item`: "owed_" and the kind of an invoice, "paid_" and that of a credit, "moved_" and the kind of a movement that
    changes the balance (by what it adds to it), "settled" (invoices by the day nothing was left of them),
    "not_due_owed" and "not_due_moved" (what invoices and movements add to what is not yet late on a day, and, on the
    day after the due one, what is so no more; `number` 0). Written by triggers on the ledger, never by hand.

    `entity_id` is no reference: what is removed leaves rows that add up to nothing.
    """

    entity_id = models.BigIntegerField()
    currency = CurrencyField()
    on = models.DateField()
    item = models.CharField(max_length=30)
    amount = SumField()
    number = models.IntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["entity_id", "currency"], name="receivables_daytally_of")]


class CreditKind(models.TextChoices):
    PAYMENT = "payment", _("payment")
    CREDIT_NOTE = "credit_note", _("credit note")
    OPENING = "opening", _("opening balance")
    ADJUSTMENT = "adjustment", _("adjustment")


class Credit(models.Model):
    """A payment, credit note or other credit; `open_amount` is what is not yet applied to an invoice. `recorded_at`:
    since when it is known here."""

    entity = SetForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"), db_index=False)
    customer = SetForeignKey(
        Customer, on_delete=models.PROTECT, related_name="credits", verbose_name=_("customer"), db_index=False
    )
    external_id = models.CharField(_("identifier in the books"), max_length=120)
    number = models.CharField(_("reference"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=CreditKind, default=CreditKind.PAYMENT)
    received_on = models.DateField(_("date"))
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    open_amount = MoneyField(_("unapplied amount"))
    names_invoice = SetForeignKey(
        Invoice,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="named_by",
        verbose_name=_("invoice it names"),
        db_index=False,
    )
    label = models.CharField(_("label"), max_length=200, blank=True)
    import_batch_id = models.BigIntegerField(null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    # Kept of what was applied or given back here, as of invoices.
    books_amount = MoneyField(_("unapplied in the last list"), null=True, editable=False)

    class Meta:
        verbose_name = _("payment or credit note")
        verbose_name_plural = _("payments and credit notes")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "external_id"],
                name="receivables_credit_once",
                violation_error_message=_("This payment already exists in the entity."),
            ),
            exact_money("receivables_credit", "amount", "open_amount"),
            possible_money("receivables_credit"),
            models.CheckConstraint(
                name="receivables_credit_open_within_amount",
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount")),
                violation_error_message=_("The unapplied amount lies between zero and the amount received."),
            ),
        ]
        indexes = [
            models.Index(fields=["number"], condition=Q(open_amount__gt=0), name="receivables_credit_number"),
            models.Index(
                fields=["entity", "customer", "currency"],
                condition=Q(open_amount__gt=0),
                include=["id", "open_amount", "names_invoice", "received_on"],
                name="receivables_credit_open",
            ),
            models.Index(fields=["customer", "received_on"], name="receivables_credit_customer"),
            models.Index(
                fields=["names_invoice"], condition=Q(names_invoice__isnull=False), name="receivables_credit_names"
            ),
            models.Index(fields=["entity"], condition=Q(books_amount__gt=0), name="receivables_credit_in_books"),
        ]

    def __str__(self) -> str:
        return self.number or self.external_id


class MovementKind(models.TextChoices):
    ALLOCATED = "allocated", _("allocated")
    UNALLOCATED = "unallocated", _("allocation undone")
    WRITTEN_OFF = "written_off", _("written off")
    CLOSED_IN_LEDGER = "closed_in_ledger", _("closed in ledger")
    REOPENED = "reopened", _("reopened")
    ADJUSTED = "adjusted", _("adjusted")
    REFUNDED = "refunded", _("refunded")


class Movement(models.Model):
    """Append-only. `amount` is added to the open amount of the invoice and of the credit it names (one or both):
    an allocation of 30 is one row of -30 naming both."""

    entity = SetForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = SetForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    invoice = SetForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="movements", db_index=False)
    credit = SetForeignKey(Credit, on_delete=models.PROTECT, null=True, related_name="movements", db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=MovementKind)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("recorded at"))
    by = SetForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author"), db_index=False
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    undoes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("movement it undoes"),
    )
    import_batch_id = models.BigIntegerField(null=True, editable=False)
    earliest_on = models.DateField(
        null=True,
        editable=False,
        help_text=_(
            "Of a list that tells no day: it happened between this day and its date. Late charges take this day."
        ),
    )

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        constraints = [
            exact_money("receivables_movement", "amount"),
            models.CheckConstraint(
                name="receivables_movement_names_something",
                condition=~Q(amount=0) & (Q(invoice__isnull=False) | Q(credit__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(undoes__isnull=False),
                name="receivables_movement_undone_once",
                violation_error_message=_("This movement was undone already."),
            ),
            models.CheckConstraint(
                name="receivables_movement_sign_of_its_kind",
                condition=Q(kind__in=("allocated", "written_off", "closed_in_ledger", "refunded"), amount__lt=0)
                | Q(kind__in=("unallocated", "reopened"), amount__gt=0)
                | Q(kind="adjusted"),
                violation_error_message=_("The sign of a movement follows from its kind."),
            ),
            models.CheckConstraint(
                name="receivables_movement_allocation_names_both",
                condition=~Q(kind__in=("allocated", "unallocated")) | Q(invoice__isnull=False, credit__isnull=False),
                violation_error_message=_("An allocation names an invoice and a payment or credit note."),
            ),
        ]
        indexes = [
            models.Index(fields=["invoice", "on"], condition=Q(invoice__isnull=False), name="receivables_move_invoice"),
            models.Index(fields=["credit", "on"], condition=Q(credit__isnull=False), name="receivables_move_credit"),
            models.Index(
                fields=["entity", "invoice"], condition=Q(kind="written_off"), name="receivables_move_written_off"
            ),
            # What no import moved.
            models.Index(
                fields=["entity", "at"],
                condition=Q(kind__in=("allocated", "refunded"), import_batch_id__isnull=True),
                name="receivables_move_here",
            ),
            # Rows of an import lie side by side, and only its undoing looks for them.
            BrinIndex(fields=["import_batch_id"], name="receivables_move_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.on}"

"""What came in by file: batches, the rows they refused, how columns are read, and which ledger lines are known."""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.core.files.storage import storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.core.money import MoneyField
from crm.core.references import SetForeignKey
from crm.customers.models import Customer
from crm.receivables.models import Invoice


class Format(models.TextChoices):
    FEC = "fec", _("FEC (accounting entries)")
    OPEN_ITEMS = "open_items", _("open items")
    CUSTOMERS = "customers", _("customers and contacts")
    PAYMENTS = "payments", _("payments")


class Status(models.TextChoices):
    RECEIVED = "received", _("received")
    READING = "reading", _("being read")
    PROPOSED = "proposed", _("to be confirmed")
    WRITING = "writing", _("being imported")
    DONE = "done", _("imported")
    REFUSED = "refused", _("refused")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    SUPERSEDED = "superseded", _("superseded")
    GIVEN_UP = "given_up", _("given up")


# What the books hold of it: until an undo is done nothing is taken back.
IN_THE_BOOKS = (Status.DONE, Status.UNDOING)
# A worker's, now or soon.
AT_WORK = (Status.RECEIVED, Status.READING, Status.WRITING, Status.UNDOING)


class Keeping(models.TextChoices):
    GOOD_ROWS = "good_rows", _("keep the good rows")
    ALL_OR_NOTHING = "all_or_nothing", _("nothing if a row is wrong")


def private_storage() -> Any:
    """Uploads are never served by the web server."""
    return storages["default"]


class Batch(models.Model):
    """One file, from its arrival to its effect. Rows it wrote carry its id in `import_batch_id`."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"))
    format = models.CharField(_("format"), max_length=20, choices=Format, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.RECEIVED)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", storage=private_storage, blank=True)
    file_name = models.CharField(_("file name"), max_length=255)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    options = models.JSONField(_("options"), default=dict)
    source = models.CharField(_("source"), max_length=80, blank=True)
    as_of = models.DateField(_("state as of"), null=True, blank=True)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rows rejected"), default=0)
    # A complete list no row of which was refused: what it does not name is known not to be open in the books.
    complete = models.BooleanField(default=False, editable=False)
    figures = models.JSONField(_("figures of the file"), default=dict)
    changes = models.JSONField(_("changes"), default=dict)
    # A code of `crm.imports.errors` and what its sentence says; before there were codes, the sentence itself.
    refusal = models.TextField(_("why refused or superseded"), blank=True)
    refusal_values = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author"))
    created_at = models.DateTimeField(_("received at"))
    # Since when it is for a worker to take up, or in the hands of one.
    asked_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                name="imports_batch_undone_when_said",
                condition=Q(status="undone", undone_at__isnull=False) | ~Q(status="undone") & Q(undone_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["entity", "-id"], name="imports_batch_by_entity")]

    def __str__(self) -> str:
        return self.file_name


class RowError(models.Model):
    """A row left out, or a remark on one that is `taken`: `reason` is an English msgid filled from `params`."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="errors")
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=120, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    params = models.JSONField(default=dict)
    taken = models.BooleanField(_("row taken"), default=False)

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        indexes = [models.Index(fields=["batch", "line"], name="imports_error_by_line")]

    @property
    def text(self) -> str:
        """The reason in the reader's language."""
        return gettext(self.reason) % self.params if self.params else gettext(self.reason)


class Mode(models.TextChoices):
    DELTA = "delta", _("additions and changes")
    SNAPSHOT = "snapshot", _("complete list: what is gone is closed")


class MappingProfile(models.Model):
    """How the columns of one system's exports are read. `columns`: field name to column header."""

    entity = models.ForeignKey(
        Entity, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("entity")
    )
    name = models.CharField(_("name"), max_length=60)
    format = models.CharField(_("format"), max_length=20, choices=Format, default=Format.OPEN_ITEMS)
    columns = models.JSONField(_("columns"), default=dict)
    date_format = models.CharField(
        _("date format"), max_length=20, blank=True, help_text=_("Empty: detected. Letters d, m, y: dmy, mdy or ymd.")
    )
    decimal_mark = models.CharField(_("decimal mark"), max_length=1, blank=True, help_text=_("Empty: detected."))
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("Empty: that of the entity."))
    mode = models.CharField(_("completeness"), max_length=10, choices=Mode, default=Mode.DELTA)

    class Meta:
        verbose_name = _("mapping profile")
        verbose_name_plural = _("mapping profiles")
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "name"],
                name="imports_profile_name",
                nulls_distinct=False,
                violation_error_message=_("A profile with this name exists already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class FecLine(models.Model):
    """A customer line of a FEC that was imported, known again by the digest of its fields and its rank among equals.

    `amount` is debit minus credit. `year_on` is the first day of its exercise. `letter` follows the latest file.
    """

    entity = SetForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = SetForeignKey(Customer, on_delete=models.PROTECT, related_name="fec_lines")
    batch = SetForeignKey(Batch, on_delete=models.PROTECT, related_name="fec_lines", db_index=False)
    digest = models.UUIDField()
    rank = models.PositiveIntegerField()
    account = models.CharField(max_length=60)
    auxiliary = models.CharField(max_length=60, blank=True)
    year_on = models.DateField()
    entered_on = models.DateField()
    issued_on = models.DateField()
    number = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=200, blank=True)
    amount = MoneyField()
    kind = models.CharField(max_length=20)
    letter = models.CharField(max_length=40, blank=True)
    previous_letter = models.CharField(max_length=40, blank=True)
    letter_batch = SetForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("FEC line")
        verbose_name_plural = _("FEC lines")
        constraints = [
            models.UniqueConstraint(fields=["entity", "digest", "rank"], name="imports_fecline_once"),
        ]
        indexes = [
            # Lines of an import lie side by side, and only its undoing looks for them.
            BrinIndex(fields=["batch"], name="imports_fecline_of_batch"),
            models.Index(
                fields=["letter_batch"], condition=Q(letter_batch__isnull=False), name="imports_fecline_lettered"
            ),
        ]


class NewCustomer(models.Model):
    """A customer an import brought: its undoing takes him away again, unless something else speaks of him."""

    batch = SetForeignKey(Batch, on_delete=models.CASCADE, related_name="new_customers")
    customer_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("customer brought by an import")
        verbose_name_plural = _("customers brought by an import")


class DueDateBefore(models.Model):
    """The due date an import replaced, and what it became: an undoing puts it back where nobody changed it since."""

    batch = SetForeignKey(Batch, on_delete=models.CASCADE, related_name="due_dates_before")
    invoice = SetForeignKey(Invoice, on_delete=models.CASCADE, related_name="+")
    due_on = models.DateField()
    due_on_source = models.CharField(max_length=10)
    became_on = models.DateField()

    class Meta:
        verbose_name = _("due date before an import")
        verbose_name_plural = _("due dates before an import")


class LabelBefore(models.Model):
    """The label an import replaced, and what it became: an undoing puts it back where nobody changed it since."""

    batch = SetForeignKey(Batch, on_delete=models.CASCADE, related_name="labels_before")
    invoice = SetForeignKey(Invoice, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=200, blank=True)
    became = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("label before an import")
        verbose_name_plural = _("labels before an import")


class AddressBefore(models.Model):
    """That an import says an address is a customer's, kept while an undoing may have to forget it.

    `is_new`: files that can be undone brought it, else it was on file. `sent_at` of it before, and what it `became`: an
    undoing puts it back where nobody changed it since. `retired_on`: what an undoing made its last day, because
    something names it; it serves again once it is sent again.
    """

    batch = SetForeignKey(Batch, on_delete=models.CASCADE, related_name="addresses_before")
    address_id = models.BigIntegerField(db_index=True)
    is_new = models.BooleanField()
    sent_at = models.DateTimeField(null=True)
    became_at = models.DateTimeField(null=True)
    retired_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("address before an import")
        verbose_name_plural = _("addresses before an import")


class LastFeed(models.Model):
    """When another system first and last sent what is owed or paid through the API, even without anything new.

    `first_at`: none where the books held invoices already, which do not begin with it.
    """

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    at = models.DateTimeField(_("received at"))
    first_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("last transmission")
        verbose_name_plural = _("last transmissions")

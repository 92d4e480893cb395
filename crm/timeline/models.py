"""Everything that happened to a customer, in one append-only list, partitioned by month in plain SQL."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.core.references import SetForeignKey
from crm.customers.models import Customer


class EntryKind(models.TextChoices):
    IMPORT = "import", _("import")
    MESSAGE = "message", _("message")
    REPLY = "reply", _("reply received")
    CALL = "call", _("call")
    NOTE = "note", _("note")
    ACTION = "action", _("action")
    DECISION = "decision", _("decision")
    REFUSAL = "refusal", _("refusal")
    HOLD = "hold", _("hold")
    MONEY = "money", _("money")
    CHANGE = "change", _("change of the file")


class Entry(models.Model):
    """`subject` is an English msgid with %(name)s places filled from `params` when it is read, in the reader's
    language; `text` is what a person wrote. `about`/`about_id` name the row it speaks of, without a relation."""

    pk = models.CompositePrimaryKey("at", "id")
    id = models.BigIntegerField(db_default=models.Func(models.Value("timeline_entry_id_seq"), function="nextval"))
    at = models.DateTimeField()
    entity = SetForeignKey(Entity, on_delete=models.DO_NOTHING, related_name="+")
    customer = SetForeignKey(Customer, on_delete=models.DO_NOTHING, related_name="entries")
    kind = models.CharField(max_length=12, choices=EntryKind)
    subject = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    actor = SetForeignKey(User, on_delete=models.DO_NOTHING, null=True, related_name="+")
    about = models.CharField(max_length=30, blank=True)
    about_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="timeline_by_customer")]

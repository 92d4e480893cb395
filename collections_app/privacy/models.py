"""What a person may ask of what is kept about him: the copy of his file; and what is no longer kept."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.holds.models import Hold


class PersonExport(models.Model):
    """A copy of everything kept about a customer, asked of a worker (GDPR art. 15 and 20).

    `finished_at`: when it was made, or `failure` tells why it could not be. `erased_at`: its file is gone.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by"), db_index=False
    )
    finished_at = models.DateTimeField(_("finished at"), null=True)
    file = models.FileField(_("file"), upload_to="personal_data/%Y/%m/", blank=True)
    size = models.BigIntegerField(_("size"), default=0)
    failure = models.TextField(_("failure"), blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True)

    class Meta:
        verbose_name = _("copy of a file")
        verbose_name_plural = _("copies of files")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(finished_at__isnull=True), name="privacy_one_export_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(erased_at__isnull=True), name="privacy_export_kept")]

    def __str__(self) -> str:
        return f"{self.customer}, {self.asked_at:%Y-%m-%d}"

    @property
    def ready(self) -> bool:
        """Whether its file may be downloaded."""
        return bool(self.file)


class Retention(models.Model):
    """How long an entity keeps what it keeps, where it differs from the law's rule, within what the rule allows."""

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    customer_years = models.PositiveSmallIntegerField(_("customers (years)"), null=True, blank=True)
    message_years = models.PositiveSmallIntegerField(_("messages and replies (years)"), null=True, blank=True)
    upload_years = models.PositiveSmallIntegerField(_("imported files (years)"), null=True, blank=True)
    automatic = models.BooleanField(_("every month by itself"), default=False)

    class Meta:
        verbose_name = _("retention periods")
        verbose_name_plural = _("retention periods")
        default_permissions = ()

    def __str__(self) -> str:
        return self.entity.code


class PurgeState(models.TextChoices):
    COUNTING = "counting", _("being counted")
    PROPOSED = "proposed", _("to be confirmed")
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    GIVEN_UP = "given_up", _("given up")


class Purge(models.Model):
    """What an entity need no longer keep on a day: counted first, anonymised for good once a person confirmed it.

    `rules`: {what: {"years", "before", "article"}}; `found`: what would go, and `stays`, how many customers stay by
    reason; `gone`: what went so far. No name, no number of a customer. `looked_at`: when a worker last wrote of it.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    on = models.DateField(_("date"))
    state = models.CharField(_("state"), max_length=10, choices=PurgeState, default=PurgeState.COUNTING)
    rules = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    gone = models.JSONField(default=dict)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by"), db_index=False
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by"), db_index=False
    )
    looked_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished at"), null=True)
    failure = models.TextField(_("failure"), blank=True)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["entity"],
                condition=Q(state__in=("counting", "proposed", "running")),
                name="privacy_one_purge_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.on}"


class Anonymised(models.Model):
    """That a customer was anonymised, by which purge: nothing of him is left to be told."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="+")
    purge = models.ForeignKey(Purge, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("anonymised customer")
        verbose_name_plural = _("anonymised customers")
        default_permissions = ()


class RequestKind(models.TextChoices):
    ACCESS = "access", _("access to his data (art. 15)")
    RECTIFICATION = "rectification", _("rectification (art. 16)")
    ERASURE = "erasure", _("erasure (art. 17)")
    RESTRICTION = "restriction", _("restriction of use (art. 18)")
    PORTABILITY = "portability", _("portability (art. 20)")
    OBJECTION = "objection", _("objection (art. 21)")


class RequestOutcome(models.TextChoices):
    GRANTED = "granted", _("granted")
    IN_PART = "in_part", _("granted in part")
    REFUSED = "refused", _("declined")


class Request(models.Model):
    """What a person asked of his data, answered by `due_on`: a month after it came, two more where he was told why
    (GDPR art. 12(3)). `hold`: the suspension placed for it, while its use is restricted."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer"))
    kind = models.CharField(_("what he asks"), max_length=15, choices=RequestKind)
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("to be answered by"))
    words = models.TextField(_("what he wrote"), blank=True)
    extension = models.CharField(_("why it takes longer"), max_length=200, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=RequestOutcome, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("hold"), db_index=False
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("recorded by"), db_index=False
    )
    answered_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by"), db_index=False
    )

    class Meta:
        verbose_name = _("request of a person")
        verbose_name_plural = _("requests of persons")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="privacy_request_answered_with_outcome",
                condition=Q(answered_on__isnull=True, outcome="") | (Q(answered_on__isnull=False) & ~Q(outcome="")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(answered_on__isnull=True), name="privacy_request_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.received_on}"

    def days_left(self, on: date) -> int:
        """Days until it is to be answered; negative when late."""
        return (self.due_on - on).days

"""The nightly run of an entity, its stages, what it decided and the figures of the day."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext, gettext_lazy as _

from crm.accounts.models import Entity, User
from crm.core.money import CurrencyField, SumField
from crm.core.references import SetForeignKey
from crm.customers.models import Customer


class RunState(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class RunQuerySet(models.QuerySet["Run"]):
    def not_made_good(self) -> "RunQuerySet":
        """That stopped, of days on which the entity was live and still is, and no night of it came to its end since for
        that date or a later one."""
        done = Run.objects.filter(entity=OuterRef("entity"), state=RunState.DONE, on__gte=OuterRef("on")).values("pk")
        failed = self.filter(state=RunState.FAILED, entity__live_since__lte=F("on"))
        return failed.annotate(made_good=Subquery(done[:1])).filter(made_good__isnull=True)


class Run(models.Model):
    """`fence` grows with every taking of the lease; each statement of the run names it, so a worker that lost
    the lease writes nothing any more. `books_on`: the day of the last import; `stale`: too old for anything to leave
    automatically (see Entity.stale_after_days). `scope`: whom it looks at, see scope.py. `entered`: see
    findings.py. `lost`: workers in a row it lost where it stood when it was last taken over, with `reached` stages and
    parts done."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="runs", verbose_name=_("entity"))
    on = models.DateField(_("date decided for"))
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=1)
    lost = models.PositiveSmallIntegerField(default=0, editable=False)
    reached = models.PositiveSmallIntegerField(default=0, editable=False)
    opened = models.JSONField(_("actions opened by step"), default=dict)
    entered = models.JSONField(default=dict, editable=False)
    blocked = models.JSONField(_("blocked by reason"), default=dict)
    error = models.TextField(_("error"), blank=True)
    books_on = models.DateField(_("books of"), null=True, blank=True)
    stale = models.BooleanField(_("books stale"), default=False)
    scope = models.JSONField(default=dict, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("night run")
        verbose_name_plural = _("night runs")
        constraints = [
            models.UniqueConstraint(fields=["entity"], condition=Q(state="running"), name="engine_one_running_run")
        ]
        indexes = [models.Index(fields=["entity", "-on", "-id"], name="engine_run_latest")]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.on}"


class RunStage(models.Model):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("stage"), max_length=40)
    rows = models.BigIntegerField(_("rows"), default=0)
    ms = models.PositiveIntegerField(_("duration (ms)"), default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("stage of a run")
        verbose_name_plural = _("stages of a run")
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="engine_stage_once")]


class PartState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class RunPart(models.Model):
    """A range of customers of a run, up to but not including `end_customer`: whoever holds its lease works on it.

    `at`: the instant written on what it does. `stages`: {"name", "rows", "ms"} of those committed. `found`: what it
    found, kept for the end of the run (see findings.py).
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    first_customer = models.BigIntegerField()
    end_customer = models.BigIntegerField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=PartState, default=PartState.WAITING)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    stages = models.JSONField(default=list)
    found = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("part of a run")
        verbose_name_plural = _("parts of a run")
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="engine_part_once")]


class Change(models.Model):
    """Something a decision may rest on changed for a customer: noted by the database, whoever wrote it, until a night
    has looked at him (see watched.py). Plain numbers: a customer may be gone before anybody looks."""

    pk = models.CompositePrimaryKey("entity_id", "customer_id", "id")
    id = models.BigIntegerField()
    entity_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("change to look at")
        verbose_name_plural = _("changes to look at")


class Account(models.Model):
    """What the last look found of a customer in a currency in which something is open.

    Amounts are before unapplied money; `overdue` tells whether something net of it is. `look_on`: the first date on
    which a night may find something else though nothing is changed in the books.
    """

    pk = models.CompositePrimaryKey("customer_id", "currency")
    customer = SetForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = CurrencyField()
    entity = SetForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_index=False)
    open_amount = SumField(_("open"))
    late_amount = SumField(_("overdue"))
    disputed_amount = SumField(_("disputed"))
    overdue = models.BooleanField()
    outcome = models.CharField(_("outcome"), max_length=30, blank=True)
    look_on = models.DateField(_("next look on"), null=True)

    class Meta:
        verbose_name = _("account as last looked at")
        verbose_name_plural = _("accounts as last looked at")


class Decision(models.Model):
    """What a night decided for a customer and currency, from `on` until the next row of the same customer.

    Written only where it differs from the previous one; what was opened (`open_action`) is open on the days after.
    """

    pk = models.CompositePrimaryKey("customer_id", "currency", "on")
    entity = SetForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = SetForeignKey(Customer, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    currency = CurrencyField()
    on = models.DateField(_("date"))
    run = SetForeignKey(Run, on_delete=models.CASCADE, related_name="decisions", db_index=False)
    outcome = models.CharField(_("outcome"), max_length=30)
    step_code = models.CharField(_("step"), max_length=40, blank=True)
    next_look_on = models.DateField(_("next look on"), null=True, blank=True)
    facts = models.JSONField(_("what it rested on"), default=dict)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")


class ReportState(models.TextChoices):
    CLEAR = "clear", _("as usual")
    HELD = "held", _("held: release or cancel")
    TOLD = "told", _("unusual, nothing to hold")
    RELEASED = "released", _("released")
    CANCELLED = "cancelled", _("cancelled")


class MorningReport(models.Model):
    """What was unusual about a night. `anomalies`: [{"code": …, what it found}]; with any, what the night queued is
    held until a supervisor releases or cancels it, or told when that is nothing. `messages`: how many it held;
    `settled`: how many he settled."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="report", verbose_name=_("night run"))
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    on = models.DateField(_("date decided for"))
    state = models.CharField(_("state"), max_length=10, choices=ReportState)
    anomalies = models.JSONField(_("anomalies"), default=list)
    messages = models.PositiveIntegerField(_("messages held"), default=0)
    settled = models.PositiveIntegerField(_("messages settled"), default=0)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("morning report")
        verbose_name_plural = _("morning reports")
        constraints = [
            models.CheckConstraint(
                name="engine_report_settled_with_time",
                condition=Q(state__in=("released", "cancelled"), settled_at__isnull=False)
                | Q(state__in=("clear", "held", "told"), settled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="engine_report_held_with_anomalies",
                condition=Q(state="clear", anomalies=[]) | (~Q(state="clear") & ~Q(anomalies=[])),
            ),
            models.CheckConstraint(
                name="engine_report_cancelled_with_reason", condition=~Q(state="cancelled") | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "-on"], name="engine_report_of_entity"),
            models.Index(fields=["entity"], condition=Q(state="held"), name="engine_report_held"),
        ]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.on}"

    @property
    def says(self) -> str:
        """Its state in words: one that waits and holds no message is only to be settled."""
        if self.state == ReportState.HELD and not self.messages:
            return gettext("unusual: to settle")
        return str(self.get_state_display())


class DailyFigures(models.Model):
    """State of an entity in one currency at the end of a night, for trends and the home page."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    on = models.DateField(_("date"))
    currency = CurrencyField()
    open_amount = SumField(_("open"))
    overdue_amount = SumField(_("overdue"))
    unapplied_amount = SumField(_("unapplied"))
    disputed_amount = SumField(_("disputed"))
    customers_overdue = models.PositiveIntegerField(_("customers overdue"))
    actions_open = models.PositiveIntegerField(_("open actions"))

    class Meta:
        verbose_name = _("figures of the day")
        verbose_name_plural = _("figures of the days")
        constraints = [models.UniqueConstraint(fields=["entity", "on", "currency"], name="engine_figures_once_a_day")]


class AskedNight(models.Model):
    """A night a person or an integration asked for, for who waits for it: the first run of its day after number `after`
    is his, or `error` tells why none began (see failures.py)."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    on = models.DateField(_("date decided for"))
    after = models.BigIntegerField()
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("night asked for")
        verbose_name_plural = _("nights asked for")

    def __str__(self) -> str:
        return f"{self.entity.code} {self.on}"


class DryRun(models.Model):
    """A night tried without writing anything: who asked, and what it would have done (`report`) or why it could not."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    on = models.DateField(_("date decided for"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    report = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("dry run")
        verbose_name_plural = _("dry runs")

    def __str__(self) -> str:
        return f"{self.entity.code} {self.on}"


class TrainingReset(models.Model):
    """A training entity made again: who asked, when it was done or why it could not. One at a time."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", verbose_name=_("entity"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(_("finished at"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("reset of a training entity")
        verbose_name_plural = _("resets of training entities")
        constraints = [
            models.UniqueConstraint(
                fields=["entity"], condition=Q(finished_at__isnull=True), name="engine_one_reset_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.asked_at:%Y-%m-%d}"


from collections_app.engine.simulation.models import Simulation  # noqa: E402, F401 - Django looks for models here

"""What a person or the system has to do, one row each, and the dunning cycles they belong to."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from collections_app.letters.models import Template
from collections_app.scenarios.models import ScenarioVersion, StepMode
from collections_app.segments.models import Group
from crm.accounts.models import Entity, Team, User
from crm.core.money import CurrencyField, MoneyField, SumField, exact_money
from crm.core.references import SetForeignKey
from crm.customers.models import Address, Channel, Customer
from crm.receivables.models import Invoice


class Cycle(models.Model):
    """Opens when a customer goes from nothing overdue to something overdue in a currency, closes when nothing is left,
    or when all that is claimed fell due since its last step: for that another one opens.

    `passed_offset`: steps up to this offset count as passed (backlog entering by age, or where a person put him).
    `by_hand`: the backlog waits for a person to choose the step where it enters.
    `resumable`: a night closed it. What it claimed and is claimed again, held or settled meanwhile, goes on from there.
    """

    entity = SetForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = SetForeignKey(Customer, on_delete=models.PROTECT, related_name="cycles", db_index=False)
    currency = CurrencyField()
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    passed_offset = models.SmallIntegerField(_("passed up to (days)"), null=True, blank=True)
    by_hand = models.BooleanField(_("waits for a person"), default=False)
    resumable = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency"], condition=Q(closed_on__isnull=True), name="actions_one_open_cycle"
            ),
            models.CheckConstraint(
                name="actions_cycle_in_order",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
        ]
        # Open ones are found by the constraint above: a night that opens a million keeps one index less.
        indexes = [models.Index(fields=["customer"], condition=Q(closed_on__isnull=False), name="actions_cycle_past")]


class ActionKind(models.TextChoices):
    DUNNING = "dunning", _("dunning step")
    FOLLOW_UP = "follow_up", _("decide what follows")
    PREVENTIVE = "preventive", _("preventive step")
    MANUAL = "manual", _("decided by a person")
    ENTRY = "entry", _("choose where the backlog enters")
    REPLY = "reply", _("answer a message")
    DECLARATION = "declaration", _("declare claims")
    INSOLVENCY = "insolvency", _("look into insolvency")


class ActionState(models.TextChoices):
    TO_APPROVE = "to_approve", _("to approve")
    TODO = "todo", _("to do")
    SCHEDULED = "scheduled", _("to be sent")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("skipped")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (ActionState.TO_APPROVE, ActionState.TODO, ActionState.SCHEDULED)
WAITING = Q(state__in=("todo", "to_approve"))
# Late since another day than that of the invoices it carries.
WITH_OLDER_DEBTS = ~Q(late_since_on=F("oldest_due_on"))
NEVER = date(9999, 12, 31)
DUE_OR_NEVER = Coalesce("oldest_due_on", models.Value(NEVER), output_field=models.DateField())
# In the index only: to compare two exact numbers costs three times as much, and a night compares them by the million.
AMOUNT_IN_ORDER = Cast("amount", models.FloatField())
PASSED_STATES = (ActionState.DONE, ActionState.SKIPPED)


class ActionQuerySet(models.QuerySet["Action"]):
    def open(self) -> "ActionQuerySet":
        # Said in two parts, which are those of the indexes.
        return self.filter(WAITING | Q(state=ActionState.SCHEDULED))

    def waiting_for_a_person(self) -> "ActionQuerySet":
        return self.filter(WAITING)


class Action(models.Model):
    """One step for one customer. Its key never repeats: (customer, currency, step code, cycle), plus the invoice
    where the step speaks of one invoice, or the date of the occasion where there is no cycle (preventive, manual)
    or where a cycle asks more than once (what follows its last step). The occasion of a declaration of claims is the
    last day the law leaves for it (declaring.py)."""

    entity = SetForeignKey(Entity, on_delete=models.PROTECT, related_name="+", verbose_name=_("entity"), db_index=False)
    customer = SetForeignKey(
        Customer, on_delete=models.PROTECT, related_name="actions", verbose_name=_("customer"), db_index=False
    )
    currency = CurrencyField()
    kind = models.CharField(_("kind"), max_length=12, choices=ActionKind)
    step_code = models.CharField(_("step"), max_length=40)
    step_offset = models.SmallIntegerField(_("days from the due date"), null=True, blank=True)
    cycle = SetForeignKey(
        Cycle, on_delete=models.PROTECT, null=True, blank=True, related_name="actions", db_index=False
    )
    invoice = SetForeignKey(Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    occasion_on = models.DateField(_("occasion"), null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    mode = models.CharField(_("mode"), max_length=10, choices=StepMode)
    state = models.CharField(_("state"), max_length=12, choices=ActionState)
    template = SetForeignKey(
        Template,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("template"),
        db_index=False,
    )
    scenario_version = SetForeignKey(
        ScenarioVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    group = SetForeignKey(
        Group, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("group"), db_index=False
    )
    address = SetForeignKey(Address, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    formal_notice = models.BooleanField(_("formal notice"), default=False)
    owner = SetForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("collector"),
        db_index=False,
    )
    team = SetForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("team"),
        db_index=False,
    )
    amount = SumField(_("amount"), help_text=_("Net of unapplied money, on the invoices carried."))
    oldest_due_on = models.DateField(_("oldest due date"), null=True, blank=True)
    opened_on = models.DateField(_("opened on"))
    reopened_on = models.DateField(
        _("opened again on"), null=True, blank=True, help_text=_("The day what had left came back since.")
    )
    approved_on = models.DateField(
        _("approved on"), null=True, blank=True, help_text=_("What it carries stays as it was seen that day.")
    )
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    weight = models.FloatField(
        _("weight"),
        default=0,
        help_text=_("Overdue in the entity's currency; with the days late it gives the rank (see urgency.py)."),
    )
    late_since_on = models.DateField(_("late since"))
    reasons = ArrayField(models.CharField(max_length=40), verbose_name=_("reasons"), default=list)
    escalated_on = models.DateField(_("escalated on"), null=True, blank=True)
    escalation_reason = models.CharField(_("why escalated"), max_length=40, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    left_on = models.DateField(
        _("left on"),
        null=True,
        blank=True,
        help_text=_(
            "The day a letter was posted, which a person may confirm later; what waits for it counts from then."
        ),
    )
    closed_by = SetForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    run_id = models.BigIntegerField(null=True, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency", "step_code", "cycle", "invoice", "occasion_on"],
                nulls_distinct=False,
                name="actions_action_once",
            ),
            exact_money("actions_action", "amount"),
            models.CheckConstraint(
                name="actions_action_closed_with_time",
                condition=Q(state__in=OPEN_STATES, closed_at__isnull=True)
                | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="actions_action_cycle_of_dunning",
                condition=(Q(kind="dunning", cycle__isnull=False, step_offset__isnull=False) | ~Q(kind="dunning")),
            ),
            models.CheckConstraint(
                name="actions_action_asked_again_not_approved",
                condition=Q(approved_on__isnull=True) | ~Q(state__in=(ActionState.TODO, ActionState.TO_APPROVE)),
            ),
            models.CheckConstraint(
                name="actions_action_left_when_done",
                condition=Q(left_on__isnull=True) | Q(state="done"),
            ),
            # It follows its balance until it leaves: it is read as on the day it does.
            models.CheckConstraint(
                name="actions_action_automatic_not_approved",
                condition=Q(approved_on__isnull=True) | ~Q(mode="automatic"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["entity", "owner", "late_since_on", "-weight", "customer"],
                condition=Q(state__in=("todo", "to_approve")),
                name="actions_worklist",
            ),
            models.Index(fields=["entity", "id"], condition=Q(state="scheduled"), name="actions_leaving"),
            # What is open of one customer, without what was closed over the years.
            models.Index(
                fields=["customer"], condition=WAITING | Q(state="scheduled"), name="actions_open_of_customer"
            ),
            # The other orders of the list, each with its key, which breaks ties.
            models.Index("entity", DUE_OR_NEVER, "id", condition=WAITING, name="actions_by_age"),
            models.Index("entity", AMOUNT_IN_ORDER, "id", condition=WAITING, name="actions_by_amount"),
            # Few, and apart from the rest in urgency.py.
            models.Index(
                "entity",
                DUE_OR_NEVER,
                "late_since_on",
                condition=WAITING & WITH_OLDER_DEBTS,
                name="actions_with_older_debts",
            ),
            # What the contact caps count, not looked for among all a customer ever had.
            models.Index(
                fields=["customer", "closed_at"], condition=Q(channel="phone", state="done"), name="actions_calls_made"
            ),
            # Few, and so not looked for among all those that wait.
            models.Index(
                fields=["entity", "state", "owner"],
                condition=Q(state__in=("to_approve", "scheduled"))
                | Q(state__in=("todo", "to_approve"), snoozed_until__isnull=False)
                | Q(state__in=("todo", "to_approve"), escalated_on__isnull=False),
                name="actions_exceptions",
            ),
            # What people did of late; a night writes none of it.
            models.Index(
                fields=["entity", "closed_at"],
                condition=Q(state="done", closed_by__isnull=False),
                include=["closed_by", "outcome"],
                name="actions_done_by_people",
            ),
            # What leaves by itself, in the order of the list; it is gone the same day.
            models.Index(
                fields=["entity", "owner", "late_since_on", "-weight", "customer"],
                condition=Q(state="scheduled"),
                name="actions_scheduled",
            ),
            # A person mostly calls: what he sends is few, and so not looked for among the calls.
            models.Index(
                fields=["entity", "channel"], condition=WAITING & ~Q(channel="phone"), name="actions_not_calls"
            ),
        ]


class ActionLine(models.Model):
    """An invoice carried by an action, at what is left of it. Its own level, and whether its age reached the step of
    the action, follow from its due date (levels.py).

    What carried an invoice is found through the actions of its customer: an index on the invoice would be the dearest
    write of a night.
    """

    pk = models.CompositePrimaryKey("action_id", "invoice_id")

    action = SetForeignKey(Action, on_delete=models.CASCADE, related_name="lines", db_index=False)
    invoice = SetForeignKey(Invoice, on_delete=models.PROTECT, related_name="action_lines", db_index=False)
    amount = MoneyField(_("net amount"))

    class Meta:
        verbose_name = _("invoice of an action")
        verbose_name_plural = _("invoices of an action")


class Life(models.Model):
    """What an action was until it was closed, kept when its row is opened again (by a trigger, whoever does it)."""

    pk = models.CompositePrimaryKey("action_id", "closed_at")
    # In the database it goes with its action.
    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="lives", db_index=False, db_constraint=False
    )
    opened_on = models.DateField(_("opened on"))
    closed_at = models.DateTimeField(_("closed at"))
    state = models.CharField(_("state"), max_length=12, choices=ActionState)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("earlier life of an action")
        verbose_name_plural = _("earlier lives of actions")
        # Calls that count for the contact caps, not looked for among all that a night took back.
        indexes = [
            models.Index(fields=["closed_at"], condition=Q(outcome="call_back"), name="actions_life_to_call_back"),
        ]


class Deed(models.Model):
    """What a person did with his actions in one go, kept for as long as he may take it back (deeds.py).

    `actions`: those he acted on. `before` and `after`: a row each of these and of those that followed, as they stood
    just before and just after; before, with the last night that had opened something for its customer. `holds`: the
    suspensions it placed.
    """

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("user"), db_index=False)
    at = models.DateTimeField(_("at"))
    actions = ArrayField(models.BigIntegerField())
    before = models.JSONField()
    after = models.JSONField()
    holds = ArrayField(models.BigIntegerField(), default=list)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["by", "at"], name="actions_deed_of")]


class Refusal(models.Model):
    """A gate kept an action from leaving: one row from the first to the last date it did."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="refusals")
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="refusals")
    gate = models.CharField(_("gate"), max_length=40)
    rule = models.CharField(_("rule"), max_length=60)
    first_on = models.DateField(_("first refused on"))
    last_on = models.DateField(_("last refused on"))

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        constraints = [models.UniqueConstraint(fields=["action", "gate"], name="actions_refusal_once")]
        indexes = [models.Index(fields=["entity", "last_on"], name="actions_refusal_lately")]


class Tally(models.Model):
    """A change of how many open actions are alike in what the counters of the to-do list ask, and of their amount: the
    sum of the rows is what there is. Written by triggers on actions and read by tallies.py, never by hand.

    `entity_id` and `team_id` are no references: what is removed leaves rows that add up to nothing.
    """

    entity_id = models.BigIntegerField()
    team_id = models.BigIntegerField(null=True)
    owned = models.BooleanField()
    currency = CurrencyField()
    state = models.CharField(max_length=12)
    channel = models.CharField(max_length=10)
    oldest_due_on = models.DateField(null=True)
    snoozed_until = models.DateField(null=True)
    escalated_on = models.DateField(null=True)
    number = models.IntegerField()
    amount = models.DecimalField(max_digits=24, decimal_places=3)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["entity_id"], name="actions_tally_of_entity")]


class SavedView(models.Model):
    """A person's own set of filters of the to-do list, by name."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="actions_view_name")]

    def __str__(self) -> str:
        return self.name

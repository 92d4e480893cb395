import crm.core.money
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_extensions_and_functions"),
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
        ("letters", "0001_initial"),
        ("receivables", "0001_initial"),
        ("scenarios", "0001_initial"),
        ("segments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cycle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", crm.core.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("opened_on", models.DateField(verbose_name="opened on")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                ("passed_offset", models.SmallIntegerField(blank=True, null=True, verbose_name="passed up to (days)")),
                ("by_hand", models.BooleanField(default=False, verbose_name="waits for a person")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cycles", to="customers.customer"
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.entity"
                    ),
                ),
            ],
            options={
                "verbose_name": "cycle",
                "verbose_name_plural": "cycles",
            },
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", crm.core.money.CurrencyField(max_length=3, verbose_name="currency")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dunning", "dunning step"),
                            ("preventive", "preventive step"),
                            ("manual", "decided by a person"),
                            ("entry", "choose where the backlog enters"),
                            ("reply", "answer a message"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("step_code", models.CharField(max_length=40, verbose_name="step")),
                ("step_offset", models.SmallIntegerField(blank=True, null=True, verbose_name="days from the due date")),
                ("occasion_on", models.DateField(blank=True, null=True, verbose_name="occasion")),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "e-mail"), ("post", "letter"), ("sms", "SMS"), ("phone", "call")],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("automatic", "automatic"),
                            ("todo", "to do by a person"),
                            ("approval", "sent after approval"),
                        ],
                        max_length=10,
                        verbose_name="mode",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_approve", "to approve"),
                            ("todo", "to do"),
                            ("scheduled", "to be sent"),
                            ("done", "done"),
                            ("skipped", "skipped"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("formal_notice", models.BooleanField(default=False, verbose_name="formal notice")),
                (
                    "amount",
                    crm.core.money.MoneyField(
                        decimal_places=3,
                        help_text="Net of unapplied money, on the invoices carried.",
                        max_digits=18,
                        verbose_name="amount",
                    ),
                ),
                ("oldest_due_on", models.DateField(blank=True, null=True, verbose_name="oldest due date")),
                ("opened_on", models.DateField(verbose_name="opened on")),
                ("snoozed_until", models.DateField(blank=True, null=True, verbose_name="snoozed until")),
                ("rank", models.DecimalField(decimal_places=3, default=0, max_digits=20, verbose_name="rank")),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None, verbose_name="reasons"
                    ),
                ),
                ("escalated_on", models.DateField(blank=True, null=True, verbose_name="escalated on")),
                ("escalation_reason", models.CharField(blank=True, max_length=40, verbose_name="why escalated")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("outcome", models.CharField(blank=True, max_length=40, verbose_name="outcome")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("run_id", models.BigIntegerField(editable=False, null=True)),
                (
                    "address",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="customers.address",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.entity",
                        verbose_name="entity",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="segments.group",
                        verbose_name="group",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="receivables.invoice",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="actions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="collector",
                    ),
                ),
                (
                    "scenario_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scenarios.scenarioversion",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="actions",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="letters.template",
                        verbose_name="template",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="actions.cycle",
                    ),
                ),
            ],
            options={
                "verbose_name": "action",
                "verbose_name_plural": "actions",
            },
        ),
        migrations.CreateModel(
            name="Refusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gate", models.CharField(max_length=40, verbose_name="gate")),
                ("rule", models.CharField(max_length=60, verbose_name="rule")),
                ("first_on", models.DateField(verbose_name="first refused on")),
                ("last_on", models.DateField(verbose_name="last refused on")),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="refusals", to="actions.action"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refusals", to="customers.customer"
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.entity"
                    ),
                ),
            ],
            options={
                "verbose_name": "refusal",
                "verbose_name_plural": "refusals",
            },
        ),
        migrations.CreateModel(
            name="ActionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level_code", models.CharField(blank=True, max_length=40, verbose_name="own level")),
                ("reached", models.BooleanField(default=True, verbose_name="reached the step")),
                ("amount", crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="net amount")),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="actions.action"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="action_lines",
                        to="receivables.invoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice of an action",
                "verbose_name_plural": "invoices of an action",
                "constraints": [models.UniqueConstraint(fields=("action", "invoice"), name="actions_line_once")],
            },
        ),
        migrations.AddIndex(
            model_name="cycle",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)),
                fields=["entity", "customer"],
                name="actions_cycle_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="cycle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_on__isnull", True)),
                fields=("customer", "currency"),
                name="actions_one_open_cycle",
            ),
        ),
        migrations.AddConstraint(
            model_name="cycle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                ),
                name="actions_cycle_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                condition=models.Q(("state__in", ("todo", "to_approve"))),
                fields=["entity", "owner", "-rank", "id"],
                name="actions_worklist",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                condition=models.Q(("state__in", ("todo", "to_approve", "scheduled"))),
                fields=["customer", "currency"],
                name="actions_open_of_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(fields=["cycle"], name="actions_of_cycle"),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.UniqueConstraint(
                fields=("customer", "currency", "step_code", "cycle", "invoice", "occasion_on"),
                name="actions_action_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        models.Func(
                            models.F("amount"),
                            crm.core.money.CurrencyDecimals(models.F("currency")),
                            function="round",
                            output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18),
                        ),
                    ),
                    ("amount__isnull", True),
                    _connector="OR",
                ),
                name="actions_action_exact_money",
                violation_error_message="An amount has more decimals than its currency allows.",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("state__in", ("to_approve", "todo", "scheduled"))),
                    models.Q(
                        models.Q(("state__in", ("to_approve", "todo", "scheduled")), _negated=True),
                        ("closed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="actions_action_closed_with_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cycle__isnull", False), ("kind", "dunning"), ("step_offset__isnull", False)),
                    models.Q(("kind", "dunning"), _negated=True),
                    _connector="OR",
                ),
                name="actions_action_cycle_of_dunning",
            ),
        ),
        migrations.AddConstraint(
            model_name="refusal",
            constraint=models.UniqueConstraint(fields=("action", "gate"), name="actions_refusal_once"),
        ),
    ]

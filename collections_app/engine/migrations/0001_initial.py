import crm.core.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="date decided for")),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="running",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("fence", models.PositiveIntegerField(default=1)),
                ("opened", models.JSONField(default=dict, verbose_name="actions opened by step")),
                ("blocked", models.JSONField(default=dict, verbose_name="blocked by reason")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="accounts.entity",
                        verbose_name="entity",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "night run",
                "verbose_name_plural": "night runs",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", crm.core.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("on", models.DateField(verbose_name="date")),
                ("outcome", models.CharField(max_length=30, verbose_name="outcome")),
                ("step_code", models.CharField(blank=True, max_length=40, verbose_name="step")),
                ("next_look_on", models.DateField(blank=True, null=True, verbose_name="next look on")),
                ("facts", models.JSONField(default=dict, verbose_name="what it rested on")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="customers.customer"
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.entity"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="engine.run"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
            },
        ),
        migrations.CreateModel(
            name="RunStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=40, verbose_name="stage")),
                ("rows", models.BigIntegerField(default=0, verbose_name="rows")),
                ("ms", models.PositiveIntegerField(default=0, verbose_name="duration (ms)")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stages", to="engine.run"
                    ),
                ),
            ],
            options={
                "verbose_name": "stage of a run",
                "verbose_name_plural": "stages of a run",
            },
        ),
        migrations.CreateModel(
            name="DailyFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="date")),
                ("currency", crm.core.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("open_amount", crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="open")),
                ("overdue_amount", crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="overdue")),
                (
                    "unapplied_amount",
                    crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="unapplied"),
                ),
                (
                    "disputed_amount",
                    crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="disputed"),
                ),
                ("customers_overdue", models.PositiveIntegerField(verbose_name="customers overdue")),
                ("actions_open", models.PositiveIntegerField(verbose_name="open actions")),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.entity"
                    ),
                ),
            ],
            options={
                "verbose_name": "figures of the day",
                "verbose_name_plural": "figures of the days",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "on", "currency"), name="engine_figures_once_a_day")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["entity", "-on", "-id"], name="engine_run_latest"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("entity",), name="engine_one_running_run"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["entity", "-on"], name="engine_decision_of_entity"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("customer", "currency", "on"), name="engine_decision_once"),
        ),
        migrations.AddConstraint(
            model_name="runstage",
            constraint=models.UniqueConstraint(fields=("run", "name"), name="engine_stage_once"),
        ),
    ]

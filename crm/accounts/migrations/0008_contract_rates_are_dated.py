import django.db.models.deletion
from django.db import migrations, models

# What was agreed without a date goes on for everything, as it did.
DATED = """
insert into accounts_contractrate (entity_id, starts_on, percent)
select id, date '2000-01-01', late_rate_percent from accounts_entity where late_rate_percent is not null
"""
UNDATED = """
update accounts_entity e set late_rate_percent = (
    select r.percent from accounts_contractrate r where r.entity_id = e.id order by r.starts_on desc limit 1)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_who_stands_in")]
    operations = [
        migrations.CreateModel(
            name="ContractRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="invoices issued from")),
                (
                    "percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        help_text="Percent a year; empty = the legal default.",
                        max_digits=6,
                        null=True,
                        verbose_name="contractual late rate",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contract_rates",
                        to="accounts.entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "contractual late rate",
                "verbose_name_plural": "contractual late rates",
                "ordering": ["starts_on"],
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "starts_on"), name="accounts_contractrate_once")
                ],
            },
        ),
        migrations.RunSQL(DATED, UNDATED),
        migrations.RemoveField(model_name="entity", name="late_rate_percent"),
    ]

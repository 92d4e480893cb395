import django.db.models.deletion
from django.db import migrations, models

from crm.core.money import CurrencyField, MoneyField, exact_money


class Migration(migrations.Migration):
    dependencies = [
        ("holds", "0008_run_out"),
        ("receivables", "0015_what_days_add_up_to"),
    ]
    operations = [
        migrations.AlterField(
            model_name="declaration",
            name="hold",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="declarations",
                to="holds.hold",
                verbose_name="hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.UniqueConstraint(fields=("action_id",), name="holds_declaration_once"),
        ),
        migrations.CreateModel(
            name="DeclaredClaim",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "declaration_id", "invoice_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "declaration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="holds.declaration",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="receivables.invoice"
                    ),
                ),
                ("currency", CurrencyField(max_length=3, verbose_name="currency")),
                ("amount", MoneyField(decimal_places=3, max_digits=18, verbose_name="net amount")),
            ],
            options={
                "verbose_name": "claim of a declaration",
                "verbose_name_plural": "claims of a declaration",
                "default_permissions": (),
                "constraints": [exact_money("holds_declaredclaim", "amount")],
            },
        ),
    ]

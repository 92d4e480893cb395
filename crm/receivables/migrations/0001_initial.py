import crm.core.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_extensions_and_functions"),
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=120, verbose_name="identifier in the books")),
                ("number", models.CharField(max_length=60, verbose_name="number")),
                ("installment", models.PositiveSmallIntegerField(default=1, verbose_name="instalment")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invoice", "invoice"),
                            ("opening", "opening balance"),
                            ("returned_payment", "returned payment or refund"),
                            ("adjustment", "adjustment"),
                        ],
                        default="invoice",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "debt_type",
                    models.CharField(
                        choices=[
                            ("trade", "trade"),
                            ("rent", "rent"),
                            ("telecom", "telecom"),
                            ("transport", "transport"),
                            ("insurance", "insurance"),
                            ("loan", "loan"),
                            ("other", "other"),
                        ],
                        default="trade",
                        max_length=20,
                        verbose_name="debt type",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "due_on_source",
                    models.CharField(
                        choices=[("file", "from the file"), ("terms", "from confirmed terms"), ("guessed", "guessed")],
                        default="file",
                        max_length=10,
                        verbose_name="origin of the due date",
                    ),
                ),
                ("currency", crm.core.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("amount", crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="amount")),
                ("open_amount", crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="open amount")),
                ("settled_on", models.DateField(blank=True, null=True, verbose_name="settled on")),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="label")),
                ("import_batch_id", models.BigIntegerField(editable=False, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
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
            ],
            options={
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
            },
        ),
        migrations.CreateModel(
            name="Credit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=120, verbose_name="identifier in the books")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="reference")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("payment", "payment"),
                            ("credit_note", "credit note"),
                            ("opening", "opening balance"),
                            ("adjustment", "adjustment"),
                        ],
                        default="payment",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="date")),
                ("currency", crm.core.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("amount", crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="amount")),
                (
                    "open_amount",
                    crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="unapplied amount"),
                ),
                ("label", models.CharField(blank=True, max_length=200, verbose_name="label")),
                ("import_batch_id", models.BigIntegerField(editable=False, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
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
                    "names_invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="named_by",
                        to="receivables.invoice",
                        verbose_name="invoice it names",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment or credit note",
                "verbose_name_plural": "payments and credit notes",
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("allocated", "allocated"),
                            ("unallocated", "allocation undone"),
                            ("written_off", "written off"),
                            ("closed_in_ledger", "closed in ledger"),
                            ("reopened", "reopened"),
                            ("adjusted", "adjusted"),
                            ("refunded", "refunded"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("currency", crm.core.money.CurrencyField(max_length=3, verbose_name="currency")),
                ("amount", crm.core.money.MoneyField(decimal_places=3, max_digits=18, verbose_name="amount")),
                ("on", models.DateField(verbose_name="date")),
                ("at", models.DateTimeField(verbose_name="recorded at")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("import_batch_id", models.BigIntegerField(editable=False, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "credit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="receivables.credit",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.entity"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="receivables.invoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "movement",
                "verbose_name_plural": "movements",
            },
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("settled_on__isnull", True)),
                fields=["entity", "customer", "currency", "due_on"],
                include=("id", "open_amount", "kind", "due_on_source"),
                name="receivables_invoice_open",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["customer", "issued_on"], name="receivables_invoice_customer"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["number"], name="receivables_invoice_number"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("entity", "external_id", "installment"),
                name="receivables_invoice_once",
                violation_error_message="This invoice already exists in the entity.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
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
                    models.Q(
                        (
                            "open_amount",
                            models.Func(
                                models.F("open_amount"),
                                crm.core.money.CurrencyDecimals(models.F("currency")),
                                function="round",
                                output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18),
                            ),
                        ),
                        ("open_amount__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="receivables_invoice_exact_money",
                violation_error_message="An amount has more decimals than its currency allows.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0), ("open_amount__gte", 0), ("open_amount__lte", models.F("amount"))
                ),
                name="receivables_invoice_open_within_amount",
                violation_error_message="The open amount lies between zero and the amount of the invoice.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("open_amount", 0), ("settled_on__isnull", False)),
                    models.Q(("open_amount__gt", 0), ("settled_on__isnull", True)),
                    _connector="OR",
                ),
                name="receivables_invoice_settled_when_zero",
                violation_error_message="An invoice is settled exactly when nothing is left open.",
            ),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("open_amount__gt", 0)),
                fields=["entity", "customer", "currency"],
                include=("id", "open_amount", "names_invoice"),
                name="receivables_credit_open",
            ),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(fields=["customer", "received_on"], name="receivables_credit_customer"),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.UniqueConstraint(
                fields=("entity", "external_id"),
                name="receivables_credit_once",
                violation_error_message="This payment already exists in the entity.",
            ),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
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
                    models.Q(
                        (
                            "open_amount",
                            models.Func(
                                models.F("open_amount"),
                                crm.core.money.CurrencyDecimals(models.F("currency")),
                                function="round",
                                output_field=crm.core.money.MoneyField(decimal_places=3, max_digits=18),
                            ),
                        ),
                        ("open_amount__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="receivables_credit_exact_money",
                violation_error_message="An amount has more decimals than its currency allows.",
            ),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0), ("open_amount__gte", 0), ("open_amount__lte", models.F("amount"))
                ),
                name="receivables_credit_open_within_amount",
                violation_error_message="The unapplied amount lies between zero and the amount received.",
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                condition=models.Q(("invoice__isnull", False)),
                fields=["invoice", "on"],
                name="receivables_move_invoice",
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                condition=models.Q(("credit__isnull", False)), fields=["credit", "on"], name="receivables_move_credit"
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["import_batch_id"], name="receivables_move_batch"),
        ),
        migrations.AddConstraint(
            model_name="movement",
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
                name="receivables_movement_exact_money",
                violation_error_message="An amount has more decimals than its currency allows.",
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", 0), _negated=True),
                    models.Q(("invoice__isnull", False), ("credit__isnull", False), _connector="OR"),
                ),
                name="receivables_movement_names_something",
            ),
        ),
    ]

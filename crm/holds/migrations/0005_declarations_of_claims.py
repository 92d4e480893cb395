import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("holds", "0004_what_was_known_when"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Declaration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("declared_on", models.DateField(blank=True, null=True, verbose_name="declared on")),
                ("reference", models.CharField(blank=True, max_length=100, verbose_name="reference")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("action_id", models.BigIntegerField(editable=False)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declaration",
                        to="holds.hold",
                        verbose_name="hold",
                    ),
                ),
            ],
            options={
                "verbose_name": "declaration of claims",
                "verbose_name_plural": "declarations of claims",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("declared_on__isnull", False),
                            ("reason", ""),
                        )
                        | (
                            models.Q(("declared_on__isnull", True), ("reference", ""))
                            & ~models.Q(("reason", ""))
                        ),
                        name="holds_declaration_or_a_reason",
                    )
                ],
            },
        ),
    ]

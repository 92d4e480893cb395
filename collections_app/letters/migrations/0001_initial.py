import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "e-mail"), ("post", "letter"), ("sms", "SMS"), ("phone", "call")],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("preventive", "preventive"),
                            ("friendly", "friendly"),
                            ("reminder", "reminder"),
                            ("firm", "firm"),
                            ("formal_notice", "formal notice"),
                            ("statement", "statement"),
                        ],
                        max_length=15,
                        verbose_name="tone",
                    ),
                ),
                (
                    "attach_statement",
                    models.BooleanField(default=False, verbose_name="attach the statement of account"),
                ),
                ("attach_invoice_list", models.BooleanField(default=False, verbose_name="attach the list of invoices")),
                ("archived", models.BooleanField(default=False, verbose_name="archived")),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="templates",
                        to="accounts.entity",
                        verbose_name="entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "template",
                "verbose_name_plural": "templates",
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                ("body", models.TextField(verbose_name="body")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="letters.template"
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a template",
                "verbose_name_plural": "versions of templates",
            },
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.UniqueConstraint(
                fields=("entity", "code"),
                name="letters_template_code",
                violation_error_message="A template with this code already exists in the entity.",
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(
                fields=("template", "language", "number"), name="letters_version_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at__isnull", True)),
                fields=("template", "language"),
                name="letters_one_draft",
                violation_error_message="This template already has a draft in this language.",
            ),
        ),
    ]

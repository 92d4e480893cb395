import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("receivables", "0002_late_charges")]
    operations = [
        migrations.AddField(
            "movement",
            "undoes",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="receivables.movement",
                verbose_name="movement it undoes",
            ),
        ),
        migrations.AddConstraint(
            "movement",
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(undoes__isnull=False),
                name="receivables_movement_undone_once",
                violation_error_message="This movement was undone already.",
            ),
        ),
        migrations.AddConstraint(
            "movement",
            models.CheckConstraint(
                name="receivables_movement_sign_of_its_kind",
                condition=Q(kind__in=("allocated", "written_off", "closed_in_ledger", "refunded"), amount__lt=0)
                | Q(kind__in=("unallocated", "reopened"), amount__gt=0)
                | Q(kind="adjusted"),
                violation_error_message="The sign of a movement follows from its kind.",
            ),
        ),
        migrations.AddConstraint(
            "movement",
            models.CheckConstraint(
                name="receivables_movement_allocation_names_both",
                condition=~Q(kind__in=("allocated", "unallocated")) | Q(invoice__isnull=False, credit__isnull=False),
                violation_error_message="An allocation names an invoice and a payment or credit note.",
            ),
        ),
    ]

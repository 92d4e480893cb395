from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("actions", "0005_a_portfolio_goes_with_its_tasks")]

    operations = [
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["customer"],
                condition=Q(state__in=("todo", "to_approve")) | Q(state="scheduled"),
                name="actions_open_of_customer",
            ),
        ),
    ]

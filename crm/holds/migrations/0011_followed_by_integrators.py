from django.db import migrations

from crm.core.changed import followed, not_followed

HOLD = (
    "customer_id", "invoice_id", "born_before", "kind", "reason", "starts_on", "ends_on", "ended_on", "outcome",
    "mistaken_at", "author_id", "created_at", "amount", "currency",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("holds", "0010_how_much_was_promised"), ("core", "0002_followed_rows")]
    operations = [migrations.RunSQL(followed("holds_hold", HOLD), not_followed("holds_hold"))]

from django.db import migrations

from crm.core.changed import followed, not_followed, not_told_removed, told_removed

INVOICE = (
    "external_id", "customer_id", "number", "installment", "kind", "debt_type", "issued_on", "due_on", "due_on_source",
    "currency", "amount", "open_amount", "settled_on", "label",
)  # fmt: skip
CREDIT = (
    "external_id", "customer_id", "kind", "number", "received_on", "currency", "amount", "open_amount", "names_invoice_id",
    "label",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("receivables", "0017_anonymised_reasons"), ("core", "0002_followed_rows")]
    operations = [
        migrations.RunSQL(
            followed("receivables_invoice", INVOICE)
            + told_removed("receivables_invoice", "invoice", installment="installment"),
            not_told_removed("receivables_invoice") + not_followed("receivables_invoice"),
        ),
        migrations.RunSQL(
            followed("receivables_credit", CREDIT) + told_removed("receivables_credit", "payment"),
            not_told_removed("receivables_credit") + not_followed("receivables_credit"),
        ),
    ]

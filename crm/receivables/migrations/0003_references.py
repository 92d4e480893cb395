from django.db import migrations

from crm.core.references import refer_in_sets

# In the database too, so that undoing an import may remove its invoices in one statement.
FOLLOWS_INVOICE = """
alter table receivables_{table} add constraint receivables_{table}_invoice
foreign key (invoice_id) references receivables_invoice (id) on delete cascade deferrable initially deferred
"""


def follows_invoice(table):
    """Rows of the table go with their invoice."""
    return migrations.RunSQL(
        FOLLOWS_INVOICE.format(table=table),
        f"alter table receivables_{table} drop constraint receivables_{table}_invoice",
    )


class Migration(migrations.Migration):
    replaces = [("receivables", "0013_references_in_sets")]
    dependencies = [("core", "0001_extensions_and_functions"), ("receivables", "0002_open_amounts_hold")]
    operations = [
        follows_invoice("formalnotice"),
        follows_invoice("waiver"),
        refer_in_sets("receivables_invoice", {"entity_id": "accounts_entity", "customer_id": "customers_customer"}),
        refer_in_sets(
            "receivables_credit",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "names_invoice_id": "receivables_invoice",
            },
        ),
        refer_in_sets(
            "receivables_movement",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "invoice_id": "receivables_invoice",
                "credit_id": "receivables_credit",
                "by_id": "accounts_user",
            },
        ),
    ]

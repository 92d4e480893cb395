from django.db import migrations

# Of what came by file, when its import was done; of the rest only its date is known. No trigger is asked: no amount
# changes, nobody has to be looked at again, and a ledger has millions of rows.
KNOWN = """
alter table {table} disable trigger user;
update {table} x
set recorded_at = coalesce((select b.finished_at from imports_batch b where b.id = x.import_batch_id),
                           x.{dated}::timestamp at time zone e.time_zone)
from accounts_entity e where e.id = x.entity_id;
alter table {table} enable trigger user;
"""
DATED = {"receivables_invoice": "issued_on", "receivables_credit": "received_on"}


class Migration(migrations.Migration):
    dependencies = [("imports", "0006_the_books_of_a_day"), ("receivables", "0008_when_it_was_known_here")]
    operations = [
        migrations.RunSQL(KNOWN.format(table=table, dated=dated), migrations.RunSQL.noop)
        for table, dated in DATED.items()
    ]

from django.db import migrations, models

# Until now a list of open items left no trace of it. What was less than its amount when it came in was paid before, nobody
# knows when; what a later list showed less of was paid since the item was known here.
# The database refuses that one is changed: this adds what was not kept.
KNOWN = """
set constraints all immediate;
alter table receivables_movement disable trigger receivables_movement_append_only;
update receivables_movement m
set earliest_on = case when m.import_batch_id = i.import_batch_id then i.issued_on
                       else least(m."on", (i.recorded_at at time zone e.time_zone)::date) end
from receivables_invoice i
join accounts_entity e on e.id = i.entity_id
where i.id = m.invoice_id and m.kind = 'closed_in_ledger' and m.import_batch_id is not null and m.credit_id is null;
alter table receivables_movement enable trigger receivables_movement_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("receivables", "0013_amounts_that_can_be")]
    operations = [
        migrations.AddField(
            model_name="movement",
            name="earliest_on",
            field=models.DateField(
                editable=False,
                help_text="Of a list that tells no day: it happened between this day and its date. Late charges take this day.",
                null=True,
            ),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]

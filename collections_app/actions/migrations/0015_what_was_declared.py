from django.db import migrations

# All that is known of what was declared before it was kept: what its task carried, in one currency.
KEEP_WHAT_TASKS_CARRIED = """
insert into holds_declaredclaim (declaration_id, invoice_id, currency, amount)
select d.id, line.invoice_id, invoice.currency, line.amount
from holds_declaration d
join actions_actionline line on line.action_id = d.action_id
join receivables_invoice invoice on invoice.id = line.invoice_id
where line.amount > 0
"""


class Migration(migrations.Migration):
    dependencies = [("actions", "0014_cycles_that_resume"), ("holds", "0009_what_was_declared")]
    operations = [migrations.RunSQL(KEEP_WHAT_TASKS_CARRIED, migrations.RunSQL.noop)]

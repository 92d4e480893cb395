from django.db import migrations

from crm.core.references import refer_in_sets

# Lines are keyed by what they join: a number of their own would be a third index on the largest table a night writes.
BY_BOTH = "alter table actions_actionline rename constraint actions_actionline_pkey to actions_line_once"
AS_DJANGO_SAYS = "alter table actions_actionline rename constraint actions_line_once to actions_actionline_pkey"

# Triggers of one event fire by name, and each locks its table: a removal and a night that write cycles and actions in
# opposite orders would wait for each other.
RENAME = "alter trigger {parent}_{before}_actions_cycle on {parent} rename to {parent}_{after}_actions_cycle"


def renamed(parent):
    """What keeps this parent for its cycles fires first."""
    there = RENAME.format(parent=parent, before="kept_for", after="kept_first_for")
    return migrations.RunSQL(there, RENAME.format(parent=parent, before="kept_first_for", after="kept_for"))


class Migration(migrations.Migration):
    replaces = [("actions", "0004_references_in_sets")]
    dependencies = [("core", "0001_extensions_and_functions"), ("actions", "0002_rank_tallies_and_lives")]
    operations = [
        migrations.RunSQL(BY_BOTH, AS_DJANGO_SAYS),
        refer_in_sets("actions_cycle", {"entity_id": "accounts_entity", "customer_id": "customers_customer"}),
        refer_in_sets(
            "actions_action",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "cycle_id": "actions_cycle",
                "invoice_id": "receivables_invoice",
                "template_id": "letters_template",
                "scenario_version_id": "scenarios_scenarioversion",
                "group_id": "segments_group",
                "address_id": "customers_address",
                "owner_id": "accounts_user",
                "team_id": "accounts_team",
                "closed_by_id": "accounts_user",
            },
        ),
        refer_in_sets("actions_actionline", {"action_id": "actions_action", "invoice_id": "receivables_invoice"}),
        renamed("accounts_entity"),
        renamed("customers_customer"),
    ]

"""Tasks to declare the claims on insolvent customers, also of the proceedings that are known already."""

from django.db import migrations, models

TELL_OF_THOSE_IN_FORCE = """
with told as (
    insert into events_event (entity_id, customer_id, kind, payload, at)
    select h.entity_id, h.customer_id, 'hold.placed', jsonb_build_object('hold_ids', jsonb_build_array(h.id)), now()
    from holds_hold h
    where h.kind = 'insolvency' and h.ended_on is null and h.born_before is not null
    returning id
)
insert into events_delivery (event_id, consumer, failures, last_error)
select id, 'declarations', 0, '' from told
"""


class Migration(migrations.Migration):
    dependencies = [
        ("actions", "0009_the_last_night_of_each_customer"),
        ("events", "0001_initial"),
        ("holds", "0005_declarations_of_claims"),
    ]
    operations = [
        migrations.AlterField(
            model_name="action",
            name="kind",
            field=models.CharField(
                choices=[
                    ("dunning", "dunning step"),
                    ("preventive", "preventive step"),
                    ("manual", "decided by a person"),
                    ("entry", "choose where the backlog enters"),
                    ("reply", "answer a message"),
                    ("declaration", "declare claims"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.RunSQL(TELL_OF_THOSE_IN_FORCE, migrations.RunSQL.noop),
    ]

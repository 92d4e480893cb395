"""What an action was before its row was opened again. Lives that ended before this migration were not kept."""

import django.db.models.deletion
from django.db import migrations, models

# Row by row, and only of rows that open again: a trigger on whole statements would read all a night touches.
KEPT = """
alter table actions_life add constraint actions_life_action
foreign key (action_id) references actions_action (id) on delete cascade deferrable initially deferred;
create function actions_keep_life() returns trigger language plpgsql as $$
begin
    insert into actions_life (action_id, opened_on, closed_at, state, outcome)
    values (old.id, coalesce(old.reopened_on, old.opened_on), old.closed_at, old.state, old.outcome)
    on conflict do nothing;
    return null;
end $$;
create trigger actions_life_kept after update of closed_at on actions_action for each row
when (old.closed_at is not null and new.closed_at is null) execute function actions_keep_life();
"""
FORGOTTEN = "drop trigger actions_life_kept on actions_action; drop function actions_keep_life();"


class Migration(migrations.Migration):
    dependencies = [("actions", "0017_the_day_a_letter_left")]
    operations = [
        migrations.AddField(
            model_name="action",
            name="reopened_on",
            field=models.DateField(
                blank=True,
                help_text="The day what had left came back since.",
                null=True,
                verbose_name="opened again on",
            ),
        ),
        migrations.CreateModel(
            name="Life",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "action_id", "closed_at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="opened on")),
                ("closed_at", models.DateTimeField(verbose_name="closed at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_approve", "to approve"),
                            ("todo", "to do"),
                            ("scheduled", "to be sent"),
                            ("done", "done"),
                            ("skipped", "skipped"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=40, verbose_name="outcome")),
                (
                    "action",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lives",
                        to="actions.action",
                    ),
                ),
            ],
            options={
                "verbose_name": "earlier life of an action",
                "verbose_name_plural": "earlier lives of actions",
            },
        ),
        migrations.RunSQL(KEPT, FORGOTTEN),
    ]

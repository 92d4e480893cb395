import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ENTRY_TABLE = """
create sequence timeline_entry_id_seq;
create table timeline_entry (
    id bigint not null default nextval('timeline_entry_id_seq'),
    at timestamptz not null,
    entity_id bigint not null references accounts_entity deferrable initially deferred,
    customer_id bigint not null references customers_customer deferrable initially deferred,
    kind varchar(12) not null,
    subject varchar(200) not null,
    params jsonb not null default '{}',
    text text not null default '',
    actor_id bigint references accounts_user deferrable initially deferred,
    about varchar(30) not null default '',
    about_id bigint,
    primary key (at, id)
) partition by range (at);
create index timeline_by_customer on timeline_entry (customer_id, at desc, id desc);
create table timeline_entry_other partition of timeline_entry default;
"""

# Called by the night for the months ahead; history imported for past months stays in the default partition.
ENSURE_MONTH = """
create function timeline_ensure_month(month date) returns void language plpgsql as $$
declare first_day date := date_trunc('month', month)::date;
begin
    execute format('create table if not exists timeline_entry_%s partition of timeline_entry for values from (%L) to (%L)',
                   to_char(first_day, 'YYYYMM'), first_day, (first_day + interval '1 month')::date);
end
$$
"""

DROP = """
drop function timeline_ensure_month(date); drop table timeline_entry; drop sequence timeline_entry_id_seq
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ENTRY_TABLE + ENSURE_MONTH, DROP)],
            state_operations=[
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "at", "id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "id",
                            models.BigIntegerField(
                                db_default=models.Func(models.Value("timeline_entry_id_seq"), function="nextval")
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("import", "import"),
                                    ("message", "message"),
                                    ("reply", "reply received"),
                                    ("call", "call"),
                                    ("note", "note"),
                                    ("action", "action"),
                                    ("decision", "decision"),
                                    ("refusal", "refusal"),
                                    ("hold", "hold"),
                                    ("money", "money"),
                                    ("change", "change of the file"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("subject", models.CharField(max_length=200)),
                        ("params", models.JSONField(default=dict)),
                        ("text", models.TextField(blank=True)),
                        ("about", models.CharField(blank=True, max_length=30)),
                        ("about_id", models.BigIntegerField(null=True)),
                        (
                            "actor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="entries",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="accounts.entity"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "timeline entry",
                        "verbose_name_plural": "timeline entries",
                        "indexes": [models.Index(fields=["customer", "-at", "-id"], name="timeline_by_customer")],
                    },
                ),
            ],
        ),
    ]

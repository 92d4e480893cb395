import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.core.references import refer_in_sets

ENTRY_TABLE = """
create sequence timeline_entry_id_seq;
create table timeline_entry (
    id bigint not null default nextval('timeline_entry_id_seq'),
    at timestamptz not null,
    entity_id bigint not null,
    customer_id bigint not null,
    kind varchar(12) not null,
    subject varchar(200) not null,
    params jsonb not null default '{}',
    text text not null default '',
    actor_id bigint,
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
exception when check_violation then
    null;  -- the default partition already holds entries of that month: they stay there
end
$$
"""

# The merge of two customers moves entries from one to the other; the undoing of an import takes a customer it brought away
# with the entries that tell of this import alone; a training entity is wiped and made again, its history is nobody's.
# Nothing else changes what was written.
APPEND_ONLY = """
create function timeline_entry_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if old is not distinct from new then
            return new;
        end if;
    elsif old.about = 'import' and old.about_id::text = current_setting('acquit.undo_import', true) then
        return old;
    elsif exists (select from accounts_entity e where e.id = old.entity_id and e.training) then
        return old;
    end if;
    raise exception 'The timeline is append-only.' using errcode = 'restrict_violation';
end
$$;
create trigger timeline_entry_append_only before update or delete on timeline_entry
for each row execute function timeline_entry_append_only();
"""
NO_LONGER = "drop trigger timeline_entry_append_only on timeline_entry; drop function timeline_entry_append_only()"

DROP = """
drop function timeline_ensure_month(date); drop table timeline_entry; drop sequence timeline_entry_id_seq
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("timeline", "0002_append_only"),
        ("timeline", "0003_months_beside_history"),
        ("timeline", "0004_an_undone_import_takes_its_entries"),
        ("timeline", "0005_training_is_made_again"),
        ("timeline", "0006_references_in_sets"),
    ]
    dependencies = [
        ('core', '0001_extensions_and_functions'),
        ('accounts', '0001_initial'),
        ('customers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ENTRY_TABLE + ENSURE_MONTH, DROP)],
            state_operations=[
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('pk', models.CompositePrimaryKey('at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.BigIntegerField(db_default=models.Func(models.Value('timeline_entry_id_seq'), function='nextval'))),
                        ('at', models.DateTimeField()),
                        ('kind', models.CharField(choices=[('import', 'import'), ('message', 'message'), ('reply', 'reply received'), ('call', 'call'), ('note', 'note'), ('action', 'action'), ('decision', 'decision'), ('refusal', 'refusal'), ('hold', 'hold'), ('money', 'money'), ('change', 'change of the file')], max_length=12)),
                        ('subject', models.CharField(max_length=200)),
                        ('params', models.JSONField(default=dict)),
                        ('text', models.TextField(blank=True)),
                        ('about', models.CharField(blank=True, max_length=30)),
                        ('about_id', models.BigIntegerField(null=True)),
                        ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='entries', to='customers.customer')),
                        ('entity', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.entity')),
                    ],
                    options={
                        'verbose_name': 'timeline entry',
                        'verbose_name_plural': 'timeline entries',
                        'indexes': [models.Index(fields=['customer', '-at', '-id'], name='timeline_by_customer')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(APPEND_ONLY, NO_LONGER),
        refer_in_sets(
            "timeline_entry",
            {"entity_id": "accounts_entity", "customer_id": "customers_customer", "actor_id": "accounts_user"},
        ),
    ]

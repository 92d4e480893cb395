"""A large ledger written in SQL, the same at each run: no random numbers, only digits of a hash of the row's number."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import connection, transaction
from guardian.shortcuts import assign_perm

from bench._guard import refuse
from collections_app.letters import operations as letters
from collections_app.letters.models import Template
from collections_app.scenarios.models import EntryPolicy, Scenario, ScenarioVersion, Step
from collections_app.segments.models import Group
from crm.accounts.models import Entity, Role, Team, TeamMember, User

ON = date(2026, 6, 30)

# digits(n, salt, k): a stable number from 0 to k - 1 for row n; the hash of a constant salt is computed once.
DIGITS = """
create or replace function bench_digits(n bigint, salt text, k integer) returns integer language sql immutable
parallel safe as $$ select ((hashint8extended(n, hashtextextended(salt, 0)) & 9007199254740991) % k)::integer $$
"""
# Names as a ledger holds them, accents included: a trade and a family name of three syllables (37,000 of them).
NAMES = """
create or replace function bench_name(n bigint) returns text language sql immutable parallel safe as $$
    select (array['Boulangerie', 'Menuiserie', 'Garage', 'Société', 'Établissements', 'Pharmacie', 'Hôtel', 'Ateliers',
                  'Crèmerie', 'Cabinet', 'Transports', 'Maçonnerie', 'Électricité', 'Fromagerie', 'Librairie',
                  'Imprimerie'])[1 + bench_digits(n, 'trade', 16)] || ' '
        || initcap(syllable[1 + bench_digits(n, 'first', 34)] || syllable[1 + bench_digits(n, 'second', 34)]
                   || syllable[1 + bench_digits(n, 'third', 34)])
    from (select array['ba', 'bé', 'bou', 'ca', 'cha', 'ché', 'dou', 'dé', 'du', 'fa', 'fro', 'ga', 'gui', 'la', 'lé',
                       'lou', 'ma', 'mé', 'mon', 'na', 'né', 'pa', 'pé', 'pon', 'ra', 'ré', 'rou', 'sa', 'tin', 'tré',
                       'va', 'vé', 'vin', 'zo'] as syllable) syllables
$$
"""
CUSTOMERS = """
insert into customers_customer (entity_id, external_id, name, kind, siren, siret, vat_number, language, time_zone,
                                country, city, category, tags, attributes, team_id, created_at)
select %(entity)s, 'C' || n, bench_name(n),
       case when bench_digits(n, 'kind', 100) < 80 then 'professional'
            when bench_digits(n, 'kind', 100) < 95 then 'consumer' else 'public_body' end,
       '', '', '', '', '', 'FR', 'Ville ' || bench_digits(n, 'city', 200),
       (array['A', 'B', 'C', 'D'])[1 + bench_digits(n, 'category', 4)], '{}', '{}', %(team)s, now()
from generate_series(1, %(customers)s) n
"""
ADDRESSES = """
insert into customers_address (customer_id, channel, value, preferred, invalid_reason, consent)
select id, channel, case channel when 'email' then 'c' || id || '@client.example' else id || ' rue Longue' end,
       true, '', 'unknown'
from customers_customer cross join unnest(array['email', 'post']) channel
where entity_id = %(entity)s and bench_digits(id, channel, 100) < 92
"""
INVOICES = """
with invoice as (
    insert into receivables_invoice (entity_id, customer_id, external_id, number, installment, kind, debt_type,
                                     issued_on, due_on, due_on_source, currency, amount, open_amount, settled_on, label)
    select %(entity)s, %(first)s + (n %% %(customers)s), 'F' || n, 'F' || n, 1, 'invoice', 'trade', due_on - 30, due_on,
           'file', 'EUR', amount, case when settled then 0 else amount end, case when settled then due_on + 3 end, ''
    from (
        select n, 20 + bench_digits(n, 'amount', 500000) / 100.0 as amount, fate < 45 as settled,
               case when fate < 92 then %(on)s::date - 1 - bench_digits(n, 'late', 180)
                    else %(on)s::date + bench_digits(n, 'soon', 40) end as due_on
        from (select n, bench_digits(n, 'fate', 100) as fate from generate_series(1, %(invoices)s) n) drawn
    ) drawn
    returning entity_id, customer_id, id, currency, amount, settled_on
)
insert into receivables_movement (entity_id, customer_id, invoice_id, kind, currency, amount, "on", at, reason)
select entity_id, customer_id, id, 'closed_in_ledger', currency, -amount, settled_on, now(), ''
from invoice where settled_on is not null
"""
CREDITS = """
insert into receivables_credit (entity_id, customer_id, external_id, number, kind, received_on, currency, amount,
                                open_amount, label)
select %(entity)s, id, 'R' || id, '', 'payment', %(on)s::date - 2, 'EUR', 50 + bench_digits(id, 'money', 2000),
       50 + bench_digits(id, 'money', 2000), ''
from customers_customer where entity_id = %(entity)s and bench_digits(id, 'credit', 100) < 8
"""
HOLDS = """
insert into holds_hold (entity_id, customer_id, invoice_id, kind, reason, starts_on, outcome, created_at)
select entity_id, customer_id, id, 'dispute', 'bench', %(on)s::date - 10, '', now()
from receivables_invoice
where entity_id = %(entity)s and settled_on is null and bench_digits(id, 'hold', 100) < 2
"""
TABLES = ("customers_customer", "customers_address", "receivables_invoice", "receivables_credit",
          "receivables_movement", "holds_hold")  # fmt: skip
# Everything but what the set-up wrote: not all tables refer to the entity by a constraint.
_CLEAR = """
do $$
begin
    execute (
        select 'truncate ' || string_agg(format('%I', tablename), ', ') || ' restart identity cascade' from pg_tables
        where schemaname = 'public' and tablename !~ '^(django_|auth_|law_|accounts_user$|account_|socialaccount_|mfa_)'
    );
end $$
"""
# What triggers would have added up.
DAYS = """
insert into receivables_daytally (entity_id, currency, "on", item, amount, number)
select r.entity_id, r.currency, r."on", r.item, sum(r.amount), count(*)
from (
    select entity_id, currency, issued_on as "on", 'owed_' || kind as item, amount from receivables_invoice
    union all
    select entity_id, currency, settled_on, 'settled', amount from receivables_invoice where settled_on is not null
    union all
    select entity_id, currency, received_on, 'paid_' || kind, amount from receivables_credit
) r
group by r.entity_id, r.currency, r."on", r.item
union all
select r.entity_id, r.currency, d."on", d.item, sum(d.amount), 0
from receivables_invoice r
cross join lateral (
    values (r.issued_on, 'not_due_owed', r.amount), (r.due_on + 1, 'not_due_owed', -r.amount)
) d("on", item, amount)
where r.issued_on <= r.due_on
group by r.entity_id, r.currency, d."on", d.item
"""
# Those no constraint needs, so that they may be made again afterwards.
INDEXES = """
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
where i.indrelid = any(%(tables)s::text[]::regclass[]) and c.oid is null order by 1
"""


def build(customers: int, invoices: int) -> Entity:
    """An entity with this many customers and invoices (47 % open and late, 8 % not yet due), 12 groups, 4 scenarios."""
    entity, team = house()
    run(DIGITS)
    run(NAMES)
    params = {"entity": entity.pk, "team": team.pk, "customers": customers, "invoices": invoices, "on": ON}
    with written_at_once(TABLES):
        run(CUSTOMERS, params)
        params["first"] = one("select min(id) from customers_customer where entity_id = %(entity)s", params)
        for statement in (ADDRESSES, INVOICES, CREDITS, HOLDS):
            run(statement, params)
        run("delete from receivables_daytally")
        run(DAYS)
    for table in TABLES:
        run(f"vacuum (analyze) {table}")
    return entity


@contextmanager
def written_at_once(tables: Sequence[str]) -> Iterator[None]:
    """One transaction in which millions of rows are written: no trigger for a superuser, indexes made at the end."""
    with transaction.atomic():
        if one("select rolsuper from pg_roles where rolname = current_user"):
            run("set local session_replication_role = replica")
        with connection.cursor() as cursor:
            cursor.execute(INDEXES, {"tables": list(tables)})
            indexes = dict(cursor.fetchall())
        for index in indexes:
            run(f"drop index {index}")
        yield
        for definition in indexes.values():
            run(definition)


def empty() -> None:
    """What the set-up wrote is left. Exits with the reason where others made entities."""
    refuse()
    run(_CLEAR)


def house() -> tuple[Entity, Team]:
    empty()
    entity = Entity.objects.create(
        code="BENCH", legal_name="Bench", live_since="2020-01-01", sender_email="a@b.example"
    )
    team = Team.objects.create(entity=entity, name="Bench")
    User.objects.filter(username__startswith="bench").delete()
    for number in range(10):
        user = User.objects.create(username=f"bench{number}", role=Role.COLLECTOR, capacity=200)
        TeamMember.objects.create(team=team, user=user)
        assign_perm("accounts.see_team", user, team)
    _groups(entity, team, [_scenario(entity, number) for number in range(4)])
    return entity, team


def _scenario(entity: Entity, number: int) -> Scenario:
    scenario = Scenario.objects.create(entity=entity, code=f"s{number}", name=f"Scenario {number}")
    version = ScenarioVersion.objects.create(scenario=scenario, number=1, entry_policy=EntryPolicy.STEP_BY_AGE)
    template = Template.objects.create(entity=entity, code=f"t{number}", name="t", channel="email", tone="reminder")
    draft = letters.save_draft(template, language=entity.language, subject="Rappel", body="Merci de régler.")
    letters.publish(draft, by=None, at=datetime.combine(ON, time(), UTC))
    for offset in (-5, 5, 15, 30, 45, 60):
        automatic = offset in (-5, 5, 15) and number < 3
        Step.objects.create(
            version=version, code=f"j{offset}", name=f"J{offset:+d}", offset_days=offset,
            channel="email" if automatic else "phone", mode="automatic" if automatic else "todo",
            template=template if automatic else None,
        )  # fmt: skip
    ScenarioVersion.objects.filter(pk=version.pk).update(state="published")
    return scenario


def _groups(entity: Entity, team: Team, scenarios: list[Scenario]) -> None:
    conditions: list[dict[str, Any]] = [
        {"fact": "kind", "is": "in", "value": [kind]} for kind in ("public_body", "consumer")
    ]
    conditions += [{"fact": "overdue", "is": "gt", "value": str(amount)} for amount in (40000, 30000, 25000)]
    conditions += [{"fact": "overdue_over_90", "is": "gt", "value": str(amount)} for amount in (15000, 10000)]
    conditions += [
        {"all": [{"fact": "category", "is": "in", "value": [letter]}, {"fact": "overdue", "is": "gt", "value": "5000"}]}
        for letter in "ABCD"
    ]
    for priority, criteria in enumerate(conditions, start=1):
        Group.objects.create(
            entity=entity, code=f"g{priority}", name=f"Group {priority}", priority=priority, criteria=criteria,
            scenario=scenarios[priority % 4], team=team,
        )  # fmt: skip
    Group.objects.create(
        entity=entity, code="rest", name="Rest", priority=900, is_default=True, scenario=scenarios[0], team=team
    )


def run(statement: str, params: dict[str, Any] | None = None) -> None:
    """Execute one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def one(statement: str, params: dict[str, Any] | None = None) -> Any:
    """The single value of a SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]

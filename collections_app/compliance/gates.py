"""May we contact? Every gate answers, in one statement for one contact or for a whole night."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db import connection

from collections_app.compliance.registry import Gate, contact_sources, gates
from collections_app.compliance.time_barred import ran_out
from crm.core import planned, sql

Answer = Literal["allowed", "not_before", "refused"]

VERDICT = """
with candidate as materialized (
    {candidates}
), {asked}, objection as (
    {objections}
), verdict as (
    -- A refusal comes before a delay; of several delays the longest counts.
    select distinct on (key) key, answer, gate, rule, article, not_before_at
    from objection
    order by key, answer desc, not_before_at desc nulls first, rank
)
select candidate.key, coalesce(verdict.answer, 'allowed') as answer, coalesce(verdict.gate, '') as gate,
       coalesce(verdict.rule, '') as rule, coalesce(verdict.article, '') as article, verdict.not_before_at
from candidate left join verdict using (key)
"""
CLOSED = """
select key, 'refused' as answer, 'registry' as gate, 'no_gate' as rule, 'Acquit' as article,
       null::timestamptz as not_before_at
from ({candidates}) candidate
"""


@dataclass(frozen=True)
class Verdict:
    """`gate`, `rule` (its code) and `article` say what objects; `not_before_at` is set when the answer is a delay."""

    key: int
    answer: Answer
    gate: str
    rule: str
    article: str
    not_before_at: datetime | None


# SQL types of what `parameters` gives.
TYPES = {"gate_at": "timestamptz", "gate_allowed": "text[]"}


def evaluate(
    candidates_sql: str, params: Mapping[str, Any], *, at: datetime, types: Mapping[str, str] | None = None
) -> list[Verdict]:
    """Ask every gate about each candidate at the instant `at`; one row per candidate, one statement in all.

    `candidates_sql` is a SELECT of (key bigint, entity_id, customer_id, currency, channel, address_id, formal_notice
    bool, automatic bool, amount, invoice_ids bigint[], oldest_due_on date, occasion bigint, message bigint):
    `oldest_due_on` is that of these invoices, null where it was not counted just now; `occasion` is the run (what the
    same run already sent to the same address is the same contact), `message` the queued message it is about (those
    queued after it wait for it, not it for them); null where there is none. Names of `params` that start with "gate_"
    are taken. `types`, the SQL type of each of `params`, has the statement planned once per connection: for what is
    asked about one contact at a time.
    Without any gate registered every contact is refused.
    """
    given = {**params, **parameters(at)}
    if types is not None:
        return [Verdict(*row) for row in planned.rows(statement(candidates_sql), {**types, **TYPES}, given)]
    with connection.cursor() as cursor:
        cursor.execute(statement(candidates_sql), given)
        return [Verdict(*row) for row in cursor.fetchall()]


def statement(candidates_sql: str) -> str:
    """The SELECT behind `evaluate`, for those who put it inside a statement of their own (with `parameters`)."""
    if not gates:
        return CLOSED.format(candidates=candidates_sql)
    chain = sorted(gates.values(), key=lambda gate: gate.order)
    return VERDICT.format(
        candidates=candidates_sql,
        asked=sql.statement("collections_app.compliance", "asked"),
        objections="\n    union all\n".join(_objection(gate) for gate in chain),
    )


def parameters(at: datetime) -> dict[str, Any]:
    """What the statement needs beside the parameters of the candidates."""
    return {"gate_at": at, "gate_allowed": [item.lower() for item in settings.MAIL_RECIPIENT_ALLOWLIST]}


def _objection(gate: Gate) -> str:
    text = gate.statement().replace("{contacts}", _contacts()).replace("{ran_out}", ran_out())
    return (
        f"select key, answer, '{gate.name}' as gate, rule, article, not_before_at, {gate.order} as rank\n"
        f"    from ({text}) {gate.name}_gate"
    )


def _contacts() -> str:
    nothing = (
        "select null::bigint as id, null::bigint as customer_id, null::text as channel, null::text as recipient, "
        "null::bigint as occasion, null::timestamptz as at, null::bigint as message, "
        "null::timestamptz as queued_for where false"
    )
    return "\nunion all\n".join([nothing, *contact_sources.values()])

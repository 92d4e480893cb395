"""The stages of a night, in order. Each is idempotent and runs in a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from collections_app.actions.dispatch import ORIGIN
from collections_app.engine.freshness import check_freshness
from collections_app.engine.handing_over import hand_over
from collections_app.engine.night import Night
from collections_app.engine.people import release
from collections_app.segments.operations import regroup
from crm.holds.operations import end_expired_holds
from crm.timeline.partitions import ensure_months
from telephony.messaging import operations as messaging

BLOCKED = """
select decided, count(*) from night_decided
where decided in ('held', 'no_scenario', 'by_hand', 'below_minimum', 'due_date_not_certain') group by decided
"""
OPENED = "select step_code, count(*) from actions_action where run_id = %(run)s group by step_code order by step_code"

# Two parts, each read through its own partial index.
STILL_LEAVING = """
select x.id from (
    select origin, origin_id from messaging_message where entity_id = %(entity)s and state in ('planned', 'waiting')
    union all
    select origin, origin_id from messaging_message where entity_id = %(entity)s and state = 'ready'
) m join actions_action x on x.id = m.origin_id
where m.origin = 'action' and x.state = 'cancelled'
"""


@dataclass(frozen=True)
class Stage:
    name: str
    work: Callable[[Night], int]
    rereads: bool = False
    """Its result lives in the session only: done again when a run is resumed."""


def end_holds(night: Night) -> int:
    ensure_months(night.on)
    return end_expired_holds(night.entity, on=night.on, at=night.at)


def read_facts(night: Night) -> int:
    """Net open items and what each account owes late, as tables of this session."""
    rows = night.keep("night_items", "items")
    with connection.cursor() as cursor:
        cursor.execute("create index on night_items (invoice_id)")
    night.keep("night_accounts", "accounts")
    return rows


def join_whole_sets() -> None:
    """For the rest of the stage. Tables just written have no statistics: a nested loop chosen on a wrong guess would
    be quadratic in customers, and nothing here looks at one customer only."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off")


def close(night: Night) -> int:
    join_whole_sets()
    """What nothing is left to say about, and its messages that have not left: a printed letter leaves the pile."""
    closed = night.do("close_cycles") + night.do("cancel_settled")
    with connection.cursor() as cursor:
        cursor.execute(STILL_LEAVING, night.params)
        leaving = [key for (key,) in cursor.fetchall()]
    if leaving:
        messaging.cancel(origin=ORIGIN, origin_ids=leaving, reason="settled", at=night.at)
    return closed


def group(night: Night) -> int:
    moved = regroup(night.entity, on=night.on)
    night.learn("segments_membership", moved)
    return moved


def decide(night: Night) -> int:
    """Open cycles and actions, refresh what open actions carry, record what changed in the decisions."""
    join_whole_sets()
    night.learn("actions_cycle", night.do("open_cycles"))
    night.keep("night_plan", "plan")
    night.keep("night_invoices", "plan_invoices")
    night.keep("night_decided", "decided")
    night.keep("night_preventive", "plan_preventive")
    night.keep("night_addresses", "addresses")
    opened = sum(
        night.do(name)
        for name in ("open_account_actions", "open_invoice_actions", "open_entry_tasks", "open_preventive_actions")
    )
    night.learn("actions_action", opened)
    lines = night.do("line_dunning") + night.do("line_preventive")
    night.learn("actions_actionline", lines)
    for name in ("unline", "refresh_lines", "refresh_amounts", "record_decisions"):
        night.do(name)
    night.blocked |= night.count(BLOCKED)
    return opened


def rank(night: Night) -> int:
    join_whole_sets()
    return night.do("rank")


def assign(night: Night) -> int:
    """Owners, then escalations."""
    join_whole_sets()
    return night.do("assign") + night.do("escalate")


def take_figures(night: Night) -> int:
    return night.do("figures")


STAGES = (
    Stage("freshness", check_freshness),
    Stage("holds", end_holds),
    Stage("facts", read_facts, rereads=True),
    Stage("close", close),
    Stage("groups", group),
    Stage("decide", decide),
    Stage("rank", rank),
    Stage("people", release),
    Stage("assign", assign),
    Stage("hand_over", hand_over),
    Stage("figures", take_figures),
)

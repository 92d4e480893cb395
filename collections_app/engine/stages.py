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


DECIDING = (
    ("night_plan", "plan"),
    ("night_invoices", "plan_invoices"),
    ("night_preventive", "plan_preventive"),
)


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
    night.keep("night_accounts", "accounts")
    return rows


def close(night: Night) -> int:
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
    """What is decided for each account and what opens, as tables of this session; cycles open in the ledger."""
    night.learn("actions_cycle", night.do("open_cycles"))
    for table, name in DECIDING:
        night.keep(table, name)
    night.name("night_decided", "decided")
    night.blocked |= night.count(BLOCKED)
    return night.keep("night_openings", "openings")


def rank(night: Night) -> int:
    """What each open action carries, asks for and weighs, those that open included; tables of this session."""
    rows = night.keep("night_actions", "open_actions")
    night.keep("night_lines", "lines")
    night.keep("night_ranks", "ranks")
    return rows


def assign(night: Night) -> int:
    """Who takes what nobody has; tables of this session."""
    night.keep("night_orphans", "orphans")
    return night.keep("night_owners", "owners")


def write(night: Night) -> int:
    """Everything decided, in one transaction, each row once; escalations come last, they look at what stands."""
    opened = night.do("insert_actions") + night.do("reopen_actions")
    night.do("refresh_actions")
    night.learn("actions_action", opened)
    for name in ("drop_lines", "refresh_lines"):
        night.do(name)
    night.learn("actions_actionline", night.do("insert_lines"))
    night.do("record_decisions")
    night.do("escalate")
    return opened


def take_figures(night: Night) -> int:
    return night.do("figures")


STAGES = (
    Stage("freshness", check_freshness),
    Stage("holds", end_holds),
    Stage("facts", read_facts, rereads=True),
    Stage("close", close),
    Stage("groups", group),
    Stage("people", release),
    Stage("decide", decide, rereads=True),
    Stage("rank", rank, rereads=True),
    Stage("assign", assign, rereads=True),
    Stage("open", write),
    Stage("hand_over", hand_over),
    Stage("figures", take_figures),
)

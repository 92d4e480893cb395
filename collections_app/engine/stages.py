"""The stages of a night, in order. Each is idempotent and runs in a transaction of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from collections_app.engine.freshness import check_freshness
from collections_app.engine.handing_over import hand_over, keep_below_ceilings, recall
from collections_app.engine.morning.reports import check, withhold
from collections_app.engine.night import HERE, Night, join_whole_sets
from collections_app.segments.among import between
from collections_app.segments.operations import regroup
from crm.core import sql
from crm.holds.operations import end_expired_holds
from crm.timeline.partitions import ensure_months

BLOCKED = """
select decided, count(*) from night_decided
where decided in ('held', 'no_scenario', 'by_hand', 'below_minimum', 'due_date_not_certain') group by decided
"""
OPENED = "select step_code, count(*) from actions_action where run_id = %(run)s group by step_code order by step_code"

DECIDING = (
    ("night_plan", "plan"),
    ("night_invoices", "plan_invoices"),
    ("night_preventive", "plan_preventive"),
)


@dataclass(frozen=True)
class Stage:
    name: str
    work: Callable[[Night], int]


def end_holds(night: Night) -> int:
    ensure_months(night.on)
    return end_expired_holds(night.entity, on=night.on, at=night.at)


def read_facts(night: Night) -> int:
    """Net open items and what each account owes late, as tables of this session."""
    rows = night.keep("night_items", "items")
    night.keep("night_accounts", "accounts")
    night.owed = sql.rows(HERE, "owed", night.params)
    return rows


def close(night: Night) -> int:
    """What nothing is left to say about, and in the same transaction its messages that have not left."""
    closed = night.do("close_cycles") + night.do("cancel_settled")
    recall(night)
    return closed


def group(night: Night) -> int:
    return regroup(night.entity, on=night.on, among=between(*night.customers))


def release(night: Night) -> int:
    """Take back the open actions of people who are no longer active, before actions are given out."""
    return night.do("release")


def decide(night: Night) -> int:
    """What is decided for each account and what opens, as tables of this session; cycles open in the ledger."""
    night.do("open_cycles")
    for table, name in DECIDING:
        night.keep(table, name)
    night.name("night_decided", "decided")
    night.blocked |= night.count(BLOCKED)
    return night.keep("night_openings", "openings")


def rank(night: Night) -> int:
    """What each open action carries, asks for and weighs, and whose it is by rule, those that open included; tables of
    this session."""
    rows = night.keep("night_actions", "open_actions")
    night.keep("night_lines", "lines")
    night.keep("night_ranks", "ranks")
    night.keep("night_owners", "owners")
    return rows


def write(night: Night) -> int:
    """Everything decided, in one transaction, each row once."""
    opened = night.do("insert_actions") + night.do("reopen_actions")
    for name in ("refresh_actions", "drop_lines", "refresh_lines", "insert_lines", "record_decisions"):
        night.do(name)
    return opened


def assign(night: Night) -> int:
    """Give out what no rule gave to a person, then pass on what waits too long."""
    join_whole_sets()
    return night.do("assign") + night.do("escalate")


def take_figures(night: Night) -> int:
    night.params["owed"] = json.dumps(night.owed, default=str)
    return night.do("figures")


BEFORE = (
    Stage("withhold", withhold),
    Stage("freshness", check_freshness),
    Stage("holds", end_holds),
    Stage("people", release),
)
BY_CUSTOMER = (
    Stage("groups", group),
    Stage("facts", read_facts),
    Stage("close", close),
    Stage("decide", decide),
    Stage("rank", rank),
    Stage("open", write),
    Stage("hand_over", hand_over),
)
AFTER = (
    Stage("ceilings", keep_below_ceilings),
    Stage("assign", assign),
    Stage("check", check),
    Stage("figures", take_figures),
)
STAGES = BEFORE + BY_CUSTOMER + AFTER

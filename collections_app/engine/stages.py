"""The stages of a night, in order. Each is idempotent and runs in a transaction of its own."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from collections_app.actions.declaring import ask_for_the_rest
from collections_app.actions.dispatch import ORIGIN
from collections_app.actions.insolvent import ask_about_other_accounts
from collections_app.compliance.time_barred import hold_what_ran_out
from collections_app.engine import scope, watched
from collections_app.engine.freshness import check_freshness
from collections_app.engine.handing_over import hand_over, keep_below_ceilings
from collections_app.engine.morning.reports import check, withhold
from collections_app.engine.night import Night, join_whole_sets
from collections_app.segments.regrouping import regroup
from crm.core.references import parents_seen_since, snapshot
from crm.core.sql import set_local
from crm.holds.operations import end_expired_holds, follow_settlements
from crm.timeline.partitions import ensure_months
from telephony.messaging import operations as messaging


@dataclass(frozen=True)
class Stage:
    """`in_order`: where everybody is looked at, it reads tables that lie in the order of customers."""

    name: str
    work: Callable[[Night], int]
    in_order: bool = False


def end_holds(night: Night) -> int:
    ensure_months(night.on)
    changed = (end_expired_holds, follow_settlements, hold_what_ran_out, ask_for_the_rest, ask_about_other_accounts)
    return sum(change(night.entity, on=night.on, at=night.at) for change in changed)


def choose(night: Night) -> int:
    """Whom the night looks at; 1 when it is everybody."""
    night.look_at(scope.choose(night.run, full=night.scope.asked))
    return int(night.scope.full)


def look(night: Night) -> int:
    """Customers it looks at, as a table of this session with what was noted of them; 0 said when it is everybody."""
    night.seen = snapshot()
    if night.scope.full:
        night.do("forget_all_changes")
        return 0
    night.keep("night_changes", "changes")
    looked = night.keep("night_customers", "customers", key="customer_id")
    night.keep("night_turning", "turning", key="customer_id")
    return looked


def group(night: Night) -> int:
    if night.scope.full:
        return regroup(night.entity, on=night.on, among=night.among)
    moved = regroup(night.entity, on=night.on, among=night.listed("night_turning"))
    night.do("turned")
    night.do("note_looked_at")
    return moved


def read_facts(night: Night) -> int:
    """Groups, net open items and how each account stands, as tables of this session."""
    night.keep("night_groups", "groups")
    rows = night.keep("night_items", "items")
    if night.scope.full:
        set_local(enable_hashagg="off")  # they come by customer: to group them so takes a third less than by hash
    night.keep("night_standing", "standing")
    if night.scope.full:
        set_local(enable_hashagg="on")  # a dry run and a simulation go on in the same transaction
    night.name("night_accounts", "accounts")
    return rows


def close(night: Night) -> int:
    """What nothing is left to say about, and in the same transaction its messages that have not left. The other open
    actions stay as a table of this session: what becomes of them meanwhile is asked where they are written."""
    night.keep("night_open_already", "open_already")
    night.keep("night_carried", "carried")
    night.keep("night_cycles_already", "cycles")
    night.keep("night_outgrown", "outgrown")
    closed, settled = night.do("close_cycles"), night.ids("cancel_settled")
    if settled:
        messaging.cancel(origin=ORIGIN, origin_ids=settled, reason="settled", at=night.at)
    return closed + len(settled)


def decide(night: Night) -> int:
    """What is decided for each account and what opens, as tables of this session; cycles open in the ledger."""
    night.keep("night_cycles", "cycles")
    night.do("open_cycles")
    night.keep("night_plan", "plan")
    by_invoice = night.keep("night_invoices", "plan_invoices")
    night.keep("night_preventive", "plan_preventive")
    night.name("night_decided", "decided" if by_invoice else "decided_by_account")
    return night.keep("night_openings", "openings")


def rank(night: Night) -> int:
    """What each open action carries, asks for and weighs, whose it is by rule, those that open included, and when each
    account is to be looked at again; tables of this session."""
    night.do("carried_again")
    night.name("night_actions", "open_actions")
    night.keep("night_lines", "lines")
    night.name("night_new_lines", "new_lines")
    ranked = night.keep("night_ranks", "ranks")
    night.keep("night_looks", "looks")
    return ranked


def let_go(night: Night) -> None:
    """Name nothing that was removed since it was read. A removal that comes from here on waits for what is written."""
    with connection.cursor() as cursor:
        cursor.execute("lock table actions_action in row exclusive mode")
    night.params["seen"] = night.seen
    night.do("let_go")


def write(night: Night) -> int:
    """Everything decided, in one transaction, each row once."""
    let_go(night)
    night.keep("night_line_changes", "line_changes")
    opened = night.do("insert_actions") + night.do("reopen_actions")
    for name in ("refresh_actions", "drop_lines", "refresh_lines", "insert_lines", "record_decisions", "keep_accounts"):
        night.do(name)
    night.found.opened += Counter(night.pairs("opened"))
    night.found.entered += Counter(night.pairs("entered"))
    return opened


def assign(night: Night) -> int:
    """Give out what no rule gave to a person, then pass on what waits too long."""
    join_whole_sets(in_order=True)
    with watched.deciding(), parents_seen_since(snapshot()):
        given = night.do("assign")
    return given + night.do("escalate")


def take_figures(night: Night) -> int:
    night.do("age_accounts")
    night.keep("night_owed", "owed")
    night.blocked |= night.pairs("blocked")
    night.do("age_parts")
    return night.do("figures")


BEFORE = (
    Stage("withhold", withhold),
    Stage("freshness", check_freshness),
    Stage("holds", end_holds),
    Stage("scope", choose),
)
BY_CUSTOMER = (
    Stage("customers", look),
    Stage("groups", group, in_order=True),
    Stage("facts", read_facts, in_order=True),
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

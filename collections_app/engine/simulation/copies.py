"""The state tables a night reads and writes, and which of their rows a simulation starts from.

In a replay a row is as it stood on the morning of the first day, as far as its dates tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

OF_ENTITY = "x.entity_id = %(entity)s"
# Whoever shares an address with a customer of the entity is the same person to the caps.
REACHED = """(x.entity_id = %(entity)s or x.customer_id in (
    select same.customer_id from customers_customer c
    join customers_address mine on mine.customer_id = c.id
    join customers_address same on same.channel = mine.channel and same.value = mine.value
        and same.customer_id <> c.id
    where c.entity_id = %(entity)s))"""
LATELY = "x.sent_at > %(from_at)s::timestamptz - interval '31 days'"
# Of whom a written demand starts limitation again, all that was ever demanded.
DEMANDED = """(x.entity_id = %(entity)s and x.origin = 'action' and x.channel in ('email', 'post')
    and x.state in ('sent', 'delivered', 'read', 'complained') and x.customer_id in (
        select c.id from customers_customer c
        join accounts_entity e on e.id = c.entity_id
        join law_rule r on r.jurisdiction = e.jurisdiction and r.code = 'limitation' and r.customer_kind in ('', c.kind)
            and r.value -> 'interrupted_by' ? 'demand'
        where c.entity_id = %(entity)s))"""
STILL_OPEN = "x.closed_at is null or x.closed_at >= %(from_at)s"
OPEN_AGAIN = f"""case when not ({STILL_OPEN}) or x.state in ('todo', 'to_approve', 'scheduled') then x.state
    when x.mode = 'automatic' then 'scheduled' when x.mode = 'approval' then 'to_approve' else 'todo' end"""


@dataclass(frozen=True)
class Copy:
    """Rows of `table` (named x) where `where` holds; columns in `changes` get the expression instead of their value.
    `then` and `changes_then` come on top for a replay. `indexes`: what a night looks rows up by, without prefix."""

    table: str
    where: str = OF_ENTITY
    changes: Mapping[str, str] = field(default_factory=dict)
    then: str = "true"
    changes_then: Mapping[str, str] = field(default_factory=dict)
    indexes: tuple[str, ...] = ("pkey",)

    @property
    def index_names(self) -> list[str]:
        """As the live table calls them."""
        app = self.table.partition("_")[0]
        return [f"{self.table}_pkey" if name == "pkey" else f"{app}_{name}" for name in self.indexes]


# The entity is taken as in service, its books as imported every day: what is tried is how it would dun.
COPIES = (
    Copy(
        "accounts_entity",
        "x.id = %(entity)s",
        {
            "live_since": "least(x.live_since, %(from)s::date)",
            "stale_after_days": "null",
            "rehearsing_since": "null",
            "training": "false",
        },
    ),
    Copy("customers_customer"),
    Copy("segments_group", changes={"rehearsal": "''"}),
    Copy(
        "segments_membership",
        then="x.from_on < %(from)s",
        changes_then={"to_on": "case when x.to_on < %(from)s then x.to_on end"},
        indexes=("pkey", "one_group_at_a_time"),
    ),
    Copy(
        "scenarios_scenarioversion",
        "x.scenario_id in (select s.id from scenarios_scenario s where s.entity_id = %(entity)s)",
    ),
    Copy(
        "scenarios_step",
        "x.version_id in (select v.id from scenarios_scenarioversion v"
        " join scenarios_scenario s on s.id = v.scenario_id where s.entity_id = %(entity)s)",
        indexes=("pkey", "step_offset"),
    ),
    Copy(
        "actions_cycle",
        then="x.opened_on < %(from)s",
        changes_then={"closed_on": "case when x.closed_on < %(from)s then x.closed_on end"},
        indexes=("pkey", "one_open_cycle"),
    ),
    Copy(
        "actions_action",
        then="x.opened_on < %(from)s",
        changes_then={
            "state": OPEN_AGAIN,
            "closed_at": f"case when not ({STILL_OPEN}) then x.closed_at end",
            "approved_on": f"case when not ({STILL_OPEN}) or x.state = 'scheduled' and x.approved_on < %(from)s"
            " then x.approved_on end",
            "left_on": f"case when not ({STILL_OPEN}) then x.left_on end",
        },
        indexes=("pkey", "action_once", "worklist", "leaving", "calls_made"),
    ),
    Copy(
        "actions_actionline",
        "x.action_id in (select a.id from actions_action a where a.entity_id = %(entity)s)",
        indexes=("line_once",),
    ),
    Copy("actions_refusal", then="x.first_on < %(from)s", indexes=("pkey", "refusal_once", "refusal_lately")),
    Copy("engine_account", "false"),
    Copy("engine_change", "false"),
    # Those of limitation are placed and ended by the nights: in a replay by its own.
    Copy(
        "holds_hold",
        then="x.kind <> 'limitation' or x.starts_on < %(from)s",
        changes_then={"ended_on": "case when x.kind <> 'limitation' or x.ended_on < %(from)s then x.ended_on end"},
        indexes=("pkey", "hold_in_force"),
    ),
    Copy("timeline_entry", "false", indexes=()),
    Copy(
        "messaging_message",
        f"{REACHED} and ({LATELY} or x.state in ('planned', 'waiting', 'ready', 'reserved', 'ambiguous'))"
        f" or {DEMANDED}",
        {
            "body": "null",
            "variables": "'{}'",
            # A letter that waits to be printed, composed or not, is printed on the first day, below its ceiling.
            "state": "case when x.state = 'ready' and x.counts_on is null then 'planned' else x.state end",
            "not_before_at": "case when x.channel = 'post' then greatest(x.not_before_at, %(from_at)s)"
            " else x.not_before_at end",
        },
        then="x.sent_at < %(from_at)s",
        indexes=("pkey", "message_once", "contacts", "due", "held", "for_a_person", "leased"),
    ),
    # What really left today takes its places of today; a day lived through again has all of its own.
    Copy("messaging_sendingday", f'{OF_ENTITY} and x."on" >= %(from)s', then="false", indexes=("pkey", "day_once")),
    Copy("receivables_invoice", then="x.issued_on < %(from)s", indexes=("pkey", "invoice_open", "invoice_by_due")),
    Copy("receivables_credit", then="x.received_on < %(from)s", indexes=("pkey", "credit_open")),
)

"""What a night notices by itself: the tables a decision rests on, each with triggers that note whose rows were written.

Whoever writes (a page, an import, an integrator, a person at the SQL prompt) leaves the customer's number in
`engine_change`, in the same transaction. A night's own writing is not noted: it has looked already.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from crm.core.sql import codes, set_local
from telephony.messaging.states import GONE_WRONG

ROWS = {
    "insert": "new table as added",
    "update": "new table as added old table as gone",
    "delete": "old table as gone",
}


@dataclass(frozen=True)
class Watch:
    """Where a row r of a table says its entity and customer, with a join where another table does; which rows count,
    and which writing."""

    entity: str = "r.entity_id"
    customer: str = "r.customer_id"
    join: str = ""
    condition: str = "true"
    verbs: tuple[str, ...] = tuple(ROWS)


OWN = Watch()
OF_CUSTOMER = Watch("c.entity_id", "c.id", "join customers_customer c on c.id = r.customer_id")
# A message that will not leave after all hands its action back to the night.
NO_LONGER_LEAVING = f"r.origin = 'action' and r.state in {codes(GONE_WRONG)}"
# A migration says each table's name once; another has to follow when a line is added here, or a state to GONE_WRONG.
WATCHED: dict[str, Watch] = {
    "receivables_invoice": OWN,
    "receivables_credit": OWN,
    "holds_hold": OWN,
    "segments_membership": OWN,
    "actions_cycle": OWN,
    "actions_action": OWN,
    "customers_customer": Watch(customer="r.id"),
    "customers_contact": OF_CUSTOMER,
    "customers_address": OF_CUSTOMER,
    "messaging_message": Watch(condition=NO_LONGER_LEAVING, verbs=("update",)),
}

FUNCTION = """
create function engine_note_{table}() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        insert into engine_change (entity_id, customer_id)
        select {entity}, {customer} from added r {join} where {condition}
        union
        select {entity}, {customer} from gone r {join} where {condition};
    elsif tg_op = 'INSERT' then
        insert into engine_change (entity_id, customer_id)
        select distinct {entity}, {customer} from added r {join} where {condition};
    else
        insert into engine_change (entity_id, customer_id)
        select distinct {entity}, {customer} from gone r {join} where {condition};
    end if;
    return null;
end $$
"""
TRIGGER = """
create trigger {table}_noted_{verb} after {verb} on {schema}{table} referencing {rows} for each statement
when (coalesce(current_setting('acquit.deciding', true), '') <> 'on') execute function engine_note_{table}()
"""


def functions(tables: Iterable[str]) -> list[str]:
    """Statements that create the trigger function of each of these tables."""
    return [FUNCTION.format(table=table, **asdict(WATCHED[table])) for table in tables]


def triggers(tables: Iterable[str], schema: str = "") -> list[str]:
    """Statements that create the triggers; on the tables of another schema where its name and a dot are given."""
    return [
        TRIGGER.format(table=table, verb=verb, rows=ROWS[verb], schema=schema)
        for table in tables
        for verb in WATCHED[table].verbs
    ]


def dropped(tables: Iterable[str]) -> list[str]:
    """Statements that remove functions and triggers."""
    return [f"drop function engine_note_{table}() cascade" for table in tables]


@contextmanager
def deciding() -> Iterator[None]:
    """In a transaction: what is written inside is not noted, for the night knows what it writes."""
    _say("on")
    yield
    _say("")


@contextmanager
def noting() -> Iterator[None]:
    """Inside `deciding`: what is written here changes what the next night finds."""
    _say("")
    yield
    _say("on")


def _say(value: str) -> None:
    set_local(acquit__deciding=value)

"""Gates before any contact, and where contacts already made are counted. Apps above add theirs in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from crm.core import sql


@dataclass(frozen=True)
class Gate:
    """A statement `sql/{name}.sql` of `package` that selects (key, answer, rule, article, not_before_at) of what it
    does not let pass. It reads `asked` (one row per contact asked about), `law` and %(gate_at)s; see sql/asked.sql.

    Answers are "refused", or "not_before" with an instant. Gates of a lower order speak first.
    """

    name: str
    order: int
    package: str = "collections_app.compliance"

    def statement(self) -> str:
        """Its text."""
        return sql.statement(self.package, self.name)


gates: dict[str, Gate] = {}

# name -> SELECT (id, customer_id, channel, recipient, occasion bigint, at, message bigint, queued_for) of contacts made
# or tried, of the customers of `person` (key, customer_id), up to %(gate_at)s. `message`: its id if it is one;
# `queued_for`: the instant when one that has not left is due, with %(gate_at)s as `at`.
contact_sources: dict[str, str] = {}

NO_DEMAND = 'select null::bigint as invoice_id, null::date as "on" where false'
_demands: list[Callable[[], str]] = []


def register_gate(gate: Gate) -> None:
    """Add a gate; raises ValueError when its name is taken."""
    if gate.name in gates:
        raise ValueError(f"A gate named {gate.name!r} exists already.")
    gates[gate.name] = gate


def register_contacts(name: str, select: str) -> None:
    """Add a source of contacts for the caps; raises ValueError when its name is taken."""
    if name in contact_sources:
        raise ValueError(f"A source of contacts named {name!r} exists already.")
    contact_sources[name] = select


def tell_what_was_demanded(select: Callable[[], str]) -> None:
    """`select` gives a SELECT of (invoice_id, on): the days on which the invoices of the customers of `pressed`
    (customer_id) were demanded in writing."""
    _demands[:] = [select]


def demands() -> str:
    """That SELECT; one of no row while nobody told."""
    return _demands[0]() if _demands else NO_DEMAND

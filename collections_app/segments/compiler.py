"""From criteria to one SELECT with parameters: each source a criterion uses is aggregated once."""

from datetime import date
from typing import Any

from collections_app.segments.criteria import Block, Condition, Node, Not, conditions
from collections_app.segments.facts import Fact, FactType, sources
from collections_app.segments.operators import Shape
from collections_app.segments.turning import EVERY_NIGHT, later
from crm.accounts.models import Entity
from crm.core.among import EVERYBODY, Among

CUSTOMERS = "/* for each */ select c.* from customers_customer c where c.entity_id = %(entity)s /* found c.id */"


class Compiler:
    """Collects the facts and values met while conditions are turned into SQL.

    `past` reads the sources as they stood at `on`, from movements, in place of today's open amounts.
    """

    def __init__(self, entity: Entity, *, on: date, among: Among = EVERYBODY, past: bool = False) -> None:
        self.params: dict[str, Any] = {"entity": entity.pk, "on": on, "currency": entity.currency} | among.params
        self.among = among
        self.past = past
        self.columns: dict[str, dict[str, str]] = {}

    def condition(self, node: Node) -> str:
        """SQL boolean of a node: true or false, never null, so that `not` means what a person reads."""
        if isinstance(node, Block):
            word = " and " if node.kind == "all" else " or "
            return "(" + word.join(self.condition(child) for child in node.nodes) + ")"
        if isinstance(node, Not):
            return f"(not {self.condition(node.node)})"
        return f"coalesce({self.comparison(node)}, false)"

    def comparison(self, leaf: Condition) -> str:
        value, second = leaf.value, None
        if leaf.operator.shape is Shape.PAIR:
            value, second = leaf.value
        marks = {"fact": self.fact(leaf.fact)}
        if leaf.operator.shape is not Shape.NONE:
            marks |= {"value": self.value(value), "second": self.value(second) if second is not None else ""}
        return leaf.operator.sql.format(**marks)

    def fact(self, fact: Fact) -> str:
        """SQL expression of a fact, its source noted for `from_clause`."""
        sql = fact.sql
        for name, value in fact.params:
            sql = sql.replace(f"%({name})s", self.value(value))
        if not fact.source:
            return f"({sql})"
        self.columns.setdefault(fact.source, {})[fact.name] = sql
        return f'coalesce("{fact.source}"."{fact.name}", {fact.empty})'

    def turning(self, node: Node) -> list[str]:
        """SQL of the days on which the answer of a node may change by the date alone; null where there is none."""
        return [sql for leaf in conditions(node) for sql in self.turns_of(leaf)]

    def turns_of(self, leaf: Condition) -> list[str]:
        fact, values = leaf.fact, list(leaf.value) if leaf.operator.shape is Shape.PAIR else [leaf.value]
        found = fact.turning(values if fact.type in (FactType.MONEY, FactType.NUMBER) and values != [None] else [])
        if leaf.operator.turns_on:
            found = [*found, later(f"({leaf.operator.turns_on.format(fact=fact.sql, value=int(leaf.value))})")]
        return [self.column(fact.source, sql) for sql in found]

    def column(self, source: str, sql: str) -> str:
        """An expression over the rows of a source, as a column of it."""
        if not source or sql == EVERY_NIGHT:
            return sql
        columns = self.columns.setdefault(source, {})
        name = next((name for name, known in columns.items() if known == sql), f"turns{len(columns)}")
        columns[name] = sql
        return f'"{source}"."{name}"'

    def value(self, value: Any) -> str:
        """A placeholder for `value`."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def from_clause(self, customers: str = CUSTOMERS) -> str:
        """The customers asked about, joined to each source met so far; `customers`: a SELECT of their rows."""
        joins = "".join(self.joined(name) for name in self.columns)
        return (
            f"from ({self.among.within(customers)}) c join accounts_entity e on e.id = c.entity_id{joins}\n"
            "where c.entity_id = %(entity)s"
        )

    def joined(self, name: str) -> str:
        source = sources[name]
        body = (self.past and source.past) or source.sql
        body = body.replace("{only}", self.among.on("customer_id"))
        columns = ", ".join(f'{sql} as "{column}"' for column, sql in self.columns[name].items())
        grouped = f"select customer_id, {columns} {body} group by customer_id"
        return f'\nleft join ({grouped}) "{name}" on "{name}".customer_id = c.id'

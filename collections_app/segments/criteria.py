"""Criteria as data, checked: {"all"|"any": [...]}, {"not": …}, {"fact", "is", "value"}."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from collections_app.segments import operators
from collections_app.segments.facts import Fact, UnknownFact, get
from collections_app.segments.operators import Operator

DEEPEST = 6
MOST_NODES = 60


class WrongCriteria(ValueError):
    """A node of the tree is wrong. `path` leads to it, e.g. "all[1].not.value"."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '.'}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True)
class Condition:
    path: str
    fact: Fact
    operator: Operator
    value: Any


@dataclass(frozen=True)
class Block:
    """`kind` is "all" or "any"."""

    path: str
    kind: str
    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    path: str
    node: "Node"


Node = Condition | Block | Not


def parse(tree: Any) -> Node:
    """The checked tree. Raises `WrongCriteria` with the path to the first wrong node."""
    counted = [0]
    return parsed(tree, "", 0, counted)


def parsed(tree: Any, path: str, depth: int, counted: list[int]) -> Node:
    """One node and what is under it; `counted` holds the number of nodes met so far."""
    counted[0] += 1
    if counted[0] > MOST_NODES:
        raise WrongCriteria(path, _("More than %(most)d conditions: split the group.") % {"most": MOST_NODES})
    if depth > DEEPEST:
        raise WrongCriteria(path, _("Blocks are nested more than %(most)d deep.") % {"most": DEEPEST})
    if not isinstance(tree, dict):
        raise WrongCriteria(path, _("A condition or a block is expected here."))
    if set(tree) in ({"all"}, {"any"}):
        (kind,) = tree
        return block(tree[kind], kind, path, depth, counted)
    if set(tree) == {"not"}:
        return Not(path, parsed(tree["not"], joined(path, "not"), depth + 1, counted))
    if {"fact", "is"} <= set(tree) <= {"fact", "is", "value"}:
        return condition(tree, path)
    raise WrongCriteria(path, _("A node is all, any, not, or a fact with an operator."))


def block(nodes: Any, kind: str, path: str, depth: int, counted: list[int]) -> Block:
    """A block all/any of at least one node."""
    at = joined(path, kind)
    if not isinstance(nodes, list) or not nodes:
        raise WrongCriteria(at, _("A block holds at least one condition."))
    return Block(
        path, kind, tuple(parsed(node, f"{at}[{place}]", depth + 1, counted) for place, node in enumerate(nodes))
    )


def condition(tree: dict[str, Any], path: str) -> Condition:
    """A leaf, its fact and operator known, its value of the right shape."""
    try:
        fact = get(str(tree["fact"]))
    except UnknownFact:
        raise WrongCriteria(joined(path, "fact"), _("Unknown fact: %(fact)s.") % {"fact": tree["fact"]}) from None
    operator = operators.find(fact.type, str(tree["is"]))
    if operator is None:
        raise WrongCriteria(
            joined(path, "is"), _("This operator does not suit the fact %(fact)s.") % {"fact": fact.label}
        )
    try:
        return Condition(path, fact, operator, operators.parsed(fact.type, operator, tree.get("value")))
    except operators.WrongValue as wrong:
        raise WrongCriteria(joined(path, "value"), str(wrong)) from None


def joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def conditions(node: Node) -> list[Condition]:
    """Every leaf of the tree, in reading order."""
    if isinstance(node, Condition):
        return [node]
    if isinstance(node, Not):
        return conditions(node.node)
    return [leaf for child in node.nodes for leaf in conditions(child)]

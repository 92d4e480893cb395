"""Criteria as fields of a page: read from what was posted, changed by a button, written back; no script needed.

A block is `r.1.kind`, a condition `r.1.0.fact`, `r.1.0.is`, `r.1.0.value` (several times for a list) and `.second`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from collections_app.segments import choices, operators
from collections_app.segments.criteria import DEEPEST, MOST_NODES, WrongCriteria
from collections_app.segments.facts import Fact, FactType, UnknownFact, facts, get
from collections_app.segments.operators import OPERATORS, Operator, Shape, WrongValue
from crm.accounts.models import Entity
from crm.core.money import AmountField

KINDS = {
    "all": gettext_lazy("all of these conditions are met"),
    "any": gettext_lazy("at least one of these conditions is met"),
    "none": gettext_lazy("none of these conditions is met"),
    "not_all": gettext_lazy("not all of these conditions are met"),
}
FIRST = {"fact": "overdue", "is": "gt", "value": "0"}
MOST_BOXES = 10


@dataclass
class Branch:
    """A block or a condition being edited; a condition has no `kind`."""

    path: str
    kind: str = ""
    fact: str = ""
    operator: str = ""
    values: list[str] = field(default_factory=list)
    second: str = ""
    branches: list["Branch"] = field(default_factory=list)
    focus: bool = False

    @property
    def label(self) -> Any:
        return KINDS[self.kind]

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def name(self) -> str:
        """For the identifiers of its fields."""
        return self.path.replace(".", "-")


def from_criteria(tree: Mapping[str, Any], currency: str, path: str = "r") -> Branch:
    """A stored tree as branches, with its amounts as one types them in `currency`; a group without criteria starts with
    one condition."""
    if not tree:
        return from_criteria({"all": [FIRST]}, currency, path)
    if "fact" in tree:
        if path == "r":
            return from_criteria({"all": [tree]}, currency, path)
        return condition(tree, currency, path)
    if "not" in tree:
        return negated(tree["not"], currency, path)
    (kind,) = tree
    return block(kind, tree[kind], currency, path)


def negated(tree: Mapping[str, Any], currency: str, path: str) -> Branch:
    if "not" in tree:
        return from_criteria(tree["not"], currency, path)
    if "fact" in tree:
        return block("none", [tree], currency, path)
    kind = "any" if "any" in tree else "all"
    return block("none" if kind == "any" else "not_all", tree[kind], currency, path)


def block(kind: str, trees: list[Mapping[str, Any]], currency: str, path: str) -> Branch:
    branches = [from_criteria(tree, currency, f"{path}.{place}") for place, tree in enumerate(trees)]
    return Branch(path, kind=kind, branches=branches)


def condition(tree: Mapping[str, Any], currency: str, path: str) -> Branch:
    value, fact = tree.get("value"), str(tree["fact"])
    given = value if isinstance(value, list) else [] if value is None else [value]
    values, second = [shown(fact, one, currency) for one in given], ""
    if len(values) == 2 and shape_of(fact, str(tree["is"])) is Shape.PAIR:
        *values, second = values
    return Branch(path, fact=tree["fact"], operator=tree["is"], values=values, second=second)


def shown(name: str, value: Any, currency: str) -> str:
    """A stored value as its field shows it: an amount as it would be typed."""
    if not is_money(name):
        return str(value)
    try:
        return str(amount_field(currency).prepare_value(operators.number(value)))
    except WrongValue:
        return str(value)


def amount_field(currency: str) -> AmountField:
    """What reads an amount of a condition, and shows it."""
    field = AmountField(required=False)
    field.currency = currency
    return field


def is_money(name: str) -> bool:
    fact = known(name)
    return fact is not None and fact.type is FactType.MONEY


def from_post(data: QueryDict, path: str = "r") -> Branch:
    """What was posted. A fact whose type does not know the operator takes its first one; one that is gone stays."""
    if f"{path}.fact" in data:
        return posted_condition(data, path)
    kind = data.get(f"{path}.kind", "all")
    return Branch(
        path,
        kind=kind if kind in KINDS else "all",
        branches=[from_post(data, child) for child in children(data, path)],
    )


def children(data: QueryDict, path: str) -> list[str]:
    """Paths of the nodes right under `path`, in order."""
    pattern = re.compile(rf"^{re.escape(path)}\.(\d{{1,3}})\.(?:kind|fact)$")
    places = sorted({int(found[1]) for name in data if (found := pattern.match(name))})
    return [f"{path}.{place}" for place in places[:MOST_NODES]]


def posted_condition(data: QueryDict, path: str) -> Branch:
    name, operator = data.get(f"{path}.fact") or "overdue", data.get(f"{path}.is", "")
    fact = known(name)
    if fact is not None and operators.find(fact.type, operator) is None:
        operator = OPERATORS[fact.type][0].code
    values = [value for value in data.getlist(f"{path}.value") if value]
    return Branch(path, fact=name, operator=operator, values=values, second=data.get(f"{path}.second", ""))


def known(name: str) -> Fact | None:
    try:
        return get(name)
    except UnknownFact:
        return None


def shape_of(name: str, operator: str) -> Shape:
    fact = known(name)
    found = operators.find(fact.type, operator) if fact else None
    return found.shape if found else Shape.ONE


def as_criteria(branch: Branch, currency: str) -> dict[str, Any]:
    """The tree to store; amounts are typed in `currency`. Raises WrongCriteria for one that may be two."""
    if not branch.kind:
        return {"fact": branch.fact, "is": branch.operator, **given(branch, currency)}
    trees = [as_criteria(child, currency) for child in branch.branches]
    if branch.kind == "none":
        return {"not": {"any": trees}}
    return {"not": {"all": trees}} if branch.kind == "not_all" else {branch.kind: trees}


def given(branch: Branch, currency: str) -> dict[str, Any]:
    shape = shape_of(branch.fact, branch.operator)
    if shape is Shape.NONE:
        return {}
    if shape is Shape.LIST:
        return {"value": branch.values}
    value = typed(branch, branch.value, currency)
    return {"value": [value, typed(branch, branch.second, currency)]} if shape is Shape.PAIR else {"value": value}


def typed(branch: Branch, text: str, currency: str) -> str:
    """A value as it is stored, an amount by its digits and a point. Raises WrongCriteria."""
    if not is_money(branch.fact) or shape_of(branch.fact, branch.operator) is Shape.DAYS:
        return text
    try:
        amount = amount_field(currency).to_python(text)
    except ValidationError as wrong:
        raise WrongCriteria(path_in_criteria(branch.path), " ".join(wrong.messages)) from wrong
    return text if amount is None else f"{amount:f}"


def changed(root: Branch, verb: str) -> Branch:
    """The tree after a button: `add-condition:PATH`, `add-block:PATH`, `remove:PATH`; paths are given anew."""
    what, _colon, path = verb.partition(":")
    for branch in list(everything(root)):
        if branch.path == path and what.startswith("add"):
            new = Branch("", fact="overdue", operator="gt", values=["0"], focus=True)
            branch.branches.append(new if what == "add-condition" else Branch("", kind="any", branches=[new]))
        branch.branches = [child for child in branch.branches if not (what == "remove" and child.path == path)]
    return numbered(root, "r")


def numbered(branch: Branch, path: str) -> Branch:
    branch.path = path
    for place, child in enumerate(branch.branches):
        numbered(child, f"{path}.{place}")
    return branch


def everything(branch: Branch) -> Iterator[Branch]:
    yield branch
    for child in branch.branches:
        yield from everything(child)


def path_in_form(path: str) -> str:
    """The path of a wrong node of the criteria, `all[1].not.any[0].value`, as that of its fields: `r.1.0`."""
    return ".".join(["r", *re.findall(r"\[(\d+)\]", path)])


def path_in_criteria(path: str) -> str:
    """The other way, with the places alone: `[1][0].value`."""
    return "".join(f"[{place}]" for place in path.split(".")[1:]) + ".value"


@dataclass(frozen=True)
class Widgets:
    """What the page needs to draw the fields of one entity's criteria."""

    entity: Entity

    def facts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Facts by section, the free attributes seen last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for fact in facts.values():
            sections.setdefault(str(fact.section), []).append((fact.name, str(fact.label)))
        if attributes := choices.attribute_keys(self.entity):
            sections[_("Free attributes")] = [(name, str(label)) for name, label in attributes]
        return list(sections.items())

    def operators(self, branch: Branch) -> list[tuple[str, Any]]:
        """Those of the fact's type; an amount is always known. The one written of a fact that is gone."""
        fact = known(branch.fact)
        if fact is None:
            return [(branch.operator, branch.operator)]
        return [(one.code, one.label) for one in OPERATORS[fact.type] if suits(fact, one)]

    def choices(self, branch: Branch) -> list[tuple[str, Any]]:
        """Values to choose from, those already chosen included."""
        proposed = choices.offered(get(branch.fact), self.entity)
        known_codes = {code for code, _label in proposed}
        return proposed + [(value, value) for value in branch.values if value not in known_codes]

    def widget(self, branch: Branch) -> str:
        """none (also of a fact that is gone), boxes, list, pair, days, date, number or text."""
        fact, shape = known(branch.fact), shape_of(branch.fact, branch.operator)
        if fact is None:
            return Shape.NONE.value
        if shape is Shape.LIST:
            return "boxes" if len(self.choices(branch)) <= MOST_BOXES else "list"
        if shape in (Shape.NONE, Shape.PAIR, Shape.DAYS):
            return shape.value
        return {FactType.DATE: "date", FactType.MONEY: "number", FactType.NUMBER: "number"}.get(fact.type, "text")

    def unit(self, branch: Branch) -> Any:
        fact = known(branch.fact)
        if fact is None:
            return ""
        if shape_of(branch.fact, branch.operator) is Shape.DAYS:
            return _("days")
        return self.entity.currency if fact.type is FactType.MONEY else fact.unit


def unlisted(sections: list[tuple[str, list[tuple[str, str]]]], branch: Branch) -> str:
    """What to call a fact the list does not offer: one that is gone, an attribute nobody has. Empty where it does."""
    if any(branch.fact == name for _section, names in sections for name, _label in names):
        return ""
    fact = known(branch.fact)
    return str(fact.label) if fact else _("%(fact)s (no longer exists)") % {"fact": branch.fact}


def suits(fact: Fact, operator: Operator) -> bool:
    return fact.empty == "null" or operator.shape is not Shape.NONE


def may_nest(branch: Branch) -> bool:
    """Whether a block may still be put inside."""
    return branch.path.count(".") < DEEPEST - 2

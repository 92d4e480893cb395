"""Criteria and values in the reader's words."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _, ngettext, pgettext_lazy

from collections_app.segments.choices import offered
from collections_app.segments.criteria import Condition, Node, Not
from collections_app.segments.facts import Fact, FactType
from collections_app.segments.models import Group
from collections_app.segments.operators import Shape
from crm.accounts.models import Entity
from crm.core import formats

SINGLE = {"in": pgettext_lazy("criteria", "is"), "not_in": pgettext_lazy("criteria", "is not")}


def worded(fact: Fact, value: Any, entity: Entity, shape: Shape = Shape.ONE) -> str:
    """A value of a fact as a person reads it; what is not known is said so."""
    if shape is Shape.NONE:
        return ""
    if value is None:
        return _("not known")
    if shape is Shape.DAYS:
        return _("%(count)s days") % {"count": value}
    if isinstance(value, tuple):
        return " – ".join(worded(fact, bound, entity) for bound in value)
    if isinstance(value, list):
        return ", ".join(choice(fact, word, entity) for word in value) or _("none")
    if fact.type is FactType.MONEY:
        return formats.money(value, entity.currency)
    if isinstance(value, int | Decimal):
        return f"{number_format(plain(value))} {fact.unit}".rstrip()
    return date_format(value) if isinstance(value, date) else choice(fact, str(value), entity)


def no_team_sentence(groups: Sequence[Group], *, of_several: bool = False) -> str:
    """What becomes of the tasks of groups that have no team; with their entity where they are `of_several`."""
    name = _("“%(group)s” of %(entity)s") if of_several else _("“%(group)s”")
    told = ngettext(
        "The group %(names)s has no team: what opens for a customer without portfolio collector is nobody’s task.",
        "The groups %(names)s have no team: what opens for a customer without portfolio collector is nobody’s task.",
        len(groups),
    )
    return told % {"names": ", ".join(name % {"group": group.name, "entity": group.entity.code} for group in groups)}


def plain(value: int | Decimal) -> int | Decimal:
    """12.0 as 12."""
    return int(value) if value == int(value) else value


def choice(fact: Fact, value: str, entity: Entity) -> str:
    """The label of a coded value, or the value itself."""
    return str(dict(offered(fact, entity)).get(value, value))


def operator(condition: Condition) -> str:
    """What a condition asks of its fact; of a single choice it asks to be it, not to be one of it."""
    single = isinstance(condition.value, list) and len(condition.value) == 1
    return str((SINGLE if single else {}).get(condition.operator.code, condition.operator.label))


def sentence(node: Node, entity: Entity, *, inside: bool = False) -> str:
    """The whole tree in one sentence, blocks in brackets."""
    if isinstance(node, Condition):
        parts = (node.fact.label, operator(node), worded(node.fact, node.value, entity, node.operator.shape))
        return " ".join(str(part) for part in parts if part)
    if isinstance(node, Not):
        return _("not (%(condition)s)") % {"condition": sentence(node.node, entity)}
    word = _("and") if node.kind == "all" else _("or")
    words = f" {word} ".join(sentence(child, entity, inside=True) for child in node.nodes)
    return f"({words})" if inside and len(node.nodes) > 1 else words

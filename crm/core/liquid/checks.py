"""Reading a template without filling it: every variable and filter it names, with its place."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.context import RenderContext
from liquid.exceptions import LiquidError
from liquid.expression import Expression

from crm.core.liquid.faults import TemplateFault, fault_of, place_in
from crm.core.liquid.filters import FILTERS
from crm.core.liquid.sandbox import inside, parse

ANY_RECIPIENT = {"_locale": "fr", "_currency": "EUR"}
FORLOOP = frozenset(f"forloop.{name}" for name in ("first", "last", "index", "index0", "rindex", "rindex0", "length"))


@dataclass(frozen=True)
class Finding:
    """Something to correct; line and column count from 1."""

    message: str
    line: int | None
    column: int | None


def check(source: str, variables: Collection[str]) -> list[Finding]:
    """Whatever would make `source` fail: syntax, unknown filters, variables not in `variables`, what is written in it
    as an amount, a rate or a date and is none.

    `variables` are the published paths: "customer.name", and "invoices[].number" for what each item of a list holds.
    """
    try:
        template = parse(source)
    except TemplateFault as fault:
        return [Finding(fault.message, fault.line, fault.column)]
    reader = _Reader(source, variables, RenderContext(template, globals=ANY_RECIPIENT))
    return sorted(
        (finding for node in template.nodes for finding in reader.node(node, {})),
        key=lambda finding: (finding.line or 0, finding.column or 0),
    )


class _Reader:
    def __init__(self, source: str, variables: Collection[str], context: RenderContext) -> None:
        self.source, self.context = source, context
        self.known = set(variables) | FORLOOP
        self.branches = {path for name in self.known for path in _parents(name)}

    def node(self, node: Node, scope: Mapping[str, str]) -> Iterator[Finding]:
        for expression in node.expressions():
            yield from self.expression(expression, scope, printed=isinstance(node, OutputNode))
        if isinstance(node, ForNode):
            yield from self._not_a_list(node, scope)
            scope = {**scope, node.expression.identifier: self._items(node, scope), "forloop": "forloop"}
        for child in node.children(self.context, include_partials=False):
            yield from self.node(child, scope)

    def _items(self, node: ForNode, scope: Mapping[str, str]) -> str:
        iterable = node.expression.iterable
        return f"{self._resolved(iterable, scope)}[]" if isinstance(iterable, Path) else "[]"

    def _not_a_list(self, node: ForNode, scope: Mapping[str, str]) -> Iterator[Finding]:
        if self._items(node, scope) not in self.branches:
            yield self._finding(node.expression.token, _("“for” needs a list of the published variables."))

    def expression(self, expression: Expression, scope: Mapping[str, str], *, printed: bool) -> Iterator[Finding]:
        filters = expression.filters if isinstance(expression, FilteredExpression) and expression.filters else []
        unknown = [used for used in filters if used.name not in FILTERS]
        yield from map(self._unknown_filter, unknown)
        if filters and not unknown:
            yield from self._never_written(expression)
        if isinstance(expression, Path):
            yield from self._path(expression, scope, printed=printed)
        whole = printed and not any(used.name == "size" for used in filters)
        for child in expression.children():
            yield from self.expression(child, scope, printed=whole)

    def _never_written(self, expression: Expression) -> Iterator[Finding]:
        """What depends on no variable is the same in every message: whether it can be written is known now."""
        if any(isinstance(part, Path) for part in inside(expression)):
            return
        try:
            expression.evaluate(self.context)
        except (LiquidError, ArithmeticError) as error:
            yield self._finding(expression.token, fault_of(error, self.source).message)

    def _path(self, path: Path, scope: Mapping[str, str], *, printed: bool) -> Iterator[Finding]:
        name = self._resolved(path, scope)
        if name in self.known or (name.endswith(".size") and f"{name[:-5]}[]" in self.branches):
            return
        if name in self.branches:
            if printed and not name.startswith("[]"):
                yield self._finding(path.token, _("“%(name)s” holds several values: choose one.") % {"name": str(path)})
            return
        yield self._finding(path.token, self._unknown(name, str(path)))

    def _resolved(self, path: Path, scope: Mapping[str, str]) -> str:
        root, *rest = path.path
        name = scope.get(str(root), str(root))
        for segment in rest:
            item = isinstance(segment, int) or (segment in ("first", "last") and f"{name}[]" in self.branches)
            name = f"{name}[]" if item else f"{name}.{segment}"
        return name

    def _unknown(self, name: str, written: str) -> str:
        near = get_close_matches(name, self.known, n=1, cutoff=0.6)
        if near and "[]" not in near[0]:
            return _("Unknown variable “%(name)s”. Did you mean “%(near)s”?") % {"name": written, "near": near[0]}
        return _("Unknown variable “%(name)s”.") % {"name": written}

    def _unknown_filter(self, used: Any) -> Finding:
        words = _("Unknown filter “%(name)s”. The filters are: %(known)s.")
        return self._finding(used.token, words % {"name": used.name, "known": ", ".join(FILTERS)})

    def _finding(self, token: Any, message: str) -> Finding:
        line, column = place_in(self.source, token.start_index)
        return Finding(message, line, column)


def _parents(name: str) -> Iterator[str]:
    """ "invoices[].number" gives "invoices[]" and "invoices"; each can be walked through, not printed."""
    for at, character in enumerate(name):
        if character in ".[":
            yield name[:at]
    yield from (name[: at + 2] for at in range(len(name)) if name[at : at + 2] == "[]")

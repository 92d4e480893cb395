"""The environment: a whitelist of tags and filters under limits.

Only plain dicts, lists, strings, numbers and dates go in. With all of Liquid's own filters `(1..100000000) | join`
escapes every limit; without `assign` and `capture` nothing grows.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from django.utils.translation import gettext as _
from liquid import Environment, Mode, StrictUndefined
from liquid.ast import Node
from liquid.builtin.content import Literal
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output
from liquid.builtin.tags.case_tag import CaseTag
from liquid.builtin.tags.comment_tag import CommentTag
from liquid.builtin.tags.for_tag import ForTag
from liquid.builtin.tags.if_tag import IfTag
from liquid.builtin.tags.unless_tag import UnlessTag
from liquid.context import RenderContext
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.template import BoundTemplate

from crm.core.liquid.faults import TemplateFault, fault_of, place_in
from crm.core.liquid.filters import FILTERS

LONGEST_SOURCE = 50_000
TAGS = (Literal, Output, Illegal, IfTag, UnlessTag, CaseTag, ForTag, CommentTag)


class Sandbox(Environment):
    loop_iteration_limit = 2_000
    output_stream_limit = 200_000
    context_depth_limit = 10
    local_namespace_limit = 50_000
    block_nesting_limit = 20

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Nothing but the whitelist."""
        for tag in TAGS:
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


@cache
def _sandbox(html: bool) -> Sandbox:
    return Sandbox(tolerance=Mode.STRICT, undefined=StrictUndefined, strict_filters=True, autoescape=html)


@lru_cache(maxsize=512)
def parse(source: str, *, html: bool = False) -> BoundTemplate:
    """Compile a source; raise TemplateFault with its place when it is not valid.

    Ranges are refused: `for i in (1..9e12) offset: 8e12` skips one by one before any limit counts.
    """
    if len(source) > LONGEST_SOURCE:
        raise TemplateFault(_("The text is longer than %(limit)s characters.") % {"limit": LONGEST_SOURCE})
    try:
        template = _sandbox(html).from_string(source)
    except LiquidError as error:
        raise fault_of(error, source) from error
    for expression in _expressions(template.nodes, RenderContext(template)):
        if isinstance(expression, RangeLiteral):
            line, column = place_in(source, expression.token.start_index)
            raise TemplateFault(_("Ranges of numbers are not available."), line=line, column=column)
    return template


def _expressions(nodes: Any, context: RenderContext) -> Iterator[Expression]:
    for node in nodes:
        for expression in node.expressions():
            yield from inside(expression)
        yield from _expressions(_children(node, context), context)


def _children(node: Node, context: RenderContext) -> Any:
    return node.children(context, include_partials=False)


def inside(expression: Expression) -> Iterator[Expression]:
    """An expression and all it is made of."""
    yield expression
    for child in expression.children():
        yield from inside(child)


def render(source: str, variables: Mapping[str, Any], *, locale: str, currency: str, html: bool = False) -> str:
    """Fill a source with plain values (never model instances); amounts and dates are written for `locale`.

    `html` escapes every value. Raises TemplateFault: not valid, unknown variable, too many repetitions, too long, a
    number nobody can write.
    """
    try:
        return parse(source, html=html).render(**variables, _locale=locale, _currency=currency)
    except (LiquidError, ArithmeticError) as error:
        raise fault_of(error, source) from error

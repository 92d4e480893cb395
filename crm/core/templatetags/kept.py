"""{% kept %}: parts of a page that are the same for everybody."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.translation import get_language

register = template.Library()
# A part that is kept in more ways than this depends on something it should not.
MOST_WAYS = 200


class Kept(template.Node):
    """Its content, rendered once by process for each language and each combination of `values`."""

    def __init__(self, nodelist: NodeList, values: list[FilterExpression]) -> None:
        self.nodelist, self.values = nodelist, values
        self.texts: dict[tuple[Any, ...], str] = {}

    def render(self, context: template.Context) -> str:
        """The text kept, or the content."""
        key = (get_language(), *(value.resolve(context) for value in self.values))
        text = self.texts.get(key)
        if text is None:
            if len(self.texts) >= MOST_WAYS:
                self.texts.clear()
            text = self.texts[key] = self.nodelist.render(context)
        return text


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """{% kept VALUE … %}…{% endkept %}: nothing inside may depend on anything but the language and these values; never
    a person's name, a token or an address. The nodes of a cached template live as long as the process."""
    _name, *values = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(nodelist, [parser.compile_filter(value) for value in values])

"""HTML written by the hundred: cells of lists, where a template or `format_html` each would cost more than the page."""

from collections.abc import Callable
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

NOTHING = SafeString()
# Stands for a key while the address of a page is looked up once for all its rows.
ANY_KEY = 1_000_000_007


def fill(pattern: str, *values: Any) -> SafeString:
    """`pattern` with its %s replaced by `values`, each escaped unless it is HTML already."""
    return SafeString(pattern % tuple(map(escaped, values)))


def escaped(value: Any) -> str:
    """`value` as HTML text; what is HTML already stays as it is."""
    if type(value) is SafeString:
        return value
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def addresses(name: str) -> Callable[[int], str]:
    """What gives the address of the page `name` of each key, as `reverse` would."""
    before, _key, after = reverse(name, args=[ANY_KEY]).partition(str(ANY_KEY))
    return lambda key: f"{before}{key}{after}"

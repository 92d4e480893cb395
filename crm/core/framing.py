"""Documents written for mail readers, shown inside one of our pages."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpResponse

# Styles on each element, as mail readers need them; no script, no network.
ALONE = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "sandbox": True,
}


def shown_alone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view whose answer is drawn in a sandboxed frame of a page of ours, under a policy of its own."""
    answering: Any = csp_replace(ALONE)(view)
    return answering

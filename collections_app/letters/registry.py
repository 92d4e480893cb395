"""What the apps above tell of templates. Filled in their `AppConfig.ready()`."""

from collections.abc import Callable

from collections_app.letters.models import Template, Tone

_used: list[Callable[[Template], bool]] = []


def tell_what_notices_use(used: Callable[[Template], bool]) -> None:
    """`used` says whether something sends a template as a formal notice, whatever its tone."""
    _used[:] = [used]


def is_notice(template: Template) -> bool:
    """Whether what it says is, or may leave as, a formal notice."""
    return template.tone == Tone.FORMAL_NOTICE or any(used(template) for used in _used)

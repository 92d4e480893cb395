"""A page is unreachable until a rule opens it."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.views.generic import View

OURS = ("crm.", "telephony.", "collections_app.", "config.")


def patterns(entries: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """All but those of the admin, whose site asks for rights itself."""
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from () if entry.app_name == "admin" else patterns(entry.url_patterns)
        else:
            yield entry


def is_closed(pattern: URLPattern) -> bool:
    """Neither opened by a rule, nor a view of the API or of a webhook that checks its caller by itself."""
    view = pattern.callback
    by_itself = getattr(view, "login_required", True) is False
    answers_machines = issubclass(getattr(view, "cls", None) or getattr(view, "view_class", None) or object, View)
    return not (hasattr(view, "access_rule") or by_itself or answers_machines)


def test_every_page_of_ours_is_opened_by_a_rule():
    ours = [one for one in patterns(get_resolver().url_patterns) if one.callback.__module__.startswith(OURS)]
    assert len(ours) > 20
    assert [str(one.pattern) for one in ours if is_closed(one)] == []

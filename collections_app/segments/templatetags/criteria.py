"""What the criteria editor draws with."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from collections_app.segments.form_tree import (
    Branch,
    Widgets,
    may_nest as branch_may_nest,
    unlisted as name_of_unlisted,
)

register = template.Library()


@register.simple_tag(takes_context=True)
def redraws(context: Any, verb: str = "", path: str = "") -> SafeString:
    """Attributes of a field, or of a button with its `verb`, after which the whole editor is drawn again."""
    return format_html(
        'hx-post="{}?verb={}:{}" hx-trigger="{}" hx-target="#criteria" hx-swap="innerHTML" hx-include="closest form"',
        context["fragment_url"],
        verb,
        path,
        "click" if verb else "change",
    )


@register.simple_tag(takes_context=True)
def refreshes(context: Any, target: str) -> SafeString:
    """Attributes of a field after which the count is made again, and the field left alone."""
    return format_html(
        'hx-post="{}?only=preview" hx-trigger="input delay:400ms, change" hx-target="{}" hx-swap="innerHTML" '
        'hx-include="closest form" hx-sync="closest form:replace"',
        context["fragment_url"],
        target,
    )


@register.filter
def may_nest(branch: Branch) -> bool:
    return branch_may_nest(branch)


@register.filter
def unlisted(sections: list[tuple[str, list[tuple[str, str]]]], branch: Branch) -> str:
    return name_of_unlisted(sections, branch)


@register.filter
def operators(widgets: Widgets, branch: Branch) -> list[tuple[str, Any]]:
    return widgets.operators(branch)


@register.filter
def choices(widgets: Widgets, branch: Branch) -> list[tuple[str, Any]]:
    return widgets.choices(branch)


@register.filter
def widget(widgets: Widgets, branch: Branch) -> str:
    return widgets.widget(branch)


@register.filter
def unit(widgets: Widgets, branch: Branch) -> Any:
    return widgets.unit(branch)

"""The main menu: a registry. An app adds its entries in AppConfig.ready(); a person sees those he may open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


def nobody_waits(user: Any) -> int:
    """No badge."""
    return 0


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `order` sorts, `allowed` says who sees it, `count` gives the number in the red badge."""

    order: int
    label: str | Promise
    icon: str
    url_name: str
    allowed: Callable[[Any], bool]
    count: Callable[[Any], int] = nobody_waits


@dataclass(frozen=True)
class Link:
    """An entry as one person sees it on one page."""

    label: str | Promise
    icon: str
    url: str
    current: bool
    badge: str


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add `entry`; a second entry for the same page replaces the first."""
    _entries[entry.url_name] = entry


def links(request: HttpRequest) -> list[Link]:
    """Entries the person of `request` may open, in order."""
    shown = [entry for entry in _entries.values() if entry.allowed(request.user)]
    return [_link(entry, request) for entry in sorted(shown, key=lambda entry: entry.order)]


def _link(entry: Entry, request: HttpRequest) -> Link:
    url = reverse(entry.url_name)
    current = request.path == url if url == "/" else request.path.startswith(url)
    return Link(entry.label, entry.icon, url, current, _badge(entry.count(request.user)))


def _badge(count: int) -> str:
    if count <= 0:
        return ""
    return str(count) if count < 1000 else "999+"

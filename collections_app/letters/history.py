"""What changed between two versions of a text."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from collections_app.letters.models import TemplateVersion


@dataclass(frozen=True)
class Change:
    """`kind` is "same", "added" or "removed"; `text` is one line."""

    kind: str
    text: str


def changes(before: TemplateVersion | None, after: TemplateVersion) -> list[Change]:
    """Lines kept, taken out and added, subject and days to pay first; everything is added in a first version."""
    old, new = _lines(before), _lines(after)
    found: list[Change] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Change("same", line) for line in new[new_from:new_to]]
        else:
            found += [Change("removed", line) for line in old[old_from:old_to]]
            found += [Change("added", line) for line in new[new_from:new_to]]
    return found


def _lines(version: TemplateVersion | None) -> list[str]:
    if version is None:
        return []
    days = _("Days to pay: %(days)s") % {"days": version.days_to_pay} if version.days_to_pay else ""
    return [*filter(None, [version.subject, days]), *version.body.splitlines()]

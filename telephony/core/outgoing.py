"""What stands between a decision and the network: the preparer composes at the last instant, or refuses.

Whoever decides registers one preparer per origin (collections_app.actions: "action"). The outbox calls it inside the
transaction that reserves the message. It locks what it rests on, checks balance and gates again, and composes. An
origin without a preparer is never sent: closed by default.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Attachment:
    """A file that leaves with the message."""

    name: str
    content: bytes
    mimetype: str = "application/pdf"


@dataclass(frozen=True)
class Prepared:
    """A message as it leaves. `amounts`: what it claims, by currency (one currency at most). `recipient` and
    the `address_id` it was taken from: where it goes, which may be elsewhere than it was asked for; empty: as asked."""

    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    language: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    template_version_id: int | None = None
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    address_id: int | None = None
    recipient: str = ""


class NotSent(Exception):
    """The message must not leave now; the subclass says what becomes of it."""


class Stale(NotSent):
    """What it would say is no longer true (balance, hold, action closed): the action has to be composed again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(NotSent):
    """A gate refuses this contact for good; `gate` and `rule` name it."""

    def __init__(self, gate: str, rule: str) -> None:
        super().__init__(f"{gate}: {rule}")
        self.gate, self.rule = gate, rule


class NotBefore(NotSent):
    """A gate refuses this contact before the instant `at`; the outbox asks again then."""

    def __init__(self, at: datetime, gate: str, rule: str) -> None:
        super().__init__(f"{gate}: {rule}, not before {at.isoformat()}")
        self.at, self.gate, self.rule = at, gate, rule


Preparer = Callable[[int, datetime], Prepared]

# origin -> preparer(origin id, instant); filled in AppConfig.ready() of the apps above.
preparers: dict[str, Preparer] = {}

# What a kind of reason is in words: kind -> sentence(detail); filled by the apps above, which gave the reasons.
wordings: dict[str, Callable[[str], str]] = {}


def in_words(reason: str) -> str:
    """A reason kept with a message, as «kind: detail», for a person to read; as it stands when nobody worded it."""
    kind, _colon, detail = reason.partition(": ")
    return wordings[kind](detail) if kind in wordings else reason


def prepare(origin: str, origin_id: int, at: datetime) -> Prepared:
    """Ask the preparer of `origin`. Raise Stale, Refused or NotBefore; Refused when the origin has no preparer."""
    preparer = preparers.get(origin)
    if preparer is None:
        raise Refused("origin", "no_preparer")
    return preparer(origin_id, at)

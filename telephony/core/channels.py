"""What a channel can do: a table read by the outbox, by scenarios and by pages. Providers fill it at start."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from telephony.core.outgoing import Attachment


@dataclass(frozen=True)
class Outbound:
    """All a provider needs to carry one message; it knows nothing of customers."""

    key: int  # id of our row; 0 where there is none
    to: str
    message_id: str  # RFC 5322 Message-ID, without angle brackets
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    sender: str = ""
    reply_to: str = ""
    references: str = ""
    unsubscribe_url: str = ""
    track_opens: bool = False
    track_clicks: bool = False


@dataclass(frozen=True)
class Accepted:
    """The provider took the message; `provider_id` is its own name for it."""

    provider: str
    provider_id: str = ""


class SendError(Exception):
    """The provider did not say yes. `code` is a word or the provider's number; the message is for people."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code, self.text = code, text


class Permanent(SendError):
    """No try will ever pass. `bad_address`: because of the recipient's address."""

    def __init__(self, code: str, text: str = "", *, bad_address: bool = False) -> None:
        super().__init__(code, text)
        self.bad_address = bad_address


class Temporary(SendError):
    """Surely not sent; another try may pass."""


class NotConnected(Temporary):
    """Where this channel sends nobody answers or lets us in: what comes next fares no better; no try is used up."""


class Ambiguous(SendError):
    """Nobody can tell whether it left: never repeated blindly."""


class NotAllowed(SendError):
    """We refuse to hand it over here (recipient outside the allowlist)."""


@dataclass(frozen=True)
class Channel:
    """`completes_on`: the state that completes a step. `by_batch`: composed here, confirmed by a person when posted."""

    code: str
    completes_on: str
    send: Callable[[Outbound], Accepted] | None = field(default=None, compare=False)
    by_batch: bool = False
    # Entered around a batch of sends: keeps one connection open.
    session: Callable[[], AbstractContextManager[None]] = field(default=nullcontext, compare=False)


channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Connect a channel (AppConfig.ready)."""
    channels[channel.code] = channel

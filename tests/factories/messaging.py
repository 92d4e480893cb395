"""A message in each situation the outbox knows; `world` plays collections_app and the network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from crm.customers.models import Address
from telephony.core import outgoing
from telephony.core.channels import Accepted, Outbound, channels
from telephony.core.outgoing import Prepared
from telephony.messaging import operations
from telephony.messaging.models import Message
from tests.factories.customers import AddressFactory

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REMINDER = Prepared(
    subject="Votre facture F-1",
    text="Il reste 120,00 € à régler.",
    html="<p>Il reste <b>120,00 €</b> à régler.</p>",
    language="fr",
    variables={"customer": "Boulangerie"},
    template_version_id=7,
    amounts={"EUR": Decimal("120.00")},
)


@dataclass
class World:
    """`prepared` or `refusal`: what the preparer answers; `sent`: what the network was given; `failure`: its answer."""

    prepared: Prepared = REMINDER
    refusal: Exception | None = None
    failure: BaseException | None = None
    sent: list[Outbound] = field(default_factory=list)
    while_sending: Callable[[Outbound], None] | None = None

    def prepare(self, origin_id: int, at: datetime) -> Prepared:
        if self.refusal is not None:
            raise self.refusal
        return self.prepared

    def send(self, mail: Outbound) -> Accepted:
        self.sent.append(mail)
        if self.while_sending is not None:
            self.while_sending(mail)
        if self.failure is not None:
            raise self.failure
        return Accepted("fake", f"fake-{mail.key}")


@contextmanager
def a_world(*, network: bool = True) -> Iterator[World]:
    """The origin "test" has a preparer and, with `network`, e-mail one of our own."""
    world, email = World(), channels["email"]
    outgoing.preparers["test"] = world.prepare
    if network:
        channels["email"] = replace(email, send=world.send)
    try:
        yield world
    finally:
        del outgoing.preparers["test"]
        channels["email"] = email


def planned(origin_id: int = 1, address: Address | None = None, at: datetime = AT, **values: object) -> Message:
    """A message asked for, nothing done yet."""
    return operations.queue(address or AddressFactory(), origin="test", origin_id=origin_id, at=at, **values)  # type: ignore[arg-type]


def sent(origin_id: int = 1, address: Address | None = None, at: datetime = AT) -> Message:
    """A message its provider accepted (inside `a_world`)."""
    message = planned(origin_id, address, at)
    operations.send_one(message.pk, at)
    message.refresh_from_db()
    return message

"""Some messages handed to one worker, and how they end."""

from datetime import datetime, timedelta

from telephony.messaging import operations
from telephony.messaging.models import Message
from telephony.messaging.operations import sending
from telephony.messaging.operations.outbox import HANDED_FOR
from tests.factories.messaging import AT, planned
from tests.faults.sink import Sink

LATER = AT + max(sending.LEASE, HANDED_FOR) + timedelta(seconds=1)


class Batch:
    """`size` messages of the origin "test", numbered from `first` on, all of them handed out."""

    def __init__(self, first: int, size: int) -> None:
        self.messages = [planned(first + place) for place in range(size)]
        operations.hand_out(at=AT)

    def send(self, at: datetime = AT) -> None:
        """What the task of a worker does."""
        operations.send_batch([message.pk for message in self.messages], clock=lambda: at)

    def recover(self) -> None:
        """What beat has done once leases are over."""
        operations.expire_leases(at=LATER)
        operations.send_batch(operations.hand_out(at=LATER), clock=lambda: LATER)

    def states(self) -> list[str]:
        """Of each message."""
        return [Message.objects.get(pk=message.pk).state for message in self.messages]

    def taken(self, sink: Sink) -> list[int]:
        """How often the mail server took each."""
        return [sink.taken[message.message_id] for message in self.messages]

    def results(self) -> list[list[str]]:
        """Of each message, those of its attempts."""
        return [list(message.attempts.values_list("result", flat=True)) for message in self.messages]

"""Valkey, or Redis, as a broker whose end a worker outlives.

kombu 5.7 may close a channel after its connection was given up, to restore what was not acknowledged; the connection
knows no address any more, and the AttributeError is none of the errors Celery answers by connecting again: the worker
ends. Named as what it is, a lost connection, it is lived through.
"""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(redis.Channel):
    """What was not acknowledged stays with the broker, or is found by its row: nothing is lost by giving up."""

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise ConnectionLost("This connection was given up.")
        return super()._connparams(asynchronous)


class Transport(redis.Transport):
    """The usual one, with these channels."""

    Channel = Channel

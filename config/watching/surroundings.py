"""What the house stands on beside its database: the broker's queues and the disks."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from kombu import Connection
from kombu.exceptions import ChannelError, OperationalError

from config.celery import app

TIMEOUT_S = 2


@dataclass(frozen=True)
class Broker:
    """Messages that wait in each queue; `error` says why nobody could count them."""

    queues: dict[str, int] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Folder:
    """Room on the disk a folder stands on."""

    name: str
    free_bytes: int
    total_bytes: int


def broker() -> Broker:
    """The depth of every queue of the application: what no worker has taken yet.

    Asked by a passive declaration, which Valkey, Redis and RabbitMQ all answer; RabbitMQ's own exporter tells more.
    """
    connection = Connection(settings.CELERY_BROKER_URL, connect_timeout=TIMEOUT_S)
    try:
        with connection as opened:
            opened.ensure_connection(max_retries=1, timeout=TIMEOUT_S)
            return Broker({name: _depth(opened, name) for name in sorted(app.amqp.queues)})
    except (OperationalError, OSError, *connection.connection_errors) as error:
        return Broker(error=type(error).__name__)


def _depth(opened: Connection, name: str) -> int:
    # A channel of its own each: RabbitMQ closes the one on which it was asked for a queue that does not exist.
    with opened.channel() as channel:
        try:
            return int(channel.queue_declare(queue=name, passive=True).message_count)
        except ChannelError:
            return 0


def folders() -> list[Folder]:
    """The disk of the uploaded files and that of temporary ones; logs go to the standard error, not to a folder."""
    named = {"media": Path(settings.MEDIA_ROOT), "temporary": Path(tempfile.gettempdir())}
    found = []
    for name, folder in named.items():
        standing = next(path for path in (folder, *folder.parents) if path.exists())
        usage = shutil.disk_usage(standing)
        found.append(Folder(name, usage.free, usage.total))
    return found

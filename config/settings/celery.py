"""Celery. State lives in PostgreSQL rows with a lease; a message only carries a row's id (dependencies, at-least-once).

A message lost or doubled by the broker is therefore harmless, and no result is stored.
"""

from typing import Any

from config import env
from config.queues import ROUTES, queues
from config.settings.base import PRODUCTION
from config.settings.i18n import TIME_ZONE

BROKER_SCHEMES = ("redis", "rediss", "redis+socket", "amqp", "amqps", "memory")


def broker_options(broker_url: str) -> dict[str, Any]:
    """Settings that depend on the kind of broker.

    RabbitMQ: quorum queues, and a topic exchange because delayed delivery refuses direct ones.
    Redis and Valkey: a visibility timeout longer than any task, since a shorter one would run it twice.
    """
    if broker_url.startswith("amqp"):
        return {
            "CELERY_TASK_DEFAULT_QUEUE_TYPE": "quorum",
            "CELERY_TASK_DEFAULT_EXCHANGE_TYPE": "topic",
            "CELERY_WORKER_DETECT_QUORUM_QUEUES": True,
            "CELERY_BROKER_TRANSPORT_OPTIONS": {"confirm_publish": True},
        }
    if broker_url.startswith("redis"):
        return {"CELERY_BROKER_TRANSPORT_OPTIONS": {"visibility_timeout": 3600}}
    return {}


CELERY_BROKER_URL = env.address("BROKER_URL", "" if PRODUCTION else "memory://", schemes=BROKER_SCHEMES)
globals().update(broker_options(CELERY_BROKER_URL))

CELERY_TASK_QUEUES = queues(CELERY_BROKER_URL)
CELERY_TASK_ROUTES = ROUTES

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env.integer("WORKER_SHUTDOWN_S", 10, least=1)
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_TIMEZONE = TIME_ZONE
DJANGO_CELERY_BEAT_TZ_AWARE = True

# How long what a worker took stays his when he says nothing any more; beat looks twenty times in it for what was left.
LEASE_S = env.integer("LEASE_S", 600, least=2)
LOOKS_EVERY_S = max(1, LEASE_S // 10)

# How many parts of the customers a night works on side by side, and how many of these one process; how many customers a
# part has at most where everybody is looked at.
NIGHT_SHARDS = env.integer("NIGHT_SHARDS", 2, least=1)
NIGHT_CONNECTIONS = env.integer("NIGHT_CONNECTIONS", 2, least=1)
NIGHT_PART_CUSTOMERS = env.integer("NIGHT_PART_CUSTOMERS", 100_000, least=1)
NIGHT_LOOKS_AT_ALL_EVERY_DAYS = env.integer("NIGHT_LOOKS_AT_ALL_EVERY_DAYS", 30, least=1)
# So many workers in a row lost at the same place, and the night has failed.
NIGHT_LOST_WORKERS = env.integer("NIGHT_LOST_WORKERS", 3, least=1)

# Days after which events everybody has taken are forgotten.
EVENTS_KEPT_DAYS = env.integer("EVENTS_KEPT_DAYS", 90, least=1)

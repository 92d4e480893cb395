"""Queues by the nature of the work: a worker takes from all of them unless its `-Q` names some.

A long night or import then never stands before a message that is due.
"""

from kombu import Exchange, Queue

DEFAULT = "celery"
ROUTES = {
    "collections_app.engine.tasks.start_due_nights": {"queue": DEFAULT},
    "collections_app.engine.tasks.sweep_asked_nights": {"queue": DEFAULT},
    "collections_app.engine.tasks.sweep_dry_runs": {"queue": DEFAULT},
    "collections_app.engine.tasks.sweep_simulations": {"queue": "simulations"},
    "collections_app.engine.tasks.simulate": {"queue": "simulations"},
    "collections_app.engine.tasks.*": {"queue": "night"},
    "collections_app.letters.tasks.sweep": {"queue": DEFAULT},
    "collections_app.letters.tasks.*": {"queue": "letters"},
    "collections_app.privacy.tasks.sweep": {"queue": DEFAULT},
    "collections_app.privacy.tasks.make_export": {"queue": "letters"},
    "collections_app.privacy.tasks.*": {"queue": "imports"},
    "crm.imports.tasks.sweep": {"queue": DEFAULT},
    "crm.imports.tasks.*": {"queue": "imports"},
    "telephony.messaging.tasks.apply_events": {"queue": "webhooks"},
    "telephony.messaging.tasks.forget": {"queue": DEFAULT},
    "telephony.messaging.tasks.read_*": {"queue": "webhooks"},
    "telephony.messaging.tasks.*": {"queue": "outbox"},
}
NAMES = sorted({DEFAULT} | {route["queue"] for route in ROUTES.values()})


def queues(broker_url: str) -> list[Queue]:
    """What a worker declares at its start. RabbitMQ: quorum queues behind topic exchanges (see broker_options)."""
    if not broker_url.startswith("amqp"):
        return [Queue(name, Exchange(name), routing_key=name) for name in NAMES]
    quorum = {"x-queue-type": "quorum"}
    return [Queue(name, Exchange(name, type="topic"), routing_key=name, queue_arguments=quorum) for name in NAMES]

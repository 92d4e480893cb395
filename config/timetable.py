"""Everything that runs by the clock, in one table sorted by name.

Beat copies it to the database at each start (config/beat.py). A task may be switched off there, and the hours of those
that have some may be changed; intervals follow the settings. A line renamed or removed here loses its row.
A task listed here takes no argument, claims its work in the database, and does nothing when there is none.
"""

from dataclasses import dataclass

from celery.schedules import crontab, schedule as every
from django.conf import settings

# A minute and half of it with the usual lease: what somebody left behind is found soon after its lease.
OFTEN_S = settings.LOOKS_EVERY_S
SOON_S = max(1, settings.LEASE_S // 20)

# What tells the rows of this table from those people add.
SOURCE = "config/timetable.py"


@dataclass(frozen=True)
class Periodic:
    """One line of the timetable. `expires`: seconds after which a message nobody took is dropped."""

    name: str
    task: str
    when: crontab | every
    expires: int


TIMETABLE = [
    Periodic("add up the days of the books", "crm.receivables.tasks.squash_days", every(3600), 3600),
    Periodic("add up what is counted", "collections_app.actions.tasks.squash_tallies", every(300), 300),
    Periodic("apply what mail providers told", "telephony.messaging.tasks.apply_events", every(OFTEN_S), OFTEN_S),
    Periodic("clear expired sessions", "config.tasks.clear_expired_sessions", crontab(hour="3", minute="40"), 3600),
    Periodic("deliver events left behind", "crm.events.tasks.sweep", every(OFTEN_S), OFTEN_S),
    Periodic("drain the outbox", "telephony.messaging.tasks.drain_outbox", every(OFTEN_S), OFTEN_S),
    Periodic("find messages of dead workers", "telephony.messaging.tasks.expire_leases", every(SOON_S), SOON_S),
    Periodic("forget old events", "crm.events.tasks.forget", crontab(hour="3", minute="50"), 3600),
    Periodic("forget old mails and news", "telephony.messaging.tasks.forget", crontab(hour="4", minute="0"), 3600),
    Periodic("forget what may no longer be taken back", "collections_app.actions.tasks.forget_deeds", every(300), 300),
    Periodic(
        "late rates of the half-year",
        "crm.law.tasks.open_half_year",
        crontab(month_of_year="1,7", day_of_month="2", hour="1", minute="10"),
        86_400,
    ),
    Periodic("nights", "collections_app.engine.tasks.start_due_nights", every(OFTEN_S), OFTEN_S),
    Periodic(
        "purge by itself what is no longer kept",
        "collections_app.privacy.tasks.purge_by_itself",
        crontab(day_of_month="3", hour="4", minute="10"),
        86_400,
    ),
    Periodic("read received mail", "telephony.messaging.tasks.read_replies", every(OFTEN_S), OFTEN_S),
    Periodic("read the mailbox", "telephony.messaging.tasks.read_mailbox", every(300), 300),
    Periodic(
        "take up copies of files left behind", "collections_app.privacy.tasks.sweep", every(5 * OFTEN_S), 5 * OFTEN_S
    ),
    Periodic(
        "take up dry runs left behind", "collections_app.engine.tasks.sweep_dry_runs", every(5 * OFTEN_S), 5 * OFTEN_S
    ),
    Periodic("take up imports left behind", "crm.imports.tasks.sweep", every(5 * OFTEN_S), 5 * OFTEN_S),
    Periodic(
        "take up nights asked for", "collections_app.engine.tasks.sweep_asked_nights", every(5 * OFTEN_S), 5 * OFTEN_S
    ),
    Periodic(
        "take up print batches left behind", "collections_app.letters.tasks.sweep", every(5 * OFTEN_S), 5 * OFTEN_S
    ),
    Periodic(
        "take up simulations left behind", "collections_app.engine.tasks.sweep_simulations", every(OFTEN_S), OFTEN_S
    ),
]


def schedule() -> dict[str, dict[str, object]]:
    """The timetable as Celery's `beat_schedule`."""
    return {
        line.name: {
            "task": line.task,
            "schedule": line.when,
            "description": SOURCE,
            "options": {"expire_seconds": line.expires},  # as django-celery-beat calls it
        }
        for line in TIMETABLE
    }

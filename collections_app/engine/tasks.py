from datetime import date

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from collections_app.engine import asked, dry_runs, shards, training
from collections_app.engine.exceptions import NightRefused
from collections_app.engine.leases import give_up_lost
from collections_app.engine.operations import run_night
from collections_app.engine.schedule import due_nights, still_waits
from collections_app.engine.simulation.operations import run_simulation, sweep
from crm.accounts.models import Entity

log = structlog.get_logger(__name__)


@shared_task
def start_night(entity: int, on: str) -> None:
    """Run the night of an entity, unless it is done by now."""
    at, day = timezone.now(), date.fromisoformat(on)
    if not still_waits(entity, day, at=at):
        return
    try:
        run_night(Entity.objects.get(pk=entity), on=day, at=at)
    except NightRefused as refused:  # somebody was quicker, or a lost worker was and the broker gave its message back
        log.info("night_refused", entity_id=entity, on=on, reason=str(refused))


@shared_task
def start_asked_night(asked_id: int) -> None:
    """The night a person or an integration asked for."""
    asked.begin(asked_id, at=timezone.now())


@shared_task
def sweep_asked_nights() -> None:
    """Take up nights that were asked for and no worker heard of."""
    asked.sweep(at=timezone.now())


@shared_task
def help_with_night(run: int) -> None:
    """Work on parts of a night that another process leads; a message that comes late finds nothing to do."""
    shards.help_with(run, clock=timezone.now)


@shared_task
def try_night(dry_run_id: int) -> None:
    """The dry run a person asked for."""
    dry_runs.try_night(dry_run_id, at=timezone.now())


@shared_task
def sweep_dry_runs() -> None:
    """Take up dry runs no worker came to the end of."""
    dry_runs.sweep(at=timezone.now())


@shared_task
def reset_training(reset_id: int) -> None:
    """The training entity a person asked to make again."""
    training.reset(reset_id, at=timezone.now())


@shared_task
def start_due_nights() -> None:
    """Start the night of each live entity whose hour has come, and what lost workers left; what still runs elsewhere is
    left alone.

    It is asked for again as long as no worker takes it: what nobody took until then is dropped.
    """
    give_up_lost(clock=timezone.now)
    for entity_id, on in due_nights(at=timezone.now()):
        start_night.apply_async((entity_id, on.isoformat()), expires=settings.LOOKS_EVERY_S)


@shared_task
def simulate(simulation_id: int) -> None:
    """The simulation a person asked for."""
    run_simulation(simulation_id, clock=timezone.now)


@shared_task
def sweep_simulations() -> None:
    """Take up simulations no worker has, remove what lost workers left."""
    sweep(at=timezone.now())

from celery import shared_task

from collections_app.actions import tallies


@shared_task
def squash_tallies() -> None:
    """Keep the rows few that the counters of the to-do list add up."""
    tallies.squash()

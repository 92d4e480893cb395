from celery import shared_task

from crm.receivables import days


@shared_task
def squash_days() -> None:
    """Keep the rows few that the days of the books are added up from."""
    days.squash()

from celery import shared_task
from django.utils import timezone

from crm.law.operations import derive_late_rates


@shared_task(name="crm.law.tasks.open_half_year")
def open_half_year() -> int:
    """On 2 January and 2 July: the late payment rates of the half-year that starts."""
    return derive_late_rates(until=timezone.localdate())

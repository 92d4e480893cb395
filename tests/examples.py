"""Examples of a property that know nothing of each other."""

from collections.abc import Callable
from functools import wraps

from django.db import transaction


def taken_back(example: Callable[..., None]) -> Callable[..., None]:
    """Below @given: what an example wrote is gone before the next. One is then found again alone, and none pays for the
    tables and locks that those before it leave in one long transaction."""

    @wraps(example)
    def alone(*args: object, **kwargs: object) -> None:
        with transaction.atomic():
            example(*args, **kwargs)
            transaction.set_rollback(True)

    return alone

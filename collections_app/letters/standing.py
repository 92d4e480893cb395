"""Whether what printed letters say still holds, asked of those who asked for them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from crm.accounts.models import Entity

# What changed since these messages of an entity were composed, on a day and at an instant of it: message id -> a
# sentence. What is not named still holds and may leave.
Look = Callable[[Entity, Sequence[int], date, datetime], Mapping[int, str]]

# origin -> its look; filled in AppConfig.ready() of the apps above.
looks: dict[str, Look] = {}

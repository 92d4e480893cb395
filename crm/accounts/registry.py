"""What the apps above say of an entity. Filled in their `AppConfig.ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.accounts.models import Entity


@dataclass(frozen=True)
class Remark:
    """What should be settled before an entity writes to its customers, and keeps it from nothing; the page to do it."""

    text: str
    url: str


remarks: list[Callable[["Entity"], Iterable[Remark]]] = []


def remarks_on(entity: "Entity") -> list[Remark]:
    """All of them."""
    return [remark for each in remarks for remark in each(entity)]

"""Whether the books a night rests on are fresh."""

from collections_app.engine.models import Run
from collections_app.engine.night import Night
from crm.imports.queries import books_of


def check_freshness(night: Night) -> int:
    """Tell on the run of which day its books are; 1 when the entity calls that stale.

    The night decides all the same. What keeps automatic messages home is the gate "freshness", which is asked again
    when each would leave: they go by themselves once an import has come.
    """
    books = books_of({night.entity: night.on}, at=night.at)[night.entity.pk]
    Run.objects.filter(pk=night.run.pk).update(books_on=books.on, stale=books.stale)
    return int(books.stale)

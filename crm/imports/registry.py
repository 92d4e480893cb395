"""What the apps above say about undoing an import. Filled in their `AppConfig.ready()`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.imports.models import Batch

# Gives the reason (an English msgid) why a batch is not undone now; "" when nothing of theirs is in the way.
UndoGuard = Callable[["Batch"], str]
undo_guards: list[UndoGuard] = []

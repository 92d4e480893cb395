"""How many statements a measure takes, counted without keeping any."""

from typing import Any


class Statements:
    """Counts what is said to the database, as an `execute_wrapper`."""

    number = 0

    def __call__(self, execute: Any, *given: Any) -> Any:
        self.number += 1
        return execute(*given)

"""Rows a statement leaves out."""

from collections.abc import Callable
from typing import Any

from crm.imports.formats.rows import Problem
from crm.imports.outcome import Outcome
from crm.imports.staging import answer


def reject_found(
    name: str, params: dict[str, Any], outcome: Outcome, problem_of: Callable[[dict[str, Any]], Problem]
) -> None:
    """Reject the rows a stored statement took out: it returns the first of them, and how many there are (`of_all`)."""
    found = answer(name, params)
    for row in found:
        outcome.reject(problem_of(row))
    outcome.rows_rejected += found[0]["of_all"] - len(found) if found else 0

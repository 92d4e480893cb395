"""What a statement really reads and compares, counted by PostgreSQL itself."""

from typing import Any

from django.db import connection


def rows_compared(statement: str, params: dict[str, Any]) -> int:
    """Rows that all steps of the plan passed on or left out, each time they ran."""
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, timing off, format json) {statement}", params)
        ((plan,),) = cursor.fetchone()
    return _rows(plan["Plan"])


def _rows(node: dict[str, Any]) -> int:
    each = sum(node.get(key, 0) for key in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter"))
    return round(each * node["Actual Loops"]) + sum(_rows(child) for child in node.get("Plans", ()))

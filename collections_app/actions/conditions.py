"""Conditions of the ORM as SQL, to stand in statements too large for it."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q
from django.db.models.sql import Query

from collections_app.actions.models import Action


@dataclass(frozen=True)
class Condition:
    """What is asked of a row of actions, as SQL on its own columns; or such rows themselves."""

    sql: str
    params: tuple[Any, ...]


def condition(asked: Q) -> Condition:
    """The SQL of conditions on columns of actions."""
    query = Query(Action)
    query.add_q(asked)
    try:
        sql, params = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:
        return Condition("false", ())
    except FullResultSet:
        return Condition("true", ())
    return Condition(sql, tuple(params))

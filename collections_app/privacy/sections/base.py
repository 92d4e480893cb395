"""How it is said of a table what a copy tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

Label = str | Promise

# Why a column is left out.
NUMBER = "a number of the program, which says nothing of the person"
WORK = "how the program organises its work, which says nothing of the person"
SECRET = "opens something: a secret"
OF_OURS = "who of the creditor's people: another person; his role is told where he acted"
OF_OTHERS = "another person"
ELSEWHERE = "told in another section, or by a file of the copy"
FOLLOWS = "follows from what is told"


@dataclass(frozen=True)
class Column:
    """A value of a row; `path` as queries name it, with __ through references."""

    path: str
    label: Label

    @property
    def key(self) -> str:
        """Its name in JSON and CSV."""
        return self.path.replace("__", "_")


@dataclass(frozen=True, eq=False)
class Section:
    """Rows of a model about a person. `of`: the path to the customer; `left_out`: field -> why, of the fields of the
    model that no column reads; `about`: a sentence under its title."""

    name: str
    title: Label
    model: type[Model]
    of: str
    columns: tuple[Column, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    order: str = "pk"
    about: Label = ""

    @property
    def told(self) -> set[str]:
        """Fields of the model its columns read."""
        return {column.path.split("__")[0] for column in self.columns}


def columns(*given: Any) -> tuple[Column, ...]:
    """(path, label), (path, label), …"""
    return tuple(Column(path, label) for path, label in given)


def because(**reasons: str) -> dict[str, str]:
    """SECRET="token" -> {"token": SECRET}: fields by reason, several of them with spaces between."""
    return {name: globals()[reason] for reason, names in reasons.items() for name in names.split()}

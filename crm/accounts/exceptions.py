"""Refusals about people and entities, worded for a person in the active language."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm.accounts.models import Entity, Team, User


class RoleNotYours(Exception):
    """Somebody gives a role he may not give."""

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(role)

    def __str__(self) -> str:
        return _("Your own role does not let you give the role “%(role)s”.") % {"role": self.role}


class LastAdministrator(Exception):
    """Nobody would be left who makes entities, tokens and administrators."""

    def __init__(self, user: User) -> None:
        self.user = user
        super().__init__(user.pk)

    def __str__(self) -> str:
        return _("%(user)s is the last administrator: make somebody else one first.") % {"user": self.user}


class CannotGoLive(Exception):
    """An entity is not ready to write to its customers; `reasons` say what is missing."""

    def __init__(self, entity: Entity, reasons: Sequence[Any]) -> None:
        self.entity, self.reasons = entity, list(reasons)
        super().__init__(entity.code)

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


class SupervisesTeam(Exception):
    """The supervisor of a team leaves it only once another one leads it."""

    def __init__(self, team: Team, user: User) -> None:
        self.team, self.user = team, user
        super().__init__(team.pk, user.pk)

    def __str__(self) -> str:
        return _("%(user)s leads the team %(team)s: name another supervisor first.") % {
            "user": self.user,
            "team": self.team,
        }

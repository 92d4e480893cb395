"""Foreseen refusals of a night run."""

from datetime import date

from django.utils.translation import gettext as _

from crm.core.formats import day


class NightRefused(Exception):
    """A night run that cannot start; its text tells a person what to do."""


class NightInThePast(NightRefused):
    def __init__(self, on: date, last_on: date) -> None:
        super().__init__(
            _(
                "The night of %(on)s cannot run: the entity already stands at %(last_on)s. "
                "The past can only be simulated."
            )
            % {"on": day(on), "last_on": day(last_on)}
        )


class NightTooFarAhead(NightRefused):
    def __init__(self, on: date, today: date) -> None:
        super().__init__(
            _(
                "The night of %(on)s cannot run: today is %(today)s for the entity, and no night could run before "
                "%(on)s afterwards. Check the date, or try it without writing anything (--dry-run)."
            )
            % {"on": day(on), "today": day(today)}
        )


class NightAlreadyRunning(NightRefused):
    def __init__(self, on: date) -> None:
        super().__init__(
            _("A night run of this entity is already running (for %(on)s). Wait for its end, then start again.")
            % {"on": day(on)}
        )


class NightBeingTried(NightRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The night of this entity is being tried without writing anything (dry run), and none starts beside "
                "it. Wait for its end, then start again."
            )
        )


class PartFailed(Exception):
    """A part of the night failed in another process: its words say why."""


class LeaseLost(Exception):
    """Another worker took this run over: this one stops and writes nothing more."""


class RehearsalRefused(Exception):
    """Nothing to lift; its text tells a person why."""


class ResetRefused(Exception):
    """A training entity that is not reset now; its text tells a person why."""

"""Foreseen refusals of a night run."""

from collections.abc import Callable
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from crm.core.formats import day


class NightRefused(Exception):
    """A night run that cannot start; its text tells a person what to do. `code` and `days` keep it for a reader of
    another language (see failures.py)."""

    code = ""
    sentence: str | Promise = ""

    def __init__(self, **days: date) -> None:
        super().__init__(str(self.sentence) % {name: day(value) for name, value in days.items()})
        self.days = days


class NightInThePast(NightRefused):
    code = "in the past"
    sentence = gettext_lazy(
        "The night of %(on)s cannot run: the entity already stands at %(last_on)s. The past can only be simulated."
    )

    def __init__(self, on: date, last_on: date) -> None:
        super().__init__(on=on, last_on=last_on)


class NightTooFarAhead(NightRefused):
    code = "too far ahead"
    sentence = gettext_lazy(
        "The night of %(on)s cannot run: today is %(today)s for the entity, and no night could run before %(on)s "
        "afterwards. Check the date, or try it without writing anything."
    )

    def __init__(self, on: date, today: date) -> None:
        super().__init__(on=on, today=today)


class NightAlreadyRunning(NightRefused):
    code = "already running"
    sentence = gettext_lazy(
        "A night run of this entity is already running (for %(on)s). Wait for its end, then start again."
    )

    def __init__(self, on: date) -> None:
        super().__init__(on=on)


class NightBeingTried(NightRefused):
    code = "being tried"
    sentence = gettext_lazy(
        "The night of this entity is being tried without writing anything (dry run), and none starts beside it. Wait "
        "for its end, then start again."
    )


class ImportBeingUndone(NightRefused):
    code = "import being undone"
    sentence = gettext_lazy(
        "An import of this entity is being undone, and the night waits for it: it would remind of what is about to go. "
        "It begins once that has ended."
    )


NIGHTS_REFUSED: dict[str, Callable[..., NightRefused]] = {
    refusal.code: refusal
    for refusal in (NightInThePast, NightTooFarAhead, NightAlreadyRunning, NightBeingTried, ImportBeingUndone)
}


class PartFailed(Exception):
    """A part of the night failed in another process: its words say why."""


class LeaseLost(Exception):
    """Another worker took this run over: this one stops and writes nothing more."""


class RehearsalRefused(Exception):
    """Nothing to lift; its text tells a person why."""


class ResetRefused(Exception):
    """A training entity that is not reset now; its text tells a person why."""

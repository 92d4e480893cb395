"""Foreseen refusals of a simulation."""

from django.utils.translation import gettext as _


class SimulationRefused(Exception):
    """A simulation that cannot be asked for or go on; its text tells a person what to do."""


class OtherEntity(SimulationRefused):
    def __init__(self) -> None:
        super().__init__(_("The version, the group and its scenario belong to the entity that is simulated."))


class EndsBeforeItStarts(SimulationRefused):
    def __init__(self) -> None:
        super().__init__(_("A simulation ends on or after the day it starts."))


class NothingToReplay(SimulationRefused):
    def __init__(self) -> None:
        super().__init__(_("A replay ends before today: choose days that have passed."))


class TooLong(SimulationRefused):
    def __init__(self, days: int) -> None:
        super().__init__(_("A simulation spans %(days)d days at most, from its first day on.") % {"days": days})


class Cancelled(Exception):
    """A person asked to stop."""


class TriedGone(Exception):
    """What is tried was removed or renamed since: the report would tell something else under its name."""


class Superseded(Exception):
    """Another worker took this simulation over: this one stops."""


class OtherSideFailed(Exception):
    """There is nothing to compare with any more: this side stops."""


class LiveTablesTouched(Exception):
    """A statement of a simulation wrote outside its own tables: its transaction is undone."""

"""What a night opened beyond the first step because the debt was old already: told to whoever reads it, so that the
first night of an entity does not bring its gravest steps unseen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _, ngettext

from collections_app.engine.models import Run, RunState
from collections_app.scenarios.models import Scenario, Step


@dataclass(frozen=True)
class Entered:
    """Actions of one step of a scenario that opened with the steps before it counted as passed."""

    scenario: int
    name: str
    number: int
    step: str = ""

    def __str__(self) -> str:
        """Its scenario, and the step where the night said which."""
        told = _("%(scenario)s, step “%(step)s”") % {"scenario": self.name, "step": self.step}
        return told if self.step else self.name


@dataclass(frozen=True)
class Backlog:
    """`first_night`: no night of the entity was finished before."""

    scenarios: Sequence[Entered] = ()
    first_night: bool = False

    @property
    def number(self) -> int:
        """Actions, all scenarios together."""
        return sum(one.number for one in self.scenarios)

    def sentence(self) -> str:
        """What a supervisor should know; empty when nothing entered so."""
        if not self.scenarios:
            return ""
        text = ngettext(
            "%(count)d action opens at the step the age of the debt allows: the steps before it count as passed.",
            "%(count)d actions open at the step the age of the debt allows: the steps before it count as passed.",
            self.number,
        ) % {"count": self.number}
        return _("First night of this entity.") + " " + text if self.first_night else text

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"scenarios": [asdict(one) for one in self.scenarios], "first_night": self.first_night}


def read(stored: dict[str, Any]) -> Backlog:
    """The reverse of `stored`; nothing for what an older version kept."""
    return Backlog(
        [Entered(**one) for one in stored.get("scenarios", [])], first_night=stored.get("first_night", False)
    )


def backlog_of(run: Run) -> Backlog:
    """Three queries. An older night kept the scenario alone."""
    counted = [(*key.partition(":")[::2], number) for key, number in run.entered.items()]
    scenarios = {int(scenario) for scenario, _code, _number in counted}
    names = dict(Scenario.objects.filter(pk__in=scenarios).values_list("pk", "name"))
    steps = _names_of_steps(scenarios)
    found = [
        Entered(int(scenario), names.get(int(scenario), ""), number, steps.get((int(scenario), code), code))
        for scenario, code, number in counted
    ]
    earlier = Run.objects.filter(entity=run.entity_id, state=RunState.DONE, on__lt=run.on)
    found.sort(key=lambda one: (-one.number, one.scenario, one.step))
    return Backlog(found, first_night=not earlier.exists())


def _names_of_steps(scenarios: set[int]) -> dict[tuple[int, str], str]:
    """What each step of these scenarios is called in its latest version, by (scenario, code)."""
    steps = Step.objects.filter(version__scenario__in=scenarios).order_by("version__number")
    named = steps.values_list("version__scenario", "code", "name")
    return {(scenario, code): name for scenario, code, name in named}

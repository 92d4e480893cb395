"""What a night found and did, added up over its parts."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

KEPT = ("opened", "entered", "queued", "samples")


@dataclass
class Findings:
    """`opened`: actions by step; `entered`: of them, by scenario and step ("7:firm"), those whose backlog entered at
    the step of its age; `blocked`: what was kept back, by reason; `queued`: messages ready to leave; `samples`: by
    template, two actions that leave by themselves."""

    opened: Counter[str] = field(default_factory=Counter)
    entered: Counter[str] = field(default_factory=Counter)
    blocked: Counter[str] = field(default_factory=Counter)
    queued: int = 0
    samples: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Findings":
        """The reverse of `stored`."""
        counted = {name: Counter(stored.get(name, {})) for name in ("opened", "entered", "blocked")}
        return cls(**counted, queued=stored.get("queued", 0), samples=stored.get("samples", {}))

    @classmethod
    def written(cls, stored: dict[str, Any]) -> "Findings":
        """Of a part that is worked on again, what it had committed and finds no more: what it opened stays opened, and
        what it queued is still to be written on trial."""
        return cls.read({name: stored[name] for name in KEPT if name in stored})

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "opened": dict(self.opened),
            "entered": dict(self.entered),
            "blocked": dict(self.blocked),
            "queued": self.queued,
            "samples": self.samples,
        }

    def add(self, other: "Findings") -> None:
        """What another part of the same night found."""
        self.opened += other.opened
        self.entered += other.entered
        self.blocked += other.blocked
        self.queued += other.queued
        for template, actions in other.samples.items():
            self.samples[template] = sorted({*self.samples.get(template, []), *actions})

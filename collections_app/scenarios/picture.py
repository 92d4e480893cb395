"""The time line of a scenario: where each step stands, ready for an SVG without style or script inside."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from collections_app.scenarios.models import Step, StepMode
from crm.customers.models import Channel

COLUMN, LEFT, AXIS, HEIGHT = 116, 66, 74, 196
LINE_LENGTH, MOST_LINES = 16, 2
ICONS = {Channel.EMAIL: "mail", Channel.POST: "file-text", Channel.SMS: "message-square", Channel.PHONE: "phone"}


SHORT = {
    StepMode.AUTOMATIC: _("automatic"),
    StepMode.TODO: _("to do"),
    StepMode.APPROVAL: _("to approve"),
    StepMode.DECISION: _("decision"),
}


@dataclass(frozen=True)
class Mark:
    """One step or the due date: `x` is its middle, `lines` its name cut to fit."""

    x: int
    day: str
    lines: list[str]
    icon: str = ""
    look: str = "due"
    mode: str = ""
    channel: str = ""
    gap: int = 0
    formal_notice: bool = False
    step: Step | None = None


@dataclass(frozen=True)
class Picture:
    """Marks evenly spaced: the number of days is written, so that steps close together stay legible."""

    marks: list[Mark]
    width: int
    height: int = HEIGHT
    axis: int = AXIS


def picture(steps: Sequence[Step]) -> Picture:
    """The steps in order, the due date between preventive steps and the others."""
    ordered = sorted(steps, key=lambda step: step.offset_days)
    places: list[Step | None] = [step for step in ordered if step.offset_days < 0]
    places += [None, *(step for step in ordered if step.offset_days >= 0)]
    marks = [mark(step, LEFT + place * COLUMN) for place, step in enumerate(places)]
    return Picture(marks, width=2 * LEFT + (len(places) - 1) * COLUMN)


def mark(step: Step | None, x: int) -> Mark:
    if step is None:
        return Mark(x, "", [])
    decides = step.mode == StepMode.DECISION
    return Mark(
        x,
        f"{step.offset_days:+d}" if step.offset_days else "0",
        wrapped(step.name),
        icon="scale" if decides else ICONS[Channel(step.channel)],
        look=StepMode(step.mode).value,
        mode=str(SHORT[StepMode(step.mode)]),
        channel="" if decides else step.get_channel_display(),
        gap=step.gap_days,
        formal_notice=step.formal_notice,
        step=step,
    )


def wrapped(name: str) -> list[str]:
    """A name on at most two short lines."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > LINE_LENGTH:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    shown = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        shown[-1] += "…"
    return shown

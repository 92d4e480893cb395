"""What keeps a draft from being published."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from collections_app.letters.models import TemplateVersion
from collections_app.scenarios.channels import connected
from collections_app.scenarios.models import ScenarioVersion, Step, StepMode
from crm.customers.models import Channel

Check = Callable[[Step, ScenarioVersion, set[int]], Iterator[str]]
SENDS = (StepMode.AUTOMATIC, StepMode.APPROVAL)


def reasons_not_to_publish(version: ScenarioVersion) -> list[str]:
    """Every reason, in words that tell what to change; none when it may be published."""
    steps = list(version.steps.select_related("template"))
    if not steps:
        return [_("There is no step: add at least one.")]
    written = set(
        TemplateVersion.objects.filter(
            template__in=[step.template_id for step in steps if step.template_id], published_at__isnull=False
        ).values_list("template", flat=True)
    )
    checks: list[Check] = [channel, formal_notice, decision, template]
    return [
        _("Step “%(step)s”: %(reason)s") % {"step": step.name, "reason": reason}
        for step in steps
        for check in checks
        for reason in check(step, version, written)
    ]


def channel(step: Step, version: ScenarioVersion, written: set[int]) -> Iterator[str]:
    """The system can only send where something carries the message."""
    if step.mode in SENDS and step.channel == Channel.PHONE:
        yield _("a call is made by a person: choose “to do by a person”.")
    elif step.mode in SENDS and not connected(step.channel):
        yield _("the channel “%(channel)s” is not connected: choose “to do by a person”.") % {
            "channel": step.get_channel_display()
        }


def formal_notice(step: Step, version: ScenarioVersion, written: set[int]) -> Iterator[str]:
    """A formal notice has effects in law: a person reads it before it leaves."""
    if step.formal_notice and step.mode != StepMode.APPROVAL:
        yield _("a formal notice is sent after approval.")
    if step.formal_notice and step.channel != Channel.POST:
        yield _("a formal notice is a letter, so that its posting can be proved.")


def decision(step: Step, version: ScenarioVersion, written: set[int]) -> Iterator[str]:
    """Nothing is said to the customer, and there is nothing to decide about what is not late."""
    if step.mode != StepMode.DECISION:
        return
    if step.template_id is not None:
        yield _("a decision sends nothing: take its template off.")
    if step.offset_days < 0:
        yield _("a decision comes after the due date.")


def template(step: Step, version: ScenarioVersion, written: set[int]) -> Iterator[str]:
    """What is sent is written, in a template of the same channel and entity."""
    chosen = step.template
    if chosen is None:
        if step.mode in SENDS:
            yield _("choose a template.")
        return
    names = {"template": chosen.name}
    if chosen.entity_id != version.scenario.entity_id:
        yield _("the template “%(template)s” belongs to another entity.") % names
    if chosen.channel != step.channel:
        yield _("the template “%(template)s” is for another channel.") % names
    if chosen.archived:
        yield _("the template “%(template)s” is archived.") % names
    if chosen.pk not in written:
        yield _("the template “%(template)s” has no published version.") % names

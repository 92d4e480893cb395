"""Verbs that write templates. A published version never changes: editing makes the next one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.letters.defaults import DEFAULTS, LANGUAGES, Default
from collections_app.letters.faults import problems_of
from collections_app.letters.models import DeliveredDefault, Template, TemplateVersion
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.core.marks import mark


class TemplateRefused(Exception):
    """A version that may not be published; `reasons` say what to correct."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class TextChanged(ValueError):
    """Somebody else wrote the text of a language since a person read it; `forgetting` the draft, not writing it."""

    def __init__(self, *, forgetting: bool = False) -> None:
        super().__init__(
            _("Somebody else changed this text since you opened it, and it was not forgotten: open it again.")
            if forgetting
            else _(
                "Somebody else changed this text since you opened it, and nothing of yours was saved: open it again "
                "beside this page, then write your changes into it."
            )
        )


def mark_of(latest: TemplateVersion | None) -> str:
    """Differs as soon as the last text of a language does."""
    return mark(latest.subject, latest.body, latest.days_to_pay) if latest else mark()


@transaction.atomic
def save_draft(
    template: Template,
    *,
    language: str,
    subject: str,
    body: str,
    days_to_pay: int | None = None,
    read: str | None = None,
) -> TemplateVersion:
    """Keep a text not yet in use: the draft of this language, made when there is none. It may hold faults.

    A text that the published version says already makes no draft: that version is returned. `days_to_pay`: until its
    deadline, None for those of the entity. `read`: the `mark_of` the last text when the person read it, None when
    nobody did. Raises TextChanged.
    """
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    latest = _latest_locked(template, language)
    if read is not None and read != mark_of(latest):
        raise TextChanged
    said = (subject, body, days_to_pay)
    if latest and latest.published_at and (latest.subject, latest.body, latest.days_to_pay) == said:
        return latest
    draft = latest if latest and latest.published_at is None else _next(template, language, latest)
    draft.subject, draft.body, draft.days_to_pay = said
    draft.save()
    return draft


def _latest_locked(template: Template, language: str) -> TemplateVersion | None:
    """The last text of a language; nobody writes another until the end of the transaction."""
    template = Template.objects.select_for_update().get(pk=template.pk)
    return template.versions.filter(language=language).order_by("-number").first()


def _next(template: Template, language: str, latest: TemplateVersion | None) -> TemplateVersion:
    return TemplateVersion(template=template, language=language, number=latest.number + 1 if latest else 1)


@transaction.atomic
def publish(draft: TemplateVersion, *, by: User | None, at: datetime) -> TemplateVersion:
    """Put a draft to use from now on. Raises TemplateRefused with what keeps it from being sent as it stands."""
    draft = TemplateVersion.objects.select_for_update(of=("self",)).select_related("template__entity").get(pk=draft.pk)
    if draft.published_at is not None:
        raise TemplateRefused([_("This version is already published.")])
    on = today(draft.template.entity, at)
    if reasons := [str(problem) for problem in problems_of(draft, on=on) if problem.blocking]:
        raise TemplateRefused(reasons)
    draft.published_at, draft.published_by = at, by
    draft.save(update_fields=["published_at", "published_by"])
    return draft


@transaction.atomic
def discard_draft(template: Template, *, language: str, read: str | None = None) -> None:
    """Forget the draft of a language; what is published stays in use. `read` as in `save_draft`. Raises TextChanged."""
    if read is not None and read != mark_of(_latest_locked(template, language)):
        raise TextChanged(forgetting=True)
    template.versions.filter(language=language, published_at=None).delete()


def archive(template: Template) -> None:
    """Take a template out of the lists; steps that name it and messages sent keep it."""
    template.archived = True
    template.save(update_fields=["archived"])


def restore(template: Template) -> None:
    """Put an archived template back in the lists."""
    template.archived = False
    template.save(update_fields=["archived"])


@transaction.atomic
def duplicate(template: Template, *, code: str, name: str) -> Template:
    """A new template with the texts in use of this one, as drafts."""
    copy = Template.objects.create(
        entity=template.entity,
        code=code,
        name=name,
        channel=template.channel,
        tone=template.tone,
        attach_statement=template.attach_statement,
        attach_invoice_list=template.attach_invoice_list,
        for_consumers=template.for_consumers,
    )
    for version in latest_versions(template):
        save_draft(
            copy,
            language=version.language,
            subject=version.subject,
            body=version.body,
            days_to_pay=version.days_to_pay,
        )
    return copy


def latest_versions(template: Template) -> list[TemplateVersion]:
    """The last version of each language, draft or not."""
    return list(template.versions.order_by("language", "-number").distinct("language"))


@transaction.atomic
def deliver_defaults(entity: Entity, *, at: datetime) -> list[Template]:
    """Give the entity the default templates it never received; return those created.

    What was delivered once is the entity's own: it is never overwritten, and what it deleted stays deleted.
    """
    received = set(DeliveredDefault.objects.filter(entity=entity).values_list("code", flat=True))
    present = set(Template.objects.filter(entity=entity).values_list("code", flat=True))
    missing = [default for default in DEFAULTS if default.code not in received]
    DeliveredDefault.objects.bulk_create(
        [DeliveredDefault(entity=entity, code=default.code, delivered_at=at) for default in missing],
        ignore_conflicts=True,
    )
    return [_deliver(entity, default, at) for default in missing if default.code not in present]


def _deliver(entity: Entity, default: Default, at: datetime) -> Template:
    template = Template.objects.create(
        entity=entity,
        code=default.code,
        name=default.name(entity.language),
        channel=default.channel,
        tone=default.tone,
        attach_statement=default.attach_statement,
        for_consumers=default.for_consumers,
    )
    for language in LANGUAGES:
        subject, body = default.text(language)
        TemplateVersion.objects.create(
            template=template, language=language, number=1, subject=subject, body=body, published_at=at
        )
    return template

"""Texts the product delivers today and an entity does not have: an upgrade never changes what an entity uses, a person
takes the newer text."""

from collections_app.letters.defaults import DEFAULTS, LANGUAGES
from collections_app.letters.models import Template, TemplateVersion

BY_CODE = {default.code: default for default in DEFAULTS}


def newer_text(template: Template, language: str) -> TemplateVersion | None:
    """What the product delivers today in a language, not saved; None where the template did not come from it, or some
    version says it already (what was delivered then and not changed since, or a newer text taken since)."""
    default, versions = BY_CODE.get(template.code), list(template.versions.all())
    ours = any(version.number == 1 and version.published_at and version.published_by_id is None for version in versions)
    if default is None or not ours or language not in LANGUAGES:
        return None
    subject, body = default.text(language)
    said = {(version.subject, version.body) for version in versions if version.language == language}
    if (subject, body) in said:
        return None
    # Whoever takes the words keeps his own days.
    mine = max((version for version in versions if version.language == language), key=_number, default=None)
    days = mine.days_to_pay if mine else None
    return TemplateVersion(template=template, language=language, number=0, subject=subject, body=body, days_to_pay=days)


def _number(version: TemplateVersion) -> int:
    return version.number


def newer_languages(template: Template) -> list[str]:
    """The languages a newer text is delivered in."""
    return [language for language in LANGUAGES if newer_text(template, language)]

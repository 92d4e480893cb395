"""In which language a message is written: all of it in one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from collections_app.letters.labels import LABELS
from collections_app.letters.models import Template, TemplateVersion
from crm.core.formats import language_name
from crm.core.remembering import remembered
from crm.customers.models import Contact, Customer


class NoPublishedVersion(Exception):
    """The template has no text in use, neither in the language of the recipient nor in that of the entity."""

    def __init__(self, template: Template, language: str) -> None:
        super().__init__(
            _("The template “%(template)s” has no published text in %(language)s: publish one.")
            % {"template": template.name, "language": language_name(language)}
        )


@dataclass(frozen=True)
class Choice:
    """`wanted` differs from the language of the version when the template has no text in it."""

    version: TemplateVersion
    wanted: str

    @property
    def language(self) -> str:
        return self.version.language


def wanted_language(customer: Customer, contact: Contact | None) -> str:
    """That of the contact, else of the customer, else of the entity."""
    found = (contact.language if contact else "") or customer.language or customer.entity.language
    return known(found)


def known(language: str) -> str:
    """«fr-BE» is written in «fr»; a language without labels of its own stays as it is."""
    short = language.lower().replace("_", "-").split("-")[0]
    return short if short in LABELS else language


def choose_version(template: Template, customer: Customer, wanted: str) -> Choice:
    """The last published text in `wanted`, else in the language of the entity; raises NoPublishedVersion."""
    own = known(customer.entity.language)
    languages = tuple(language for language in (wanted, own) if language in LABELS)
    versions = remembered(("versions", template.pk, languages), lambda: _published(template, languages))
    version = versions.get(wanted) or versions.get(own)
    if version is None:
        raise NoPublishedVersion(template, own)
    return Choice(version, wanted)


def _published(template: Template, languages: Sequence[str]) -> dict[str, TemplateVersion]:
    """The last published text in each of these languages that has one."""
    published = template.versions.exclude(published_at=None).filter(language__in=languages)
    return {version.language: version for version in published.order_by("number")}


def template_of(pk: int | None) -> Template | None:
    """A template by its number, if any (see `crm.core.remembering`)."""
    return remembered(("template", pk), lambda: Template.objects.get(pk=pk)) if pk else None

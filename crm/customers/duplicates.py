"""Finding the other record of a customer, and what a merge would move."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from crm.core.text import plain
from crm.customers.models import Customer, CustomerQuerySet, PlainText
from crm.customers.registry import merge_handlers, relation_field

SHOWN = 10
ALIKE = 0.45


@dataclass(frozen=True)
class Moving:
    """Rows of one kind that name the duplicate."""

    label: str | Promise
    count: int


def candidates(customer: Customer, visible: CustomerQuerySet, words: str = "") -> QuerySet[Customer]:
    """Records of the same entity that `words` find (name, account, SIREN); without words those that look alike or have
    the same SIREN."""
    others = visible.current().filter(entity=customer.entity_id).exclude(pk=customer.pk)
    named = others.annotate(plain=PlainText("name"))
    if words:
        compact = words.replace(" ", "")
        wanted = Q(plain__contains=plain(words)) | Q(external_id__iexact=words) | Q(siren=compact[:9] or "-")
        return named.filter(wanted).order_by("plain", "pk")[:SHOWN]
    name = plain(customer.name)
    alike = Q(plain__trigram_similar=name, likeness__gte=ALIKE)
    if customer.siren:
        alike |= Q(siren=customer.siren)
    return named.annotate(likeness=TrigramSimilarity("plain", name)).filter(alike).order_by("-likeness", "pk")[:SHOWN]


def what_moves(duplicate: Customer) -> list[Moving]:
    """How many rows of each kind name the duplicate, those without any left out; one small count each."""
    found: dict[str, Moving] = {}
    for relation in sorted(merge_handlers):
        field: Any = relation_field(relation, duplicate)
        count = field.model._base_manager.filter(**{field.name: duplicate}).count()
        if count:
            found[relation] = Moving(field.model._meta.verbose_name_plural, count)
    return sorted(found.values(), key=lambda moving: -moving.count)

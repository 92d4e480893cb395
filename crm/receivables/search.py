"""Finding a customer by what a person has at hand: a name, an account, an invoice, a telephone number, an address."""

import phonenumbers
from django.db.models import QuerySet

from crm.core.text import plain
from crm.customers.models import Address, Channel, Customer, PlainText
from crm.customers.reach import EVERYBODY, Reach
from crm.receivables.models import Credit, Invoice

LEAST_DIGITS = 6
# Each way of searching stops here: a person who sees more rows than that types more letters.
MOST = 500


def matching(words: str, reach: Reach = EVERYBODY) -> QuerySet[Customer]:
    """Customers within `reach` found by `words`; accents, capitals and small typing mistakes do not matter.

    Each way is a small indexed query, joined by UNION: an OR of them would read the whole table. Each looks within the
    reach before it stops, or the customers of others would hide one's own.
    """
    first, *others = _ways(words.strip(), reach)
    return Customer.objects.filter(pk__in=first.union(*others))


def _ways(words: str, reach: Reach) -> list[QuerySet]:
    seen = Customer.objects.filter(reach.of())
    named = seen.annotate(plain=PlainText("name"))
    ways: list[QuerySet] = [
        named.filter(plain__contains=plain(words)),
        named.filter(plain__trigram_word_similar=plain(words)),
        seen.filter(external_id=words),
        seen.filter(external_id=words.upper()),
    ]
    compact = words.replace(" ", "")
    if compact.isdigit() and len(compact) in (9, 14):
        ways.append(seen.filter(siren=compact[:9]))
    ways = [way.values("pk")[:MOST] for way in ways]
    ways += [found.filter(reach.of("customer__")).values("customer_id")[:MOST] for found in _papers(words)]
    ways += [found.filter(customer__in=seen.values("pk")).values("customer_id")[:MOST] for found in _addresses(words)]
    return ways


def _papers(words: str) -> list[QuerySet]:
    return [
        Invoice.objects.filter(number__in={words, words.upper()}),
        Credit.objects.filter(number__in={words, words.upper()}, open_amount__gt=0),
    ]


def _addresses(words: str) -> list[QuerySet]:
    if "@" in words:
        return [Address.objects.filter(channel=Channel.EMAIL, value__in={words, words.lower()})]
    number = _telephone(words)
    if not number:
        return []
    return [Address.objects.filter(channel__in=(Channel.PHONE, Channel.SMS), value=number)]


def _telephone(words: str, region: str = "FR") -> str:
    """The number in E.164, or nothing when `words` is no telephone number."""
    if sum(letter.isdigit() for letter in words) < LEAST_DIGITS:
        return ""
    try:
        number = phonenumbers.parse(words, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

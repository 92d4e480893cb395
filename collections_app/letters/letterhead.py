"""What a company must print on what it writes: name, form, capital, registry, seat."""

from datetime import date

from collections_app.letters.labels import label
from crm.accounts.models import Entity
from crm.accounts.queries import legal_mentions


def legal_parts(entity: Entity, language: str, on: date) -> list[str]:
    """The foot of a letter or an e-mail, in parts: the mentions stand next to the name, as C. com. R123-238 wants. What
    they say already (SIREN, VAT number) is not said again."""
    mentions = legal_mentions(entity, language, on)
    city = " ".join(filter(None, [entity.postcode, entity.city]))
    seat = ", ".join(filter(None, [*entity.street.splitlines(), city]))
    numbers = {"siren": entity.siren, "vat": entity.vat_number}
    said = "".join(mentions.split())
    told = [f"{label(language, key)} {number}" for key, number in numbers.items() if number and number not in said]
    return [*filter(None, [entity.legal_name, mentions, seat, *told])]

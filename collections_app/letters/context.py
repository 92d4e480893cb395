"""What a template sees: plain values only, each cleaned, under the published names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from collections_app.letters.charges import ChargeSheet
from collections_app.letters.letterhead import legal_parts
from collections_app.letters.lines import NOTHING, Chosen, described, net_total, original_total
from collections_app.letters.variables import BLOCKS, ITEM, block, plain
from collections_app.letters.writing import iban_groups
from crm.accounts.models import Entity, User
from crm.core.formats import telephone
from crm.customers.models import Contact, Customer, CustomerKind


@dataclass(frozen=True)
class Subject:
    """Whom a message is for, on which date, about what, and who signs it."""

    customer: Customer
    contact: Contact | None
    sender: User | None
    chosen: Chosen
    charges: ChargeSheet
    on: date
    deadline: date
    language: str

    @property
    def entity(self) -> Entity:
        return self.customer.entity

    @property
    def reference(self) -> str:
        """Account, with the number of the invoice when there is only one."""
        main = self.chosen.main
        number = main[0].invoice.number if len(main) == 1 else ""
        return " ".join(filter(None, [self.customer.external_id, number]))

    @cached_property
    def foot(self) -> list[str]:
        """What the entity must say of itself below an e-mail, in parts."""
        return legal_parts(self.entity, self.language, self.on)

    @property
    def signature(self) -> str:
        """Who signs: the collector, else the sender name of the entity."""
        entity = self.entity
        return (self.sender.get_full_name() if self.sender else "") or entity.sender_name or entity.legal_name


def variables(subject: Subject) -> dict[str, Any]:
    """All published variables, filled."""
    main = [described(line, on=subject.on, language=subject.language) for line in subject.chosen.main]
    others = [described(line, on=subject.on, language=subject.language) for line in subject.chosen.others]
    values = {
        "today": subject.on,
        "deadline": subject.deadline,
        "reference": subject.reference,
        "customer": _customer(subject.customer),
        "contact": {"name": subject.contact.name if subject.contact else None},
        "entity": _entity(subject.entity),
        "sender": {"name": subject.signature},
        "total": _total(subject),
        "oldest": main[0] if main else {each.name: None for each in ITEM},
        "charges": _charges(subject.charges),
        "payment": _payment(subject.entity),
        "invoices": main,
        "other_invoices": others,
    }
    return _cleaned(values) | {name: block(name) for name in BLOCKS}


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "name": customer.name,
        "account": customer.external_id,
        "siren": customer.siren,
        "city": customer.city,
        "professional": customer.kind == CustomerKind.PROFESSIONAL,
        "consumer": customer.kind == CustomerKind.CONSUMER,
        "public_body": customer.kind == CustomerKind.PUBLIC_BODY,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    place = " ".join(filter(None, [entity.postcode, entity.city]))
    return {
        "name": entity.legal_name,
        "legal_name": entity.legal_name,
        "siren": entity.siren,
        "address": ", ".join(filter(None, [*entity.street.splitlines(), place])),
        "phone": telephone(entity.phone),
        "email": entity.sender_email,
        "french_law": entity.jurisdiction == "FR",
    }


def _total(subject: Subject) -> dict[str, Any]:
    main, others = subject.chosen.main, subject.chosen.others
    net, other = net_total(main), net_total(others)
    return {
        "net": net,
        "original": original_total(main),
        "count": len(main),
        "other": other,
        "other_count": len(others),
        "all_due": net + other,
        "with_charges": net + subject.charges.total,
    }


def _charges(charges: ChargeSheet) -> dict[str, Any]:
    return {
        "rate": charges.rate,
        "rate_from_notice": charges.rate_from_notice,
        "delivery_days": charges.delivery_days,
        "interest": charges.interest or NOTHING,
        "indemnity": charges.indemnity or NOTHING,
    }


def _payment(entity: Entity) -> dict[str, Any]:
    return {"holder": entity.legal_name, "iban": iban_groups(entity.iban), "bic": entity.bic}


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _cleaned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    return plain(value)

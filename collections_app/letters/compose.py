"""One message for one customer: used alike by preview, mail, letter, SMS, script and test send.

It knows nothing of the night: what it writes about comes in as `lines`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from collections_app.letters import attachments, context, drawing, markup, sms, text
from collections_app.letters.charges import charge_sheet
from collections_app.letters.context import Subject
from collections_app.letters.deadlines import deadline as by_when
from collections_app.letters.drawing import Drawn
from collections_app.letters.labels import locale_of
from collections_app.letters.languages import Choice, NoPublishedVersion, choose_version, known, wanted_language
from collections_app.letters.lines import Chosen, Line, choose
from collections_app.letters.models import Template, TemplateVersion, Tone
from collections_app.letters.pdf import NotDrawn
from collections_app.letters.writing import Writer
from crm.accounts.models import User
from crm.core.liquid import TemplateFault, render
from crm.customers.models import Address, Channel, Contact, ContactRole, Customer
from crm.customers.queries import best_address
from telephony.core.lines import one_line
from telephony.core.outgoing import Attachment, Prepared

__all__ = ["NOT_WRITTEN", "Composed", "Line", "compose"]

# What keeps a message from being written until a person changes something.
NOT_WRITTEN = (NoPublishedVersion, TemplateFault, NotDrawn)


@dataclass(frozen=True)
class Composed:
    """What leaves. `wanted_language` differs from `language` when the template has no text in the former. `file_names`:
    those of its attachments, also where they were not drawn. `foot`: what the sender must say of itself."""

    subject: str
    text: str
    html: str
    language: str
    wanted_language: str
    template_version_id: int | None
    variables: Mapping[str, Any]
    amounts: Mapping[str, Decimal]
    attachments: tuple[Attachment, ...] = ()
    pieces: tuple[object, ...] = field(default=(), repr=False)
    file_names: tuple[str, ...] = ()
    foot: str = ""

    @property
    def fell_back(self) -> bool:
        """Written in the language of the entity for want of a text in that of the recipient."""
        return self.language != self.wanted_language

    @property
    def signed_text(self) -> str:
        """The text as it leaves: that of an e-mail with the foot its HTML has, behind the mark of signatures."""
        return f"{self.text}\n\n-- \n{self.foot}" if self.foot else self.text

    def prepared(self) -> Prepared:
        """As the outbox takes it."""
        return Prepared(
            subject=self.subject,
            text=self.signed_text,
            html=self.html,
            attachments=self.attachments,
            language=self.language,
            variables=self.variables,
            template_version_id=self.template_version_id,
            amounts=self.amounts,
        )


def compose(
    template: Template,
    customer: Customer,
    *,
    currency: str,
    lines: Iterable[Line],
    on: date,
    language: str | None = None,
    version: TemplateVersion | None = None,
    address: Address | None = None,
    sender: User | None = None,
    formal_notice: bool | None = None,
    deadline: date | None = None,
    to_read: bool = False,
) -> Composed:
    """Fill a template for a customer.

    `language` overrides that of contact, customer and entity; `version` (a draft, in the preview) overrides the choice
    of the published one. `sender` is the collector who signs (default: that of the portfolio). `deadline` defaults to
    that of the text or of the entity. `to_read`: for a page that shows the text; HTML and files,
    which take most of the time, are not drawn. Raises one of NOT_WRITTEN.
    """
    address = address or best_address(customer, template.channel, on)
    contact = _contact(customer, address)
    choice = _choice(template, customer, contact, language, version)
    notice = template.tone == Tone.FORMAL_NOTICE if formal_notice is None else formal_notice
    chosen = choose(lines, tone=template.tone, formal_notice=notice, on=on)
    subject = Subject(
        customer=customer,
        contact=contact,
        sender=sender or customer.collector,
        chosen=chosen,
        charges=charge_sheet(customer, chosen.main, on=on),
        on=on,
        deadline=deadline or by_when(choice.version, template.tone, customer, chosen.main, notice=notice, on=on),
        language=choice.language,
    )
    return _written(template, choice, subject, Writer(choice.language, currency), address, notice, to_read)


def _written(
    template: Template,
    choice: Choice,
    subject: Subject,
    writer: Writer,
    address: Address | None,
    notice: bool,
    to_read: bool,
) -> Composed:
    currency = writer.currency
    values = context.variables(subject)
    locale = locale_of(choice.language)
    tableless = values | dict.fromkeys(context.BLOCKS, "")  # for subjects published before tables were refused in them
    title = one_line(render(choice.version.subject, tableless, locale=locale, currency=currency))
    blocks = tuple(markup.parse(render(choice.version.body, values, locale=locale, currency=currency)))
    pieces = drawing.with_tables(blocks, template, subject, writer, notice=notice)
    plain = text.written(pieces, choice.language)
    drawn = Drawn() if to_read else drawing.draw(template, pieces, subject, title, writer, address, notice)
    return Composed(
        subject=title,
        text=sms.simplified(plain) if template.channel == Channel.SMS else plain,
        html=drawn.html,
        language=choice.language,
        wanted_language=choice.wanted,
        template_version_id=choice.version.pk,
        variables=frozen(values),
        amounts={currency: _claimed(subject.chosen, subject, notice)} if subject.chosen.main else {},
        attachments=drawn.attachments,
        pieces=pieces,
        file_names=attachments.names(template, subject),
        foot=" · ".join(subject.foot) if template.channel == Channel.EMAIL else "",
    )


def frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    """Variables as they are kept with the message: JSON, amounts and dates as texts, without the marks of tables."""
    kept = {name: value for name, value in values.items() if not (isinstance(value, str) and name in context.BLOCKS)}
    return dict(json.loads(json.dumps(kept, cls=DjangoJSONEncoder)))


def _claimed(chosen: Chosen, subject: Subject, notice: bool) -> Decimal:
    net = sum((line.net_amount for line in chosen.main), Decimal(0))
    return net + subject.charges.total if notice else net


def _contact(customer: Customer, address: Address | None) -> Contact | None:
    if address is not None and address.contact is not None:
        return address.contact
    return customer.contacts.filter(role=ContactRole.DUNNING).order_by("pk").first()


def _choice(
    template: Template,
    customer: Customer,
    contact: Contact | None,
    language: str | None,
    version: TemplateVersion | None,
) -> Choice:
    if version is not None:
        return Choice(version, version.language)
    return choose_version(template, customer, known(language) if language else wanted_language(customer, contact))

import factory

from collections_app.letters.models import Template, TemplateVersion, Tone
from crm.customers.models import Channel
from tests.factories.accounts import EntityFactory


class TemplateFactory(factory.django.DjangoModelFactory):
    """A friendly e-mail without any text yet; TemplateVersionFactory adds one."""

    class Meta:
        model = Template

    entity = factory.SubFactory(EntityFactory)
    code = factory.Sequence(lambda n: f"template-{n}")
    name = "Relance amicale"
    channel = Channel.EMAIL
    tone = Tone.FRIENDLY

    class Params:
        letter = factory.Trait(channel=Channel.POST)
        formal_notice = factory.Trait(channel=Channel.POST, tone=Tone.FORMAL_NOTICE)
        preventive = factory.Trait(tone=Tone.PREVENTIVE)
        statement = factory.Trait(tone=Tone.STATEMENT)
        sms = factory.Trait(channel=Channel.SMS)
        script = factory.Trait(channel=Channel.PHONE)


class TemplateVersionFactory(factory.django.DjangoModelFactory):
    """Published, in French."""

    class Meta:
        model = TemplateVersion

    template = factory.SubFactory(TemplateFactory)
    language = "fr"
    number = 1
    subject = "Compte {{ customer.account }}"
    body = "Bonjour,\n\nVous devez {{ total.net | money }}.\n\n{{ invoice_table }}"
    published_at = "2026-01-01T00:00:00Z"

    class Params:
        draft = factory.Trait(published_at=None)

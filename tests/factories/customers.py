import factory

from crm.customers.models import Address, Channel, Contact, Customer, CustomerKind
from tests.factories.accounts import EntityFactory


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    entity = factory.SubFactory(EntityFactory)
    external_id = factory.Sequence(lambda n: f"C-{n:05d}")
    name = factory.Sequence(lambda n: f"Boulangerie {n}")
    city = "Lyon"
    country = "FR"

    class Params:
        consumer = factory.Trait(kind=CustomerKind.CONSUMER)
        public_body = factory.Trait(kind=CustomerKind.PUBLIC_BODY)
        with_email = factory.Trait(
            email=factory.RelatedFactory("tests.factories.customers.AddressFactory", factory_related_name="customer")
        )


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    name = "Camille Durand"


class AddressFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Address

    customer = factory.SubFactory(CustomerFactory)
    channel = Channel.EMAIL
    value = factory.Sequence(lambda n: f"compta{n}@client.example")

    class Params:
        phone = factory.Trait(channel=Channel.PHONE, value=factory.Sequence(lambda n: f"+3347200{n:04d}"))
        post = factory.Trait(channel=Channel.POST, value="3 place Bellecour\n69002 Lyon\nFrance")

import factory

from collections_app.segments.models import Group, Membership
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory


class GroupFactory(factory.django.DjangoModelFactory):
    """Takes those with something overdue."""

    class Meta:
        model = Group

    entity = factory.SubFactory(EntityFactory)
    code = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"Groupe {n}")
    priority = factory.Sequence(lambda n: n + 1)
    criteria = {"fact": "overdue", "is": "gt", "value": "0"}

    class Params:
        default = factory.Trait(is_default=True, criteria={}, priority=32_000)


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    customer = factory.SubFactory(CustomerFactory)
    entity = factory.SelfAttribute("customer.entity")
    group = factory.SubFactory(GroupFactory, entity=factory.SelfAttribute("..entity"))
    from_on = "2026-01-01"

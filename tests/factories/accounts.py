from typing import Any

import factory
from guardian.shortcuts import assign_perm

from crm.accounts.models import Absence, Entity, Role, Team, TeamMember, User


class EntityFactory(factory.django.DjangoModelFactory):
    """A French company, live, that works Monday to Friday."""

    class Meta:
        model = Entity
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"E{n:03d}")
    legal_name = factory.LazyAttribute(lambda entity: f"Société {entity.code}")
    siren = "732829320"
    street = "12 rue des Lilas"
    postcode = "69003"
    city = "Lyon"
    iban = "FR7630006000011234567890189"
    bic = "AGRIFRPP"
    sender_email = factory.LazyAttribute(lambda entity: f"relance@{entity.code.lower()}.example")
    sender_name = "Service recouvrement"
    live_since = "2020-01-01"

    @factory.post_generation
    def late_rate_percent(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """EntityFactory(late_rate_percent=15): what its contracts have always said."""
        if extracted is not None:
            self.contract_rates.create(starts_on="2000-01-01", percent=extracted)

    @factory.post_generation
    def mentions(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """EntityFactory(mentions="SAS au capital de 1 000 €"): in its language, as always."""
        if extracted:
            self.legal_mentions.create(language=self.language, starts_on="2000-01-01", text=extracted)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    first_name = "Léa"
    last_name = factory.Sequence(lambda n: f"Martin{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@acquit.example")
    role = Role.COLLECTOR
    password = factory.django.Password("secret-for-tests")

    class Params:
        supervisor = factory.Trait(role=Role.SUPERVISOR, is_staff=True)
        auditor = factory.Trait(role=Role.AUDITOR, is_staff=True)
        administrator = factory.Trait(role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True)
        integrator = factory.Trait(role=Role.INTEGRATOR)

    @factory.post_generation
    def sees(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """UserFactory(sees=entity) or sees=[entity, team…]: grants the row scope."""
        for scope in extracted if isinstance(extracted, list) else [extracted] if extracted else []:
            assign_perm(f"accounts.see_{scope._meta.model_name}", self, scope)


class TeamFactory(factory.django.DjangoModelFactory):
    """Its supervisor, if it has one, sees its customers."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    entity = factory.SubFactory(EntityFactory)
    name = factory.Sequence(lambda n: f"Équipe {n}")

    @factory.post_generation
    def sight(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """As `name_supervisor` gives it."""
        if self.supervisor:
            assign_perm("accounts.see_team", self.supervisor, self)


class TeamMemberFactory(factory.django.DjangoModelFactory):
    """Who sees the customers of the team."""

    class Meta:
        model = TeamMember
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)

    @factory.post_generation
    def sight(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """As `join_team` gives it."""
        assign_perm("accounts.see_team", self.user, self.team)


class AbsenceFactory(factory.django.DjangoModelFactory):
    """All of 2026, without replacement."""

    class Meta:
        model = Absence

    user = factory.SubFactory(UserFactory)
    starts_on = "2026-01-01"
    ends_on = "2026-12-31"

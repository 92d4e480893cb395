"""The demonstration's creditor, its teams and its people."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from guardian.shortcuts import assign_perm

from crm.accounts.models import ApiToken, Entity, Role, Team, TeamMember, User
from crm.accounts.tokens import SHOWN, digest_of

CODE = "DEMO"
PASSWORD = "acquit-demo"  # printed at start, and only ever set in a demonstration
API_SECRET = "acq_demonstration-only"  # in docs/api.md, so that its examples work as they stand


@dataclass(frozen=True)
class Member:
    username: str
    first_name: str
    last_name: str
    role: Role
    teams: tuple[str, ...] = ()
    capacity: int = 60


BUSINESSES, CONSUMERS = "Professionnels", "Particuliers et petits comptes"
MEMBERS = (
    Member("admin", "Alex", "Moreau", Role.ADMINISTRATOR),
    Member("superviseur", "Sophie", "Marchand", Role.SUPERVISOR),
    Member("camille", "Camille", "Berthier", Role.COLLECTOR, (BUSINESSES,)),
    Member("karim", "Karim", "Haddad", Role.COLLECTOR, (BUSINESSES, CONSUMERS)),
    Member("terrain", "Noémie", "Colin", Role.FIELD_AGENT, (CONSUMERS,), capacity=15),
    Member("auditeur", "Paul", "Lemaire", Role.AUDITOR),
    Member("integrateur", "Connecteur", "ERP", Role.INTEGRATOR),
)
MENTIONS = {
    "fr": "SAS au capital de 250 000 € · RCS Grenoble 732 829 320",
    "en": "French SAS with a share capital of €250,000 · RCS Grenoble 732 829 320",
}


def create_company(
    *, live_since: date, legal_name: str = "Chaleur du Vercors SAS", code: str = CODE, training: bool = False
) -> Entity:
    """The entity, wholly made up."""
    entity = Entity.objects.create(
        code=code,
        training=training,
        legal_name=legal_name,
        siren="732829320",
        vat_number="FR44732829320",
        street="18 avenue des Chasseurs alpins",
        postcode="38100",
        city="Grenoble",
        phone="+33465710000",
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
        sender_email="relance@chaleur-du-vercors.example",
        sender_name="Chaleur du Vercors · comptabilité clients",
        live_since=live_since,
    )
    for language, text in MENTIONS.items():
        entity.legal_mentions.create(language=language, starts_on=date(2000, 1, 1), text=text)
    entity.refresh_from_db()  # the defaults of the model as the types of their columns
    return entity


def create_people(entity: Entity) -> dict[str, User]:
    """Everyone, by user name, with his role, teams and what he may see."""
    hashed = make_password(PASSWORD)
    people = {member.username: create_member(member, hashed) for member in MEMBERS}
    for name in (BUSINESSES, CONSUMERS):
        team = Team.objects.create(entity=entity, name=name, supervisor=people["superviseur"])
        for member in MEMBERS:
            if name in member.teams:
                TeamMember.objects.create(team=team, user=people[member.username])
                assign_perm("accounts.see_team", people[member.username], team)
    for name in ("superviseur", "auditeur", "integrateur"):
        assign_perm("accounts.see_entity", people[name], entity)
    give_token(people["integrateur"])
    return people


def give_token(user: User) -> None:
    """The API token of the demonstration; a real one is random (crm.accounts.tokens)."""
    ApiToken.objects.create(
        user=user, name="ERP", digest=digest_of(API_SECRET), hint=API_SECRET[:SHOWN], created_at=timezone.now()
    )


def create_member(member: Member, hashed: str) -> User:
    administrator = member.role == Role.ADMINISTRATOR
    return User.objects.create(
        username=member.username,
        first_name=member.first_name,
        last_name=member.last_name,
        email=f"{member.username}@acquit.example",
        role=member.role,
        capacity=member.capacity,
        is_staff=member.role in (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR),
        is_superuser=administrator,
        password=hashed,
    )

"""Two companies in one installation: everything of BRAVO bears the word it is recognised by."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zlib import compress

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import Model

from collections_app.actions.models import Deed, SavedView
from collections_app.engine.models import Account, AgedPart, DailyFigures, MorningReport, Run, Simulation
from collections_app.letters.models import PrintBatch, PrintedLetter
from collections_app.privacy.models import PersonExport, Purge, Request
from crm.accounts import operations
from crm.accounts.models import Absence, ContractRate, Entity, EntityClosure, LegalMentions, Team, User
from crm.accounts.tokens import issue_token
from crm.customers.models import Customer
from crm.holds.operations import place_hold
from crm.imports.models import Batch, MappingProfile, RowError
from crm.receivables.models import FormalNotice, Interruption, Waiver
from crm.timeline.models import EntryKind
from crm.timeline.operations import record
from telephony.localmail.operations import take
from telephony.messaging.models import Enclosure, Message, Reply
from telephony.messaging.operations.freezing import packed
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.letters import TemplateFactory, TemplateVersionFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.factories.scenarios import StepFactory, VersionFactory, published_scenario
from tests.factories.segments import GroupFactory, MembershipFactory

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ON = date(2026, 3, 2)
# Nothing of BRAVO may be read, in any answer, by a person of ALPHA.
MARK = "Zorglub"


@dataclass
class House:
    """A company and one row of everything, by the label of its model; `team` is that of its collector."""

    entity: Entity
    rows: dict[str, Any]
    twin: Customer

    def pk(self, label: str) -> int:
        """The key of its row of a model."""
        return int(self.rows[label].pk)


class Builder:
    def __init__(self, code: str, mark: str) -> None:
        self.code, self.mark = code, mark
        self.rows: dict[str, Any] = {}

    def keep(self, row: Model) -> Any:
        self.rows[row._meta.label_lower] = row
        return row

    def named(self, words: str) -> str:
        return f"{words} {self.mark}"

    def build(self) -> House:
        self.entity = self.keep(EntityFactory(code=self.code, legal_name=self.named("Société"), sender_email=self.mail))
        self.people()
        self.customers()
        self.settings()
        self.work()
        self.mails()
        self.files()
        return House(self.entity, self.rows, self.twin)

    @property
    def mail(self) -> str:
        return f"relance@{self.mark.lower()}.example"

    def people(self) -> None:
        self.team: Team = self.keep(TeamFactory(entity=self.entity, name=self.named("Équipe")))
        self.collector: User = self.keep(UserFactory(username=self.mark.lower(), last_name=self.mark))
        operations.join_team(self.collector, self.team, by=None)
        # In no team: known by his entity alone, as those who lead often are.
        self.leader: User = UserFactory(
            username=f"lead-{self.mark.lower()}", last_name=self.named("Chef"), supervisor=True, sees=self.entity
        )
        self.keep(Absence.objects.create(user=self.collector, starts_on=ON, ends_on=date(2099, 1, 1)))
        self.keep(ContractRate.objects.create(entity=self.entity, starts_on=ON, percent=20))
        self.keep(LegalMentions.objects.create(entity=self.entity, language="fr", starts_on=ON, text=self.named("SAS")))
        self.keep(EntityClosure.objects.create(entity=self.entity, on=ON, label=self.named("Fermé")))
        token, _secret = issue_token(self.leader, name=self.named("ERP"), at=AT, entity=self.entity)
        self.keep(token)

    def customers(self) -> None:
        self.customer = self.keep(
            CustomerFactory(
                entity=self.entity,
                external_id=f"C-{self.mark}",
                name=self.named("Boulangerie"),
                city=self.named("Lyon"),
                category=self.named("Gros"),
                tags=[self.mark],
                attributes={self.mark: "1"},
                team=self.team,
                collector=self.collector,
            )
        )
        self.twin = CustomerFactory(entity=self.entity, name=self.named("Jumeau"), team=self.team)
        self.keep(ContactFactory(customer=self.customer, name=self.named("Contact")))
        self.keep(AddressFactory(customer=self.customer, value=f"compta@{self.mark.lower()}.example"))
        self.invoice = self.keep(InvoiceFactory(customer=self.customer, number=f"F-{self.mark}"))
        self.keep(CreditFactory(customer=self.customer, number=f"R-{self.mark}"))
        self.keep(
            place_hold(
                self.customer, kind="manual", reason=self.named("Litige"), starts_on=ON, by=self.collector, at=AT
            )
        )
        common = {"entity": self.entity, "invoice": self.invoice, "currency": "EUR", "on": ON, "at": AT}
        self.keep(Waiver.objects.create(kind="indemnity", amount=Decimal(40), reason=self.named("Geste"), **common))
        self.keep(
            Interruption.objects.create(
                entity=self.entity,
                customer=self.customer,
                kind="acknowledgement",
                on=ON,
                at=AT,
                reference=self.named("Lettre"),
            )
        )
        self.keep(FormalNotice.objects.create(invoice=self.invoice, on=ON, at=AT))
        record(self.customer, EntryKind.NOTE, "Note", at=AT, by=self.collector, text=self.named("Note"))

    def settings(self) -> None:
        self.template = self.keep(
            TemplateFactory(entity=self.entity, code=self.mark.lower(), name=self.named("Modèle"))
        )
        TemplateVersionFactory(template=self.template, subject=self.named("Objet"), body=self.named("Bonjour"))
        self.version = published_scenario(self.entity, steps=[{"name": self.named("Appel"), "offset_days": 5}])
        self.scenario = self.keep(self.version.scenario)
        self.scenario.name = self.named("Scénario")
        self.scenario.save()
        StepFactory(version=VersionFactory(scenario=self.scenario, number=2, draft=True), name=self.named("Appel"))
        self.group = self.keep(
            GroupFactory(entity=self.entity, name=self.named("Groupe"), scenario=self.scenario, team=self.team)
        )
        MembershipFactory(customer=self.customer, group=self.group)
        self.keep(MappingProfile.objects.create(entity=self.entity, name=self.named("Profil"), columns={}))

    def work(self) -> None:
        self.action = self.keep(
            ActionFactory(
                customer=self.customer,
                owner=self.collector,
                team=self.team,
                template=self.template,
                scenario_version=self.version,
            )
        )
        ActionLineFactory(action=self.action, invoice=self.invoice)
        rows = [{"id": self.action.pk, "customer_id": self.customer.pk, "state": "todo"}]
        done = {"actions": [self.action.pk], "before": rows, "after": rows}
        self.keep(Deed.objects.create(by=self.collector, at=AT, **done))
        self.keep(SavedView.objects.create(user=self.collector, name=self.named("Vue")))
        run = self.keep(
            Run.objects.create(
                entity=self.entity, on=ON, state="done", started_at=AT, finished_at=AT, started_by=self.leader
            )
        )
        self.keep(
            Simulation.objects.create(
                entity=self.entity, kind="next", from_on=ON, until_on=ON, asked_at=AT, tried=self.named("Scénario"),
                state="cancelled",
            )
        )  # fmt: skip
        unusual = {"code": "template", "name": self.named("Modèle"), "error": self.mark}
        self.keep(MorningReport.objects.create(run=run, entity=self.entity, on=ON, state="held", anomalies=[unusual]))
        DailyFigures.objects.create(
            entity=self.entity, on=ON, currency="EUR", open_amount=1, overdue_amount=1, unapplied_amount=0,
            disputed_amount=0, customers_overdue=1, actions_open=1,
        )  # fmt: skip
        Account.objects.create(
            customer=self.customer, currency="EUR", entity=self.entity, open_amount=1, late_amount=1,
            disputed_amount=0, overdue=True,
        )  # fmt: skip
        AgedPart.objects.create(
            entity=self.entity, on=ON, currency="EUR", customers=1, not_due=0, days_1_30=1, days_31_60=0, days_61_90=0,
            days_91=0, disputed_amount=0, unapplied_amount=0, credit_notes_amount=0, idle_amount=0,
        )  # fmt: skip

    def mails(self) -> None:
        common = {"entity": self.entity, "customer": self.customer, "origin": "test", "not_before_at": AT}
        self.message = self.keep(
            Message.objects.create(
                channel="post", recipient=self.named("Rue"), origin_id=self.action.pk, subject=self.named("Objet"),
                state="ready", digest="0", body=packed(self.named("Corps"), ""), message_id=f"1@{self.mark}",
                token=f"token-{self.mark}", created_at=AT, **common,
            )
        )  # fmt: skip
        self.keep(
            Enclosure.objects.create(
                message=self.message, name=f"{self.mark}.pdf", mimetype="application/pdf",
                content=f"%PDF {self.mark}".encode(), digest="0",
            )
        )  # fmt: skip
        batch = self.keep(PrintBatch.objects.create(entity=self.entity, on=ON, number=1, prepared_at=AT))
        batch.file.save(f"{self.mark}.pdf", ContentFile(f"%PDF {self.mark}".encode()))
        self.keep(PrintedLetter.objects.create(batch=batch, message=self.message, position=1))
        mail = f"From: {self.mail}\nTo: x@y.example\nSubject: {self.named('Objet')}\n\n{self.named('Corps')}"
        self.keep(take(mail.encode()))
        self.keep(
            Reply.objects.create(
                entity=self.entity, customer=self.customer, header_id=f"reply@{self.mark}", raw=compress(b"x"),
                received_at=AT, sender=f"paie@{self.mark.lower()}.example", subject=self.named("Re"),
                text=self.named("Bien reçu"),
            )
        )  # fmt: skip

    def files(self) -> None:
        batch = self.keep(
            Batch.objects.create(
                entity=self.entity, file_name=f"{self.mark}.csv", created_at=AT, status="planned", format="open_items",
                by=self.leader, refusal=self.mark, digest=self.mark,
            )
        )  # fmt: skip
        self.keep(Purge.objects.create(entity=self.entity, on=ON, asked_at=AT, looked_at=AT, failure=self.mark))
        asked = {"received_on": ON, "due_on": ON, "words": self.mark, "recorded_at": AT}
        self.keep(Request.objects.create(customer=self.customer, kind="access", **asked))
        copy = self.keep(PersonExport.objects.create(customer=self.customer, asked_at=AT, finished_at=AT))
        copy.file.save(f"{self.mark}.zip", ContentFile(self.mark.encode()))
        self.keep(RowError.objects.create(batch=batch, line=2, column="montant", value=self.mark, reason="number"))


@dataclass
class World:
    """ALPHA and BRAVO, and the people of ALPHA by role."""

    alpha: House
    bravo: House
    people: dict[str, User]


def build() -> World:
    """The two houses; each person of ALPHA sees what his role usually does."""
    alpha, bravo = Builder("ALPHA", "Sonnaille").build(), Builder("BRAVO", MARK).build()
    other_team = TeamFactory(entity=alpha.entity, name="Équipe deux")
    people = {
        "supervisor": UserFactory(username="chef", supervisor=True, sees=alpha.entity),
        "auditor": UserFactory(username="audit", auditor=True, sees=alpha.entity),
        "collector": UserFactory(username="recouvre"),
        "field_agent": UserFactory(username="terrain", role="field_agent"),
        "integrator": UserFactory(username="erp", integrator=True, sees=alpha.entity),
    }
    operations.join_team(people["collector"], alpha.rows["accounts.team"], by=None)
    operations.join_team(people["field_agent"], other_team, by=None)
    return World(alpha, bravo, people)


# What any visit writes: nothing of a company.
TRACES = frozenset({"sessions.session", "auditlog.logentry", "contenttypes.contenttype", "auth.permission"})


WRITES = """
select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_xact_user_tables
where relname <> all(%(passing)s)
"""


class Snapshot(dict[str, list[Any]]):
    """Every row of every table of ours. `writes`: rows the test had written when the snapshot was last right."""

    writes: int = 0


def snapshot() -> Snapshot:
    """What stands now, to tell whether anything changed. The last login and use are no change."""
    taken = Snapshot({model._meta.label_lower: _rows(model) for model in apps.get_models() if not _passing(model)})
    taken.writes = _writes()
    return taken


def _writes() -> int:
    """Rows written so far by the transaction of the test, undone ones included: while it stands still nothing can have
    changed, and hundreds of visits need not read every table again."""
    passing = [model._meta.db_table for model in apps.get_models() if _passing(model)]
    with connection.cursor() as cursor:
        cursor.execute(WRITES, {"passing": passing})
        return int(cursor.fetchone()[0])


def _passing(model: type[Model]) -> bool:
    return model._meta.label_lower in TRACES or not model._meta.managed


def _rows(model: type[Model]) -> list[Any]:
    names = [
        field.attname for field in model._meta.concrete_fields if field.attname not in ("last_login", "last_used_on")
    ]
    return sorted(map(repr, model._default_manager.values_list(*names)))


def changes(before: Snapshot) -> list[str]:
    """Labels of the tables that differ from a snapshot."""
    if _writes() == before.writes:
        return []
    after = snapshot()
    if after == before:
        before.writes = after.writes
    return [label for label, rows in before.items() if after[label] != rows]

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.forms import BaseFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, gettext_lazy as _

from crm.accounts import operations, token_admin
from crm.accounts.backoffice import ScopedAdmin
from crm.accounts.calendars import today
from crm.accounts.exceptions import CannotGoLive, SupervisesTeam
from crm.accounts.forms import (
    AbsenceForm,
    ContractRateForm,
    EntityForm,
    LegalMentionsForm,
    MemberForm,
    MemberRows,
    TeamForm,
    UserForm,
)
from crm.accounts.models import Absence, ContractRate, Entity, EntityClosure, LegalMentions, Team, TeamMember, User
from crm.accounts.queries import entities_of, houses_of, people_of
from crm.accounts.registry import Remark, remarks_on
from crm.accounts.rules import administers, changes_settings, reads_settings, roles_given_by
from crm.core.backoffice import OpenInline, RuleAdmin, tell_refused
from crm.core.each import each


class ClosureInline(OpenInline):
    model = EntityClosure
    verbose_name_plural = _("closing days (public holidays are known already)")


class ContractRateInline(OpenInline):
    model = ContractRate
    form = ContractRateForm
    verbose_name_plural = _("contractual late rates (each for what is invoiced from its day on)")


class LegalMentionsInline(OpenInline):
    model = LegalMentions
    form = LegalMentionsForm
    verbose_name_plural = _("legal mentions of letters and e-mails (each line from its day on, in its language)")


@admin.register(Entity)
class EntityAdmin(ScopedAdmin):
    form = EntityForm
    entity_lookup = "pk"
    adds = staticmethod(administers)
    removes = staticmethod(administers)
    list_display = ["code", "legal_name", "city", "currency", "jurisdiction", "live_since"]
    search_fields = ["code", "legal_name", "siren"]
    ordering = ["code"]
    readonly_fields = ["live_since", "to_settle"]
    inlines = [LegalMentionsInline, ContractRateInline, ClosureInline]
    actions = ["go_live", "stop"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "code",
                    "legal_name",
                    ("siren", "vat_number"),
                    "logo",
                    "collects_for_others",
                    "live_since",
                    "to_settle",
                ],
                "description": _(
                    "An entity is a creditor with its own books. Nothing is sent to its customers before it is put "
                    "live, by the action of the list: its sender address, IBAN, postal address and legal "
                    "mentions must be there."
                ),
            },
        ),
        (_("Address"), {"fields": ["street", ("postcode", "city"), "country", "phone"]}),
        (
            _("Payment"),
            {
                "fields": [
                    "iban",
                    "bic",
                    "currency",
                    "default_terms_days",
                    ("days_to_pay", "notice_days_to_pay"),
                ],
                "description": _(
                    "The IBAN is printed on letters, with a code the customer's bank can read. Once it is there an "
                    "administrator changes it, and the supervisors are told by e-mail."
                ),
            },
        ),
        (_("Mail"), {"fields": ["sender_name", "sender_email", "track_opens", "track_clicks"]}),
        (
            _("Time and language"),
            {"fields": ["language", "time_zone", "jurisdiction", "working_days", "night_at"]},
        ),
        (_("Imports"), {"fields": ["closing_share_percent", "stale_after_days"]}),
        (
            _("Daily ceilings"),
            {
                "fields": [("max_emails_a_day", "max_letters_a_day", "max_texts_a_day")],
                "description": _(
                    "Beyond a ceiling the channel stops for the day, its supervisors are told, and what is above "
                    "waits for the following days. A letter counts on the day of its print batch. Empty: no ceiling. "
                    "Counted from the moment it is set."
                ),
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Entity | None = None) -> list[str]:
        """The code and the currency of books that exist do not change; where the money goes changes by two people: the
        supervisor asks, an administrator writes it."""
        fixed = ["code", "currency"] if obj else []
        if obj and obj.iban and not administers(request.user):
            fixed += ["iban", "bic"]
        return [*self.readonly_fields, *fixed]

    def save_model(self, request: HttpRequest, obj: Entity, form: Any, change: bool) -> None:
        """A new entity is announced: it receives the default templates, scenarios and groups."""
        super().save_model(request, obj, form, change)
        if not change:
            operations.announce(obj, at=timezone.now())
        elif "iban" in form.changed_data and form.initial.get("iban"):
            operations.tell_new_iban(obj, before=form.initial["iban"], by=_user(request), at=timezone.now())

    @admin.display(description=_("to settle"))
    def to_settle(self, entity: Entity) -> str:
        """What keeps it from going live, and what it should not go live with."""
        if not entity.pk:
            return "—"
        reasons = [] if entity.live_since else operations.reasons_not_live(entity, on=today(entity, timezone.now()))
        told = [*((reason, "") for reason in reasons), *map(_linked, remarks_on(entity))]
        return format_html_join("", "<p>{} {}</p>", told) or gettext("nothing")

    @admin.action(description=_("Put live: the night writes to its customers"), permissions=["change"])
    def go_live(self, request: HttpRequest, chosen: QuerySet[Entity]) -> None:
        tried = each(chosen, partial(_go_live, by=_user(request)), CannotGoLive)
        tell_refused(request, tried, "legal_name", messages.ERROR)
        for entity, _live in tried.done:
            self.message_user(request, _("%(entity)s is live.") % {"entity": entity.legal_name}, messages.SUCCESS)
            for remark in remarks_on(entity):
                self.message_user(request, format_html("{} {}", *_linked(remark)), messages.WARNING)

    @admin.action(description=_("Stop: nothing leaves automatically"), permissions=["change"])
    def stop(self, request: HttpRequest, chosen: QuerySet[Entity]) -> None:
        tried = each(chosen, partial(operations.stop, by=_user(request)))
        tell_refused(request, tried, "legal_name", messages.ERROR)
        for entity, _stopped in tried.done:
            self.message_user(request, _("%(entity)s is stopped.") % {"entity": entity.legal_name}, messages.SUCCESS)


def _go_live(entity: Entity, *, by: User) -> Entity:
    return operations.go_live(entity, on=today(entity, timezone.now()), by=by)


def _linked(remark: Remark) -> tuple[str, str]:
    """What it says, and the way to where it is settled."""
    return remark.text, format_html('<a href="{}">{}</a>', remark.url, gettext("Settle it"))


class MemberInline(OpenInline):
    model = TeamMember
    form, formset = MemberForm, MemberRows
    verbose_name = _("member")
    verbose_name_plural = _("members (they share the list and see the customers of the team)")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamMember]:
        """With the persons, who name the rows."""
        return super().get_queryset(request).select_related("user")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs |= {"queryset": people_of(request.user).filter(is_active=True), "label": _("person")}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Team)
class TeamAdmin(ScopedAdmin):
    form = TeamForm
    list_display = ["name", "entity", "supervisor", "size"]
    list_filter = ["entity"]
    list_select_related = ["entity", "supervisor"]
    search_fields = ["name"]
    ordering = ["entity__code", "name"]
    inlines = [MemberInline]
    fieldsets = [
        (
            None,
            {
                "fields": ["entity", "name", "supervisor"],
                "description": _(
                    "Tasks of a group go to the portfolio collector, else to the members of its team, the least "
                    "loaded first. The supervisor gets what is escalated. The first team of an entity is given to its "
                    "groups that have none."
                ),
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Team | None = None) -> list[str]:
        """A team stays of its entity: its members would go on seeing customers of the one before."""
        return [*self.readonly_fields, *(["entity"] if obj else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(members_count=Count("teammember"))

    @admin.display(description=_("members"))
    def size(self, team: Any) -> int:
        return int(team.members_count)

    def save_model(self, request: HttpRequest, obj: Team, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        operations.name_supervisor(obj, obj.supervisor, by=_user(request))
        if not change:
            operations.announce_team(obj, at=timezone.now())

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseFormSet, change: bool) -> None:
        formset.save(commit=False)  # type: ignore[attr-defined]
        gone = [*formset.deleted_objects, *(row for row, _fields in formset.changed_objects)]  # type: ignore[attr-defined]
        came = [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]  # type: ignore[attr-defined]
        for member in TeamMember.objects.filter(pk__in=[row.pk for row in gone]).select_related("user", "team"):
            self._leave(request, member)
        for member in came:
            operations.join_team(member.user, member.team, by=_user(request))

    def _leave(self, request: HttpRequest, member: TeamMember) -> None:
        try:
            operations.leave_team(member.user, member.team, by=_user(request))
        except SupervisesTeam as refused:
            self.message_user(request, str(refused), messages.ERROR)


class AbsenceInline(OpenInline):
    model = Absence
    form = AbsenceForm
    fk_name = "user"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "replacement":
            kwargs["queryset"] = people_of(request.user).filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


SHARED = ["username", "email", "role", "is_active"]


@admin.register(User)
class UserAdmin(RuleAdmin):
    form = UserForm
    reads = staticmethod(reads_settings)
    writes = staticmethod(changes_settings)
    list_display = ["username", "first_name", "last_name", "role", "is_active", "capacity", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["last_name", "first_name", "username"]
    readonly_fields = ["last_login"]
    inlines = [AbsenceInline]
    fieldsets = [
        (
            None,
            {
                "fields": ["username", ("first_name", "last_name"), "email", "language", "is_active", "last_login"],
                "description": _(
                    "A new person receives no password: he sets it with “Forgotten password?” on the login page."
                ),
            },
        ),
        (
            _("What he may do and see"),
            {
                "fields": ["role", "entities", "capacity"],
                "description": _(
                    "Supervisor: configures and hands out work. Collector, field agent: work on customers. Integrator: "
                    "only the API. Auditor: reads all of his entities, changes nothing. Administrator: everything. "
                    "A collector usually has no entity here: he sees the customers of his teams and his own portfolio."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return people_of(request.user)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes who stands above him."""
        above = obj is not None and obj.role not in roles_given_by(request.user)
        return not above and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Name, address, role and use of who also works in an entity one does not see are not one's to change."""
        return [*self.readonly_fields, *(SHARED if self._works_elsewhere(request, obj) else [])]

    def _works_elsewhere(self, request: HttpRequest, obj: User | None) -> bool:
        # His address opens his account by the mail that resets a password, and with it the other entity.
        by = request.user
        if obj is None or by.is_superuser or obj == by:
            return False
        return houses_of(obj).exclude(pk__in=entities_of(by).values("pk")).exists()

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "role" in form.base_fields:
            given = roles_given_by(request.user)
            form.base_fields["role"].choices = [(role.value, role.label) for role in given]
        if "entities" in form.base_fields:
            form.base_fields["entities"].queryset = entities_of(request.user)
        return form

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        by = _user(request)
        if not change:
            obj.set_password(None)
        operations.give_role(obj, form.cleaned_data.get("role", obj.role), by=by)
        chosen, reach = set(form.cleaned_data["entities"]), set(entities_of(by))
        had = set(entities_of(obj)) & reach if change and not obj.is_superuser else set()
        for entity in chosen - had:
            operations.grant_entity(obj, entity, by=by)
        for entity in had - chosen:
            operations.revoke_entity(obj, entity, by=by)


class FirstDayFilter(admin.DateFieldListFilter):
    """The field is called “from”, which says nothing above a list of dates."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("first day")


@admin.register(Absence)
class AbsenceAdmin(RuleAdmin):
    form = AbsenceForm
    reads = staticmethod(reads_settings)
    writes = staticmethod(changes_settings)
    removes = staticmethod(changes_settings)
    list_display = ["user", "starts_on", "ends_on", "replacement"]
    list_select_related = ["user", "replacement"]
    list_filter = [("starts_on", FirstDayFilter)]
    search_fields = ["user__last_name", "user__username"]
    autocomplete_fields = ["user", "replacement"]
    ordering = ["-starts_on"]
    fieldsets = [
        (
            None,
            {
                "fields": ["user", ("starts_on", "ends_on"), "replacement"],
                "description": _(
                    "While it lasts, new tasks go to the replacement where he sees the customer, else to the team’s "
                    "list. Open tasks stay."
                ),
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Absence]:
        return super().get_queryset(request).filter(user__in=people_of(request.user).values("pk"))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


__all__ = ["EntityAdmin", "TeamAdmin", "UserAdmin", "token_admin"]

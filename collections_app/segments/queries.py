"""Who is in which group, how many would be, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from collections_app.segments.compiler import Compiler
from collections_app.segments.criteria import Condition, Node, Not, WrongCriteria, conditions, parse
from collections_app.segments.facts import get
from collections_app.segments.models import Group, Membership
from collections_app.segments.regrouping import readable
from collections_app.segments.sampling import sample_of
from collections_app.segments.wording import no_team_sentence, operator, worded
from crm.accounts.models import Entity, TeamMember
from crm.accounts.registry import Remark
from crm.core.among import named
from crm.customers.models import Customer

SAMPLE = 8


# What keeps everything of a customer home, whoever would send it; the code of the gate's rule.
KEPT_HOME = """
select case when e.training then 'entity_training'
            when g.rehearsal = 'rehearsing' then 'group_rehearses'
            when rehearses(g.rehearsal, e.rehearsing_since) then 'entity_rehearses' else '' end
from customers_customer c
join accounts_entity e on e.id = c.entity_id
left join segments_membership m on m.customer_id = c.id and m.to_on is null
left join segments_group g on g.id = m.group_id
where c.id = %s
"""


def without_team(entities: Iterable[Entity]) -> list[Group]:
    """Groups in use that open tasks and have no team, in the order they are tried: what opens for a customer of theirs
    who has no portfolio collector is nobody's task."""
    groups = Group.objects.filter(entity__in=entities, archived=False, team=None, scenario__isnull=False)
    return list(groups.select_related("entity").order_by("entity__code", "is_default", "priority"))


def remarks_on_teams(entity: Entity) -> list[Remark]:
    """Those without a team, as what should be settled before the entity writes to its customers."""
    groups = without_team([entity])
    return [Remark(no_team_sentence(groups), reverse("admin:segments_group_changelist"))] if groups else []


def kept_home(customer_id: int) -> str:
    """The rule by which nothing at all leaves for this customer now (rehearsal, training); empty when something may."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_HOME, [customer_id])
        (rule,) = cursor.fetchone()
    return str(rule)


@dataclass(frozen=True)
class Match:
    """`count` customers meet the criteria, `left` of them are not taken by a group tried before; a few are shown.
    `asked`: so many were asked, of whom the counts of all are told; None when everybody was."""

    count: int
    left: int
    sample: list[dict[str, Any]]
    asked: int | None = None


def preview(entity: Entity, criteria: Any, *, on: date, before: int | None = None) -> Match:
    """How many customers meet `criteria` at `on`, and a few of them, the largest overdue first; in a large entity some
    customers stand for all (sampling.py).

    `before`: groups of a lower priority number are tried first. Raises `WrongCriteria`.
    """
    sample = sample_of(entity)
    compiler = Compiler(entity, on=on, among=sample.among)
    meets = compiler.condition(parse(criteria))
    earlier = Group.objects.filter(entity=entity, archived=False, is_default=False, priority__lt=before or 0)
    taken = " or ".join(readable(compiler, group) for group in earlier) or "false"
    overdue, late = compiler.fact(get("overdue")), compiler.fact(get("days_late"))
    statement = f"""with met as (
        select c.id, c.name, c.external_id, {overdue} as overdue, {late} as days_late, ({taken}) as taken
        {compiler.from_clause()} and c.merged_into_id is null and {meets}
    )
    select count(*) over () as count, count(*) filter (where not taken) over () as left, met.*
    from met order by taken, overdue desc, id limit {SAMPLE}"""
    rows = read(statement, compiler.params)
    count, left = (rows[0]["count"], rows[0]["left"]) if rows else (0, 0)
    return Match(sample.told(count), sample.told(left), rows, sample.asked)


def read(statement: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Reason:
    """A node of a group's criteria with its answer: a condition with the fact's value, or a block of reasons."""

    kind: str
    met: bool
    label: str = ""
    operator: str = ""
    wanted: str = ""
    found: str = ""
    reasons: list["Reason"] = field(default_factory=list)


@dataclass(frozen=True)
class GroupAnswer:
    """`met`: he meets the criteria; `taken`: it is the first one he meets. `error` when they cannot be read."""

    group: Group
    met: bool
    taken: bool
    reason: Reason | None
    error: str = ""


@dataclass(frozen=True)
class Why:
    """`recorded` is the membership in force at `on`; `answers` are the groups as they stand now, in order."""

    customer: Customer
    on: date
    recorded: Membership | None
    answers: list[GroupAnswer]

    @property
    def computed(self) -> Group | None:
        """The group the present rules give for that date."""
        return next((answer.group for answer in self.answers if answer.taken), None)


def why(customer: Customer, on: date, *, past: bool = False) -> Why:
    """Each criterion of each group with the fact's value and whether it holds, and the group recorded for that date.

    `past` rebuilds balances as they stood at `on` from the movements. Two statements beside the groups.
    """
    groups = list(Group.objects.filter(entity=customer.entity, archived=False).order_by("is_default", "priority"))
    trees = {group.pk: tree_of(group) for group in groups}
    answers = answered(customer, on, [tree for tree in trees.values() if isinstance(tree, Node)], past)
    return Why(customer, on, membership_at(customer, on), judged(customer.entity, groups, trees, answers))


def present_members(groups: list[Group]) -> dict[int, int]:
    """How many customers are in each of these groups now, by its key; the empty ones left out."""
    now = Membership.objects.filter(group__in=groups, to_on__isnull=True).values("group").annotate(count=Count("*"))
    return dict(now.values_list("group", "count"))


def membership_at(customer: Customer, on: date) -> Membership | None:
    """The group recorded for a day."""
    recorded = Membership.objects.filter(customer=customer, from_on__lte=on).filter(
        Q(to_on__isnull=True) | Q(to_on__gt=on)
    )
    return recorded.select_related("group").first()


def team_given(customer: Customer) -> str:
    """What his team follows, in words, and will again after each change (regroup.sql); empty when nothing gives one."""
    homes = TeamMember.objects.filter(user=customer.collector_id, team__entity=customer.entity_id).select_related(
        "team"
    )
    if home := homes.order_by("team_id").first():
        return _("Follows the portfolio collector, who is in %(team)s.") % {"team": home.team}
    memberships = Membership.objects.filter(customer=customer.pk, to_on=None, group__team__isnull=False)
    if now := memberships.select_related("group__team").first():
        return _("Follows the group %(group)s: %(team)s.") % {"group": now.group, "team": now.group.team}
    return ""


def tree_of(group: Group) -> Node | str | None:
    """Checked criteria, nothing for a group without any, or what is wrong with them."""
    if group.is_default or not group.criteria:
        return None
    try:
        return parse(group.criteria)
    except WrongCriteria as wrong:
        return str(wrong)


Answers = dict[int, tuple[bool, Any]]


def answered(customer: Customer, on: date, trees: list[Node], past: bool) -> Answers:
    """Truth and value of each condition, by identity, from one statement."""
    compiler = Compiler(customer.entity, on=on, among=named([customer.pk]), past=past)
    leaves = [leaf for tree in trees for leaf in conditions(tree)]
    if not leaves:
        return {}
    columns = ", ".join(f"{compiler.condition(leaf)}, {compiler.fact(leaf.fact)}" for leaf in leaves)
    with connection.cursor() as cursor:
        cursor.execute(f"select {columns} {compiler.from_clause()}", compiler.params)
        row = cursor.fetchone()
    return {id(leaf): (row[2 * place], row[2 * place + 1]) for place, leaf in enumerate(leaves)}


def judged(
    entity: Entity, groups: list[Group], trees: dict[int, Node | str | None], answers: Answers
) -> list[GroupAnswer]:
    found, judgements = False, []
    for group in groups:
        tree = trees[group.pk]
        reason = explained(tree, answers, entity) if isinstance(tree, Node) else None
        met = group.is_default or (reason is not None and reason.met)
        error = tree if isinstance(tree, str) else ""
        judgements.append(GroupAnswer(group, met, met and not found, reason, error))
        found = found or met
    return judgements


def explained(node: Node, answers: Answers, entity: Entity) -> Reason:
    """The tree with its answers, in words."""
    if isinstance(node, Condition):
        return leaf_reason(node, *answers[id(node)], entity)
    if isinstance(node, Not):
        inner = explained(node.node, answers, entity)
        return Reason("not", not inner.met, reasons=[inner])
    reasons = [explained(child, answers, entity) for child in node.nodes]
    return Reason(node.kind, (all if node.kind == "all" else any)(reason.met for reason in reasons), reasons=reasons)


def leaf_reason(leaf: Condition, met: bool, value: Any, entity: Entity) -> Reason:
    return Reason(
        "fact",
        met,
        label=str(leaf.fact.label),
        operator=operator(leaf),
        wanted=worded(leaf.fact, leaf.value, entity, leaf.operator.shape),
        found=worded(leaf.fact, value, entity),
    )

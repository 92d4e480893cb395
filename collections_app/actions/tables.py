"""The table of the to-do list. Cells are written here and not by a template each: a page has hundreds of them."""

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from collections_app.actions import labels
from collections_app.actions.models import Action
from crm.accounts.calendars import Days
from crm.core import formats
from crm.core.ageing import tone
from crm.core.markup import NOTHING, addresses, fill
from crm.core.tables import PageTable, amount, column
from crm.core.templatetags.ui import icon

CHECK_PAGE = '<input class="form-check-input" type="checkbox" data-select-all aria-label="%s">'
CHECK = '<input class="form-check-input" type="checkbox" name="action" value="%s" data-select aria-label="%s">'
NAME = (
    '<a class="cell-main ellipsis" href="%s" hx-get="%s" hx-target="#panel" data-row-link>%s</a>'
    '<span class="cell-sub ellipsis">%s</span>'
)
ACTION = (
    '<span class="with-icon">%s<span class="ellipsis"><span class="d-block ellipsis" title="%s">%s</span>'
    '<span class="cell-sub ellipsis">%s</span></span></span>'
)
DOTTED = '<span class="with-dot" title="%s"><span class="dot dot-%s"></span><span class="ellipsis">%s</span>%s</span>'


def _dotted(tone: str, label: str | Promise, more: SafeString = NOTHING, *, title: str = "") -> SafeString:
    return fill(DOTTED, title, tone, label, more)


class WorklistTable(PageTable):
    """Name, amount, age, what to do, why, and whose it is."""

    check = column("", "check", orderable=False)
    customer = column(_("Customer"), "name", orderable=True)
    amount = column(_("To collect"), "amount", end=True, orderable=True)
    age = column(_("Age"), "age", orderable=True)
    action = column(_("Next action"), "action", orderable=False)
    situation = column(_("Situation"), "situation", orderable=False)
    owner = column(_("Collector"), "owner", orderable=False)

    class Meta(PageTable.Meta):
        attrs = {"class": "table-flat as-cards with-check"}

    def __init__(self, rows: list[Action], *, days: Days, **options: Any) -> None:
        super().__init__(rows, **options)
        self.days = days
        self.again = {row.pk for above, row in pairwise(rows) if above.customer_id == row.customer_id}

    def customer_of(self, record: Action) -> int:
        """The customer to be called or written to."""
        return record.customer_id

    @cached_property
    def panel_of(self) -> Callable[[int], str]:
        """The address of the panel of an action, by its key."""
        return addresses("action_panel")

    @cached_property
    def words(self) -> dict[str, str]:
        """What every row says, translated once for the page."""
        return {
            "select": gettext("Select %(name)s"),
            "late": gettext("%(days)d d"),
            "early": gettext("in %(days)d d"),
            "unassigned": gettext("Unassigned"),
            "again": gettext("Same customer"),
        }

    def header_check(self) -> SafeString:
        """The box that ticks the whole page."""
        return fill(CHECK_PAGE, gettext("Select the page"))

    def render_check(self, record: Action) -> SafeString:
        """A box per row."""
        return fill(CHECK, record.pk, self.words["select"] % {"name": record.customer.name})

    def render_customer(self, record: Action) -> SafeString:
        """Name as the link that opens the panel; account and town below, or that it is the customer of the row before,
        next to whom the most urgent order puts all that waits for him."""
        customer = record.customer
        where = " · ".join(filter(None, (customer.external_id, customer.city)))
        if record.pk in self.again:
            where = self.words["again"]
        return fill(NAME, self.page_of(customer.pk), self.panel_of(record.pk), customer.name, where)

    def render_amount(self, record: Any) -> SafeString:
        """Net amount of the invoices carried, and how many they are; nothing for a task that is not about money."""
        if not record.amount:
            return NOTHING
        count = ngettext("%(count)d invoice", "%(count)d invoices", record.line_count) % {"count": record.line_count}
        written = amount(record.amount, record.currency, "amount")
        return fill('%s<span class="cell-sub">%s</span>', written, count if record.line_count else "")

    def render_age(self, record: Action) -> SafeString:
        """Days late of the oldest invoice, coloured by its bucket."""
        if record.oldest_due_on is None:
            return NOTHING
        days = (self.days.of(record.entity_id) - record.oldest_due_on).days
        label = self.words["late" if days > 0 else "early"] % {"days": abs(days)}
        return fill('<span class="tag age-%s">%s</span>', tone(days), label)

    def render_action(self, record: Any) -> SafeString:
        """Icon and verb, with the template or the step below."""
        detail = record.step_name or (record.template.name if record.template else "")
        verb = str(labels.verb(record))
        return fill(ACTION, icon(labels.icon(record)), verb, verb, detail)

    def render_situation(self, record: Action) -> SafeString:
        """Until when it is put off, by when claims are to be declared, else the first reason, with its colour, then how
        many more."""
        on = self.days.of(record.entity_id)
        reasons = [*labels.put_off(record, on=on), *labels.deadline(record, on=on)]
        reasons += [labels.reason(code) for code in record.reasons if code not in labels.SAID_BY_THE_VERB]
        if not reasons:
            return _dotted("mute", gettext("Since %(day)s") % {"day": formats.day(record.opened_on)})
        more = fill('<span class="tag">+%s</span>', len(reasons) - 1) if len(reasons) > 1 else NOTHING
        all_of_them = ", ".join(str(reason.label) for reason in reasons)
        return _dotted(reasons[0].tone, reasons[0].label, more, title=all_of_them)

    def render_owner(self, record: Action) -> SafeString:
        """Whose it is."""
        name, css = (str(record.owner), "") if record.owner else (self.words["unassigned"], "soft")
        return fill('<span class="ellipsis d-block %s">%s</span>', css, name)

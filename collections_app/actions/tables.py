"""The table of the to-do list. Cells are written here and not by a template each: a page has hundreds of them."""

from typing import Any

import django_tables2
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from collections_app.actions import labels
from collections_app.actions.models import Action
from crm.accounts.calendars import Days
from crm.core import formats
from crm.core.ageing import tone
from crm.core.tables import PageTable, amount
from crm.core.templatetags.ui import icon

NOTHING = SafeString()


def _column(label: Any, css: str, **options: Any) -> django_tables2.Column:
    head, cell = f"col-{css}", f"cell-{css}"
    if css == "amount":
        head, cell = f"{head} end", f"{cell} end"
    attrs = {"th": {"class": head}, "td": {"class": cell}}
    # Every cell is written from the record; without an accessor the table would look for an attribute of the column's
    # name, and call Model.check() for each row.
    return django_tables2.Column(accessor="pk", verbose_name=label, attrs=attrs, empty_values=(), **options)


def _dotted(tone: str, label: Any, more: SafeString = NOTHING, *, title: str = "") -> SafeString:
    return format_html(
        '<span class="with-dot" title="{}"><span class="dot dot-{}"></span><span class="ellipsis">{}</span>{}</span>',
        title,
        tone,
        label,
        more,
    )


class WorklistTable(PageTable):
    """Name, amount, age, what to do, why, and whose it is."""

    check = _column("", "check", orderable=False)
    customer = _column(_("Customer"), "name", orderable=True)
    amount = _column(_("To collect"), "amount", orderable=True)
    age = _column(_("Age"), "age", orderable=True)
    action = _column(_("Next action"), "action", orderable=True)
    situation = _column(_("Situation"), "situation", orderable=False)
    owner = _column(_("Collector"), "owner", orderable=False)

    class Meta(PageTable.Meta):
        attrs = {"class": "table-flat as-cards with-check"}
        row_attrs = {
            "data-row": lambda record: record.pk,
            "data-page": lambda record: reverse("customer", args=[record.customer_id]),
        }

    def __init__(self, rows: list[Action], *, days: Days, **options: Any) -> None:
        super().__init__(rows, **options)
        self.days = days

    def header_check(self) -> SafeString:
        """The box that ticks the whole page."""
        return format_html(
            '<input class="form-check-input" type="checkbox" data-select-all aria-label="{}">',
            gettext("Select the page"),
        )

    def render_check(self, record: Action) -> SafeString:
        """A box per row."""
        return format_html(
            '<input class="form-check-input" type="checkbox" name="action" value="{}" data-select aria-label="{}">',
            record.pk,
            gettext("Select %(name)s") % {"name": record.customer.name},
        )

    def render_customer(self, record: Action) -> SafeString:
        """Name as the link that opens the panel, account and town below."""
        where = " · ".join(filter(None, (record.customer.external_id, record.customer.city)))
        return format_html(
            '<a class="cell-main ellipsis" href="{}" hx-get="{}" hx-target="#panel" data-row-link>{}</a>'
            '<span class="cell-sub ellipsis">{}</span>',
            reverse("customer", args=[record.customer_id]),
            reverse("action_panel", args=[record.pk]),
            record.customer.name,
            where,
        )

    def render_amount(self, record: Any) -> SafeString:
        """Net amount of the invoices carried, and how many they are."""
        count = ngettext("%(count)d invoice", "%(count)d invoices", record.line_count) % {"count": record.line_count}
        return format_html(
            '{}<span class="cell-sub">{}</span>',
            amount(record.amount, record.currency, "amount"),
            count if record.line_count else "",
        )

    def render_age(self, record: Action) -> SafeString:
        """Days late of the oldest invoice, coloured by its bucket."""
        if record.oldest_due_on is None:
            return NOTHING
        days = (self.days.of(record.entity_id) - record.oldest_due_on).days
        label = gettext("%(days)d d") % {"days": days} if days > 0 else gettext("in %(days)d d") % {"days": -days}
        return format_html('<span class="tag age-{}">{}</span>', tone(days), label)

    def render_action(self, record: Any) -> SafeString:
        """Icon and verb, with the template or the step below."""
        detail = record.step_name or (record.template.name if record.template else "")
        return format_html(
            '<span class="with-icon">{}<span class="ellipsis"><span class="d-block ellipsis" title="{}">{}</span>'
            '<span class="cell-sub ellipsis">{}</span></span></span>',
            icon(labels.icon(record)),
            labels.verb(record),
            labels.verb(record),
            detail,
        )

    def render_situation(self, record: Action) -> SafeString:
        """The first reason with its colour, then how many more."""
        reasons = [labels.reason(code) for code in record.reasons if code not in labels.SAID_BY_THE_VERB]
        if not reasons:
            return _dotted("mute", gettext("Since %(day)s") % {"day": formats.day(record.opened_on)})
        more = format_html('<span class="tag">+{}</span>', len(reasons) - 1) if len(reasons) > 1 else NOTHING
        all_of_them = format_html_join(", ", "{}", ((reason.label,) for reason in reasons))
        return _dotted(reasons[0].tone, reasons[0].label, more, title=all_of_them)

    def render_owner(self, record: Action) -> SafeString:
        """Whose it is."""
        name = str(record.owner) if record.owner else gettext("Unassigned")
        return format_html('<span class="ellipsis d-block {}">{}</span>', "" if record.owner else "soft", name)

"""What lists are drawn with: nothing a customer wrote becomes HTML; drawn quickly it is what was drawn before."""

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.functional import lazystr
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from crm.core.markup import addresses, fill
from crm.core.widgets import LongSelect

NASTY = ["<b>&'\"", mark_safe("<i>100 %</i>"), 12, lazystr("a<b"), ""]


@pytest.mark.parametrize("value", NASTY)
def test_values_are_escaped_as_django_does(value: object):
    assert fill('<p title="%s">%s</p>', value, value) == format_html('<p title="{}">{}</p>', value, value)


def test_addresses_are_those_of_reverse():
    assert addresses("customer")(7) == "/customers/7/"
    assert addresses("action_panel")(7) == "/actions/7/panel/"


def test_a_long_choice_is_escaped_and_keeps_what_is_chosen():
    field = LongSelect(choices=[("", "Nobody"), (7, "<Léa>"), (8, "Karim")])
    assert field.render("to", 7, {"id": "who"}) == (
        '<select id="who" name="to">\n<option value="">Nobody</option>\n'
        '<option value="7" selected>&lt;Léa&gt;</option>\n<option value="8">Karim</option>\n</select>'
    )


def test_a_part_is_kept_by_language_and_value():
    template = Template('{% load i18n kept %}{% kept theme %}{% translate "Customer" %} {{ name }}{% endkept %}')
    drawn = []
    for language, theme, name in (("fr", "dark", "a"), ("fr", "dark", "b"), ("en", "dark", "c"), ("fr", "light", "d")):
        with translation.override(language):
            drawn.append(template.render(Context({"theme": theme, "name": name})))
    assert drawn == ["Client a", "Client a", "Customer c", "Client d"]

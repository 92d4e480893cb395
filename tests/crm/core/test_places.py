import pytest
from django.utils.translation import override

from crm.core.places import countries, country_of, language_of


@pytest.mark.parametrize(
    ("text", "code"),
    [("fr", "FR"), ("DEU", "DE"), ("UK", "GB"), ("Côte d’Ivoire", "CI"), ("netherlands", "NL"), ("XK", "XK")],
)
def test_countries_as_people_write_them(text, code):
    assert country_of(text) == code


@pytest.mark.parametrize("text", ["", "ZZ", "EU", "UN", "XA", "SU", "12", "Atlantide"])
def test_no_country(text):
    assert country_of(text) == ""


@pytest.mark.parametrize(("text", "code"), [("FR", "fr"), ("fra", "fr"), ("nl_BE", "nl"), ("Néerlandais", "nl")])
def test_languages_as_people_write_them(text, code):
    assert language_of(text) == code


@pytest.mark.parametrize("text", ["", "zz", "xx", "mul", "tlh", "f"])
def test_no_language(text):
    assert language_of(text) == ""


def test_countries_are_listed_by_the_readers_names():
    with override("fr"):
        names = [name for _code, name in countries()]
    assert (names[0], names.index("Égypte") < names.index("Fidji"), len(names)) == ("Afghanistan", True, 250)

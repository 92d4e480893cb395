import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from crm.core import identifiers


@pytest.mark.parametrize(
    ("check", "typed", "stored"),
    [
        (identifiers.siren, "732 829 320", "732829320"),
        (identifiers.siret, "732 829 320 00074", "73282932000074"),
        (identifiers.vat_number, "FR 44 732829320", "FR44732829320"),
        (identifiers.iban, "fr76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"),
        (identifiers.iban, "CI93 CI00 8011 1301 1342 9120 0589", "CI93CI0080111301134291200589"),
        (identifiers.iban, "SN08SN0100152000048500003035", "SN08SN0100152000048500003035"),
        (identifiers.bic, "agrifrpp", "AGRIFRPP"),
        (identifiers.telephone, "04 72 00 11 22", "+33472001122"),
        (identifiers.telephone, "+229 01 97 97 97 97", "+2290197979797"),
        (identifiers.siren, " ", ""),
        (identifiers.telephone, "", ""),
    ],
)
def test_what_is_right_is_stored_in_one_form(check, typed, stored):
    assert check(typed) == stored


@pytest.mark.parametrize(
    ("check", "typed", "problem"),
    [
        (identifiers.siren, "732829321", "check digits"),
        (identifiers.siren, "7328293", "right length"),
        (identifiers.iban, "FR7630006000011234567890188", "check digits"),
        (identifiers.iban, "CI94CI0080111301134291200589", "check digits"),
        (identifiers.iban, "CI51CI0080111301134291200", "right length"),
        (identifiers.iban, "ZZ29CI0080111301134291200589", "Part of"),
        (identifiers.vat_number, "ZZ12", "Part of"),
        (identifiers.bic, "???", "right length"),
        (identifiers.telephone, "hello", "not a telephone number"),
        (identifiers.telephone, "0000000000", "not a number in use"),
    ],
)
def test_what_is_wrong_says_why(check, typed, problem):
    with pytest.raises(ValidationError) as refused, override("en"):
        check(typed)
    with override("en"):
        assert problem in refused.value.messages[0]
        assert typed in refused.value.messages[0]


def test_a_number_without_prefix_is_read_in_the_country_of_its_owner():
    assert identifiers.telephone("02 555 12 12", "BE") == "+3225551212"

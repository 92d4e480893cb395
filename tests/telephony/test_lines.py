from telephony.core.lines import one_line


def test_an_amount_never_breaks_before_its_currency():
    assert one_line(" Rappel : \n 1\u202f234,50\u00a0€\t dus ") == "Rappel : 1\u202f234,50\u00a0€ dus"

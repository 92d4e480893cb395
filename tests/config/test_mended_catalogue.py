import polib

from config.catalogue import mended

UNION = """
msgid "a"
msgstr "A"
msgid "b"
msgid "c"
msgstr "C"
msgstr ""

msgid "a"
msgstr ""

msgid "b"
msgstr "B"
"""


def test_a_file_two_branches_wrote_in_can_be_read_again():
    entries = polib.pofile(mended(UNION))
    assert {entry.msgid: entry.msgstr for entry in entries} == {"a": "A", "b": "B", "c": "C"}


def test_plurals_and_long_texts_stay_whole():
    text = (
        'msgid "one"\nmsgid_plural "many"\nmsgstr[0] "un"\nmsgstr[1] "des"\n\nmsgid ""\n"long"\nmsgstr ""\n"lo"\n"ng"\n'
    )
    entries = polib.pofile(mended(text))
    assert entries[0].msgstr_plural == {0: "un", 1: "des"}
    assert (entries[1].msgid, entries[1].msgstr) == ("long", "long")

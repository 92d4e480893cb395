"""Length of an SMS: what it costs depends on every character."""

from dataclasses import dataclass

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
# Typographic signs that would switch the whole message to 70 characters a part; nobody misses them in an SMS.
SIMPLER = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "œ": "oe",
        "ç": "c",
        "ê": "e",
        "ë": "e",
        "î": "i",
        "ï": "i",
        "ô": "o",
        "û": "u",
        "â": "a",
        "È": "E",
        "Ê": "E",
        "À": "A",
    }
)


@dataclass(frozen=True)
class SmsSize:
    """`characters` as the network counts them; `foreign`: signs that force 70 characters a part."""

    characters: int
    parts: int
    foreign: tuple[str, ...]

    @property
    def limit(self) -> int:
        """Characters one part holds, at this number of parts."""
        single, several = (70, 67) if self.foreign else (160, 153)
        return single if self.parts <= 1 else several


def simplified(text: str) -> str:
    """The text as it is sent: typographic signs and the accents GSM lacks replaced by their plain forms."""
    return text.translate(SIMPLER)


def measure(text: str) -> SmsSize:
    """Size of a text as it stands (GSM 03.38, else UCS-2)."""
    foreign = tuple(sorted({each for each in text if each not in GSM and each not in GSM_DOUBLE}))
    if foreign:
        units = len(text.encode("utf-16-le")) // 2
        return SmsSize(units, _parts(units, 70, 67), foreign)
    units = len(text) + sum(each in GSM_DOUBLE for each in text)
    return SmsSize(units, _parts(units, 160, 153), ())


def _parts(units: int, single: int, several: int) -> int:
    return 1 if units <= single else -(-units // several)

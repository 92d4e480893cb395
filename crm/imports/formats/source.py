"""A file as it came: what it is, how it is encoded, its lines. Nothing is ever held in memory whole."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.utils.translation import gettext_noop as _

from crm.imports.errors import EmptyFile, FileMissing, FileTooLarge, MixedEncodings, NotATable, TextsTooLarge

BLOCK = LONGEST_LINE = 1 << 20
# Lines read at once: small enough for the processor's own memory, large enough that Python's steps weigh little.
BLOCK_OF_LINES = 1 << 16
MAGIC = {
    b"%PDF": _("a PDF"),
    b"\x1f\x8b": _("a compressed file"),
    b"7z\xbc\xaf": _("a compressed file"),
    b"Rar!": _("a compressed file"),
    b"\x89PNG": _("a picture"),
    b"\xff\xd8\xff": _("a picture"),
    b"{\\rtf": _("a word processor's document"),
}
# A reader holds all texts of a workbook; each that is used stands in a cell.
TEXTS_TAKEN, TEXTS_OF_CELLS = 64_000_000, 10
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF8 = "utf-8-sig"
BOMS = {codecs.BOM_UTF8: UTF8, codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Source:
    """A file that was looked at: a spreadsheet, or text in `encoding`."""

    path: Path
    spreadsheet: bool
    encoding: str = ""

    def lines(self) -> Iterator[tuple[int, str]]:
        """Line numbers from 1 and lines without their ending, whichever it is (CR LF, LF, CR)."""
        with self.path.open(encoding=self.encoding, errors="replace", newline=None) as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), ""), 1):
                yield number, line.rstrip("\n").replace("\x1a", "")

    def blocks(self, start: int = 1) -> Iterator[tuple[range, bytes]]:
        """The lines from number `start` on, many at a time: their numbers, and their text in UTF-8, each line ended by
        LF. Numbers and lines are those of `lines`."""
        number = 1
        for text in _whole_lines(self._utf8()):
            after = number + text.count(b"\n")
            if start < after:
                whole = start <= number
                yield range(max(number, start), after), text if whole else text.split(b"\n", start - number)[-1]
            number = after

    def _utf8(self) -> Iterator[bytes]:
        """Pieces of the file in UTF-8; what is in it already, as `look_at` found, is not decoded again."""
        if self.encoding == UTF8:
            with self.path.open("rb") as file:
                if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                    file.seek(0)
                yield from iter(partial(file.read, BLOCK_OF_LINES), b"")
        else:
            with self.path.open(encoding=self.encoding, errors="replace", newline="") as text:
                yield from map(str.encode, iter(partial(text.read, BLOCK_OF_LINES), ""))


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A text in UTF-8 by whole lines, each ended by LF; a line that fills more than LONGEST_LINE is cut."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        # LF may be the first sign of the next piece.
        half = b"\r" if text.endswith(b"\r") else b""
        text = _with_lf(text.removesuffix(half))
        end = text.rfind(b"\n") + 1 or (len(text) > LONGEST_LINE and _last_sign(text))
        if end:
            yield _ended(text[:end])
        rest = text[end:] + half
    if rest:
        yield _ended(_with_lf(rest))


def _with_lf(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _last_sign(text: bytes) -> int:
    """Where the last sign of a text in UTF-8 begins."""
    return next(at for at in range(len(text) - 1, -1, -1) if text[at] & 0xC0 != 0x80)


def _ended(text: bytes) -> bytes:
    """Ended by LF, without the mark of the end that old programs write."""
    return (text if text[-1:] == b"\n" else text + b"\n").replace(b"\x1a", b"")


def limit_mb() -> int:
    """Largest file taken, in megabytes (setting IMPORT_MAX_MB)."""
    return int(settings.IMPORT_MAX_MB)


def look_at(path: Path) -> Source:
    """Say what a file is. Raises FileMissing, EmptyFile, FileTooLarge, TextsTooLarge, NotATable,
    MixedEncodings."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise FileMissing(name=path.name) from error
    if size > limit_mb() * 1_000_000:
        raise FileTooLarge(size=size // 1_000_000, limit=limit_mb())
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise EmptyFile()
    return _kind(path, head)


def _kind(path: Path, head: bytes) -> Source:
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            raise NotATable(kind=name)
    if head.startswith(ZIP):
        return _zipped(path)
    if head.startswith(OLE):
        return Source(path, spreadsheet=True)
    return Source(path, spreadsheet=False, encoding=_encoding(path, head))


def _zipped(path: Path) -> Source:
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
            unpacked = sum(member.file_size for member in archive.infolist())
            texts, sheets = _weight_of(archive, "xl/sharedStrings.xml"), _weight_of(archive, "xl/worksheets/")
    except BadZipFile as error:
        raise NotATable(kind=_("a damaged ZIP archive")) from error
    if unpacked > 4 * limit_mb() * 1_000_000:
        raise FileTooLarge(size=unpacked // 1_000_000, limit=4 * limit_mb())
    if texts > TEXTS_TAKEN + TEXTS_OF_CELLS * sheets:
        raise TextsTooLarge(size=texts // 1_000_000)
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return Source(path, spreadsheet=True)
    raise NotATable(kind=_("a ZIP archive"))


def _weight_of(archive: ZipFile, part: str) -> int:
    """Bytes of a part, or of those in a folder, once unpacked."""
    return sum(member.file_size for member in archive.infolist() if member.filename.startswith(part))


def _encoding(path: Path, head: bytes) -> str:
    for bom, name in BOMS.items():
        if head.startswith(bom):
            if name != UTF8:
                return name
            break
    if b"\x00" in head:
        return _without_bom(head)
    if _is_utf8(path):
        return UTF8
    return _eight_bits(path)


def _without_bom(head: bytes) -> str:
    """UTF-16 without its mark has a zero in every other byte; anything else with zeros is not text."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.3 and even < len(head) * 0.02:
        return "utf-16-le"
    if even > len(head) * 0.3 and odd < len(head) * 0.02:
        return "utf-16-be"
    raise NotATable(kind=_("a binary file"))


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_OF_LINES):
                if b"\x00" in block:
                    raise NotATable(kind=_("a binary file"))
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _eight_bits(path: Path) -> str:
    """ISO-8859-15 (what the FEC's decree names) unless bytes only cp1252 gives a sign to are there."""
    utf8 = other = windows = 0
    with path.open("rb") as file:
        for number, line in enumerate(_byte_lines(file), 1):
            if line.isascii():
                continue
            windows = windows or any(0x80 <= byte <= 0x9F for byte in line)
            try:
                line.decode("utf-8")
                utf8 = utf8 or number
            except UnicodeDecodeError:
                other = other or number
            if utf8 and other:
                raise MixedEncodings(utf8=utf8, other=other)
    return "cp1252" if windows else "iso8859-15"


def _byte_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines by LF or CR, a block at a time: a file of one endless line must not fill the memory."""
    rest = b""
    while block := file.read(BLOCK):
        pieces = (rest + block).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest = pieces.pop()
        yield from pieces
    yield rest

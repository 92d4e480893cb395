"""The few marks a supervisor may put in a text: paragraphs, **bold**, "- " lists, "## " headings, and tables.

One parsed form serves every channel: plain text, HTML, letter, script. Nothing a value holds can add to it but bold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collections_app.letters.variables import BLOCK_MARK

BLOCK = re.compile(f"{BLOCK_MARK}([a-z_]+){BLOCK_MARK}")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@dataclass(frozen=True)
class Run:
    text: str
    bold: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """Lines of one paragraph; each starts on its own line."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Bullets:
    items: tuple[Line, ...]


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Insert:
    """A table named in BLOCKS, which the channel draws."""

    name: str


Block = Paragraph | Bullets | Heading | Insert


def parse(text: str) -> list[Block]:
    """Blocks of a filled text, in order; empty ones are left out."""
    return list(_blocks(text))


def runs(line: str) -> Line:
    """A line cut at its **bold** parts."""
    parts = BOLD.split(line)
    return tuple(Run(part, bold=at % 2 == 1) for at, part in enumerate(parts) if part)


def _blocks(text: str) -> Iterator[Block]:
    for at, part in enumerate(BLOCK.split(text)):
        if at % 2:
            yield Insert(part)
            continue
        for chunk in re.split(r"\n\s*\n", part):
            yield from _chunk([line.strip() for line in chunk.splitlines() if line.strip()])


def _chunk(lines: list[str]) -> Iterator[Block]:
    """A heading, a list and a paragraph may follow each other without an empty line."""
    group: list[str] = []
    kind = ""
    for line in lines:
        if group and _kind(line) != kind:
            yield _block(kind, group)
            group = []
        kind = _kind(line)
        group.append(line)
        if kind == "heading":
            yield Heading(group.pop()[2:].lstrip("#").strip())
    if group:
        yield _block(kind, group)


def _kind(line: str) -> str:
    return "heading" if line.startswith("## ") else "bullet" if line.startswith("- ") else "text"


def _block(kind: str, lines: list[str]) -> Block:
    if kind == "bullet":
        return Bullets(tuple(runs(line[2:].strip()) for line in lines))
    return Paragraph(tuple(runs(line) for line in lines))

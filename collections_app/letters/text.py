"""A message as plain text: SMS, script, and the text part of e-mails."""

from collections.abc import Sequence

from collections_app.letters.markup import Bullets, Heading, Line, Paragraph
from collections_app.letters.tables import Table


def written(pieces: Sequence[object], language: str) -> str:
    """Pieces apart by an empty line; a table gives one line per row."""
    return "\n\n".join(filter(None, (_piece(piece, language) for piece in pieces)))


def _piece(piece: object, language: str) -> str:
    if isinstance(piece, Paragraph):
        return "\n".join(map(line_text, piece.lines))
    if isinstance(piece, Bullets):
        return "\n".join(f"- {line_text(item)}" for item in piece.items)
    if isinstance(piece, Heading):
        return piece.text.upper()
    if isinstance(piece, Table):
        return _table(piece, language)
    return ""


def line_text(line: Line) -> str:
    """A line without its bold."""
    return "".join(run.text for run in line)


def _table(table: Table, language: str) -> str:
    """«Titulaire : …» for two columns without headings; else cells apart by « | » under their headings."""
    if not table.columns:
        colon = "\u00a0:" if language == "fr" else ":"
        rows = [f"{first}{colon} {second}" for first, second in (*table.rows, *filter(None, [table.total]))]
        return "\n".join(rows)
    lines = [table.columns, *table.rows, *filter(None, [table.total])]
    body = [" | ".join(filter(None, cells)) for cells in lines]
    return "\n".join([table.title, *body] if table.title else body)

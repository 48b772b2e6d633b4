"""Questions about people as a CSV file, and the answers read back from it.

Spreadsheet programs save such a file with other delimiters and encodings, and people leave rows out
or write what is no answer. All of that is taken: good rows count, bad ones are told by their line.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.identities.links import Account
from cophub.identities.profile import AccountView
from cophub.identities.review import Question
from cophub.warehouse.plain import safe_cell

_OF_SIDE = (
    "source", "account", "name", "email", "organization", "job_title", "country", "communities",
    "since", "gone", "accounts",
)  # fmt: skip
COLUMNS = (
    "question", "held_for",
    *(f"{name}_a" for name in _OF_SIDE),
    *(f"{name}_b" for name in _OF_SIDE),
    "score", "probability", "gain", "why", "answer", "note",
)  # fmt: skip
ONE, TWO = "one person", "two people"
"""What cophub holds the two accounts of a question for today."""
# Whoever knows the people best may not write English.
SAME = frozenset(("same", "yes", "y", "s", "oui", "sí", "si", "sim", "ja", "да", "نعم", "是"))
DIFFERENT = frozenset(
    ("different", "no", "n", "d", "non", "não", "nao", "nein", "nee", "нет", "لا", "否")
)
_LARGEST = 50_000_000
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .ods, and .xls files begin."""


@dataclass(frozen=True)
class SheetAnswer:
    """One row that was answered."""

    line: int
    question: str
    same: bool
    note: str | None = None


@dataclass(frozen=True)
class BadRow:
    """A row that could not be taken, and why."""

    line: int
    reason: str


def write_sheet(
    target: IO[bytes],
    rows: Iterable[tuple[Question, int]],
    views: Mapping[Account, AccountView],
    sizes: Mapping[str, tuple[int, int]],
    why: Mapping[str, str],
) -> int:
    """Write questions (each with its gain) to a file; how many.

    `sizes` has the accounts on either side for each question's id, and `why` a sentence. Text that
    a spreadsheet would run is made harmless.
    """
    # The mark at the beginning is what tells Excel that a CSV file is UTF-8.
    out = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    count = 0
    for question, gain in rows:
        one, other = sizes[question.id]
        sides = [*_side(views[question.a], one), *_side(views[question.b], other)]
        held = ONE if question.joined else TWO
        chance = round(question.probability, 2)
        tail = [round(question.score, 1), chance, gain, why[question.id], "", ""]
        writer.writerow([safe_cell(value) for value in (question.id, held, *sides, *tail)])
        count += 1
    out.flush()
    out.detach()
    return count


def _side(view: AccountView, accounts: int) -> list[Any]:
    return [
        view.source,
        view.account,
        view.name or "",
        view.email or "",
        view.organization or "",
        view.job_title or "",
        view.country or "",
        "; ".join(view.communities),
        f"{view.since:%Y-%m-%d}" if view.since else "",
        f"{view.gone_at:%Y-%m-%d}" if view.gone_at else "",
        accounts,
    ]


def read_sheet(content: bytes) -> tuple[list[SheetAnswer], list[BadRow]]:
    """The answers in a file, and the rows that cannot be taken; rows without an answer are neither.

    Raises ConfigError where it is no such file at all.
    """
    if len(content) > _LARGEST:
        raise ConfigError(
            "the file is larger than 50 MB; is it the one with the answers?", code=ASKED
        )
    if content.startswith(_WORKBOOKS):
        raise ConfigError(
            "the file is an Excel workbook; open it, save it as CSV, and name that file", code=ASKED
        )
    text = _decoded(content)
    rows = _rows(text)
    head = [cell.strip().lower() for cell in next(rows, (0, []))[1]]
    missing = [name for name in ("question", "answer") if name not in head]
    if missing:
        raise ConfigError(
            f'the file has no column "{missing[0]}"; `cophub people review --csv FILE` writes one',
            code=ASKED,
        )
    answers: list[SheetAnswer] = []
    bad: list[BadRow] = []
    try:
        for line, row in rows:
            found = _answer(line, dict(zip(head, row, strict=False)))
            if isinstance(found, BadRow):
                bad.append(found)
            elif found is not None:
                answers.append(found)
    except csv.Error as error:
        raise ConfigError(
            f"the file is no CSV: {error}; save it as CSV once more", code=ASKED
        ) from None
    return answers, bad


def _answer(line: int, row: Mapping[str, str]) -> SheetAnswer | BadRow | None:
    question = _plain(row.get("question", ""))
    answer = _plain(row.get("answer", "")).lower()
    note = _plain(row.get("note", "")) or None
    if not answer:
        return None
    if not question:
        return BadRow(line, "an answer without a question: the first column is empty")
    if answer in SAME or answer in DIFFERENT:
        return SheetAnswer(line, question, answer in SAME, note)
    return BadRow(line, f'"{answer[:40]}" is no answer; write same, different or nothing')


def _plain(text: str | None) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    text = (text or "").strip()
    return text[1:].strip() if text.startswith("'") else text


def _rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """(line, cells) of each row; the delimiter is the one that the heading has most of."""
    heading = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    last = 0
    for row in reader:
        if any(cell.strip() for cell in row):
            # A row begins after the one before has ended: a note may have several lines.
            yield last + 1, row
        last = reader.line_num


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


__all__ = ["COLUMNS", "BadRow", "SheetAnswer", "read_sheet", "write_sheet"]

"""`report` and `export`: figures and tables to take away."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.hub.answers import MeasureRow, QuarterReport

_COLUMN = 18
"""Signs that a community takes on a terminal, the space between columns included."""
Writer = Callable[["QuarterReport", IO[bytes]], None]


@click.group()
def report() -> None:
    """Tables for a report."""


@report.command("quarter")
@click.option("--quarter", metavar="2026Q3", help="Which one; else the last that has ended.")
@click.option(
    "--as-of", metavar="2026-10-05",
    help="As it would have been told on that day; else as it was published last. Counts of"
    " campaigns are never those of a past day: vendors keep no old ones.",
)  # fmt: skip
@click.option(
    "--format", "form", default=None, metavar="FORMAT",
    help="table (default), csv, xlsx or html; else as the name of --to says.",
)  # fmt: skip
@click.option(
    "--to", "target", type=click.Path(path_type=Path), metavar="FILE", help="Into a file."
)
@click.option(
    "--language", metavar="LANGUAGE",
    help="Of the workbook (xlsx): en, fr or es; else the site's first.",
)  # fmt: skip
@shared
@pass_state
def report_quarter(
    state: State,
    quarter: str | None,
    as_of: str | None,
    form: str | None,
    target: Path | None,
    language: str | None,
) -> None:
    """The quarter table: every measure, for each community and all together, with its change.

    As xlsx it is the workbook of the site for facilitators, with definitions, notes and freshness:
    figures about few people are in it. That of a past day is plainer.
    """
    from cophub.hub import sheets

    form = _format(form, target, ("table", "csv", "xlsx", "html"), "table")
    if language and (form != "xlsx" or as_of):
        raise ConfigError(
            "--language is for the workbook of what is published: add --to quarter.xlsx"
            + (", and leave --as-of out" if as_of else ""),
            code=ASKED,
        )
    with state.hub() as hub:
        found = hub.report_quarter(quarter, as_of)
        whole = form == "xlsx" and not as_of and not state.json
        book = hub.quarter_workbook(found.quarter, language) if whole else b""
    if show.finish(state, found):
        return
    if form == "table" and target is None:
        _show_quarter(found)
        return
    writers: dict[str, Writer] = {"xlsx": sheets.quarter_xlsx, "html": sheets.quarter_html}
    write = writers.get(form, sheets.quarter_csv)
    _write(target, form, lambda out: out.write(book) if book else write(found, out))
    if target is not None:
        show.say(f"{show.mark('done')} {found.title} is in {target}")


def _show_quarter(found: "QuarterReport") -> None:
    show.say(show.bold(found.title))
    longest = max(len(label) for _, label, _ in found.measures)
    at_once = max(1, (show.columns_across() - longest - 4) // _COLUMN)
    for start in range(0, len(found.communities), at_once):
        part = found.communities[start : start + at_once]
        rows = [
            (label, *(_figure(found.cell(key, measure), unit) for key, _ in part))
            for measure, label, unit in found.measures
        ]
        titles = [_heading(title) for _, title in part]
        show.table(("", *titles), rows, right=titles)
        show.say()
    for line in _absences(found):
        show.paragraph("–", line)
    for line in _notes(found):
        show.paragraph("*", line)
    observed = [row.observed_at for row in found.rows if row.observed_at]
    if observed:
        show.say(
            show.dim(f"  as of {show.moment(min(observed))} UTC; change since the quarter before")
        )


def _absences(found: "QuarterReport") -> Iterator[str]:
    """Why figures are missing: a line for each reason, and whom it concerns unless it is all."""
    return _reasons(found, lambda row: row.absent)


def _notes(found: "QuarterReport") -> Iterator[str]:
    """What a past day cannot be told without, in the same way; nothing of what was published."""
    if found.caveat:
        yield from _reasons(found, lambda row: row.note)
        yield found.caveat


def _reasons(found: "QuarterReport", why_of: Callable[["MeasureRow"], str | None]) -> Iterator[str]:
    titles = dict(found.communities)
    nowhere = {row.measure: why for row in found.rows if not row.community and (why := why_of(row))}
    whose: dict[tuple[str, str], list[str]] = {}
    for row in found.rows:
        if (why := why_of(row)) and row.measure not in nowhere:
            whose.setdefault((why, row.label), []).append(titles[row.community])
    lines: dict[tuple[str, str], list[str]] = {}
    for measure, label, _ in found.measures:
        if reason := nowhere.get(measure):
            lines.setdefault((reason, ""), []).append(label)
    for (reason, label), communities in whose.items():
        lines.setdefault((reason, f"{', '.join(communities)}: "), []).append(label)
    for (reason, of), labels in lines.items():
        yield f"{of}{'; '.join(labels)}: {reason}"


def _heading(title: str) -> str:
    return "\n".join(textwrap.wrap(title, _COLUMN - 2)) if show.terminal() else title


def _figure(row: "MeasureRow | None", unit: str) -> show.Styled:
    from cophub.hub.sheets import change, number

    if row is None or row.value is None:
        return show.dim("–")
    text = number(row.value, unit)
    changed = change(row, unit).replace("points", "pt")
    return show.Styled(f"{text} {show.dim(changed)}" if row.difference else text)


@click.command()
@click.argument("table")
@click.option(
    "--format", "form", default=None, metavar="FORMAT",
    help="csv (default), jsonl, xlsx or parquet; else as the name of --to says.",
)  # fmt: skip
@click.option(
    "--to", "target", type=click.Path(path_type=Path), metavar="FILE", help="Into a file."
)
@click.option("--full", is_flag=True, help="Of people: every column, redirects too.")
@click.option("--addresses", is_flag=True, help="Of people: all addresses in full.")
@shared
@pass_state
def export(
    state: State,
    table: str,
    form: str | None,
    target: Path | None,
    full: bool,
    addresses: bool,
) -> None:
    """TABLE, a table or view of the warehouse, as a file; row by row, whatever its size.

    person_account gives source,account,person; person and affiliation the people of today. Text
    that a spreadsheet would take for a formula is made harmless in CSV and XLSX. In Parquet each
    column has its type; it takes pip install 'cophub[parquet]'.
    """
    from cophub.cli.progress import watching
    from cophub.hub.auditing import is_about_people, note
    from cophub.hub.export import FORMATS, check_format

    if state.json and form is None:
        form = "jsonl"
    form = _format(form, target, FORMATS, "csv")
    check_format(form)
    with state.hub() as hub, watching(silent=target is None) as watch:

        def progress(rows: int) -> None:
            watch.progress(table, "rows", rows, None)

        def write(out: IO[bytes]) -> int:
            return hub.export(table, out, form, progress, full=full, addresses=addresses)

        if is_about_people(hub, table):
            note(hub, "export", table, format=form, full=full, addresses=addresses)
        rows = _write(target, form, write)
    if target is not None:
        show.say(f"{show.mark('done')} {rows:,} rows of {table} are in {target}")


def _format(form: str | None, target: Path | None, known: tuple[str, ...], default: str) -> str:
    """The format that was asked for, or that the file's name tells. Raises ConfigError."""
    from cophub.config.messages import did_you_mean

    if form is None and target is not None:
        suffix = target.suffix.removeprefix(".").lower()
        form = {"htm": "html", "json": "jsonl", "ndjson": "jsonl"}.get(suffix, suffix) or default
    form = form or default
    if form not in known:
        raise ConfigError(
            f'there is no format "{form}"{did_you_mean(form, known)}; take {", ".join(known)}',
            code=ASKED,
        )
    return form


def _write(target: Path | None, form: str, write: Any) -> Any:
    """Call `write` with the file, or with standard output where no file is named."""
    from cophub.hub.export import new_file

    if target is not None:
        with new_file(target) as out:
            return write(out)
    if form in ("xlsx", "parquet") and sys.stdout.isatty():
        raise ConfigError(f"{form} cannot be shown here; name a file with --to", code=ASKED)
    return write(sys.stdout.buffer)

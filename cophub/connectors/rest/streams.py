"""The one stream of an API: its lists one after the other, each list's own lists with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from cophub import AuthError, Checkpoint, Context, CophubError, Item, SourceUnavailable, Verdict
from cophub.connectors.rest.incremental import Incremental, Mark, kept, of_kept
from cophub.connectors.rest.listing import client_of, lists
from cophub.connectors.rest.places import address, params_of
from cophub.connectors.rest.rows import Rows
from cophub.connectors.rest.settings import Settings
from cophub.connectors.rest.trying import trials
from cophub.connectors.state import State
from cophub.error_codes import NOT_UNDERSTOOD, PAGING
from cophub.http.auth import status_of


class Cursor(State, omit_defaults=True):
    """How far each list was read, with a checksum of the settings that it was read with."""

    streams: dict[str, tuple[str, str]] = msgspec.field(default_factory=dict)


def records(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Everything that the settings say of the API's lists.

    A list that is refused or does not page does not keep the others from being read; its error is
    raised at the end. `since` holds how far each incremental list was read.
    """
    cursor, client = Cursor.read(since), client_of(ctx)
    trouble: CophubError | None = None
    for name, table in ctx.settings.streams.items():
        if table.parent:
            continue
        try:
            yield from _Family(ctx, client, name, cursor).items()
        except (SourceUnavailable, AuthError) as error:
            if not _is_of_one_list(error):
                raise
            ctx.log.warning("stream %s: %s", name, error)
            trouble = trouble or error
    if trouble:
        raise trouble


def _is_of_one_list(error: CophubError) -> bool:
    """Whether the others may be well: one path is refused or gone, or pages wrongly."""
    status = status_of(error)
    refused = 400 <= status < 500 and status not in (401, 408, 429)
    return refused or error.code in (PAGING, NOT_UNDERSTOOD)


class _Family:
    """A list and the lists of its rows, which keep one cursor together."""

    def __init__(
        self, ctx: Context[Settings], client: httpx.Client, name: str, cursor: Cursor
    ) -> None:
        self.ctx, self.client, self.name, self.cursor = ctx, client, name, cursor
        self.settings = ctx.settings
        self.table = self.settings.streams[name]
        self.rows = Rows(self.settings, name, ctx.source)
        self.children = {
            child: Rows(self.settings, child, ctx.source) for child in self.settings.children(name)
        }
        self.checksum = self.settings.checksum(name)
        self.mark = self._known()
        self.newest = self.mark
        self.waits = any(
            one.record == "attendance" for one in self.settings.children(name).values()
        )

    def items(self) -> Iterator[Item]:
        """Their records; the cursor moves only behind rows whose own lists were read."""
        for page in self._pages():
            for row in page:
                yield from self._row(row)
            self.ctx.progress(self.name, self.rows.count)
            if self.table.incremental and self.table.incremental.row_order == "asc":
                if not self.waits and (page and self.newest is not None):
                    yield self._checkpoint()
            elif page and all(self._is_old(row) for row in page):
                break
        for rows in (self.rows, *self.children.values()):
            yield from rows.finish()
            # Of a parent that was not understood, nobody knows whose its own lists are.
            if self.mark is None and (rows is self.rows or not self.rows.rejected):
                yield from rows.absent()
        yield self._checkpoint()

    def _pages(self) -> Iterator[list[Any]]:
        params, new = params_of(self.table.params, self.settings.variables), self.table.incremental
        if new and new.start_param:
            if self.mark is not None:
                params[new.start_param] = new.sent(self.mark)
            elif new.initial_value is not None:
                params[new.start_param] = new.initial_value
        path = address(self.table.path, self.settings.variables)
        return lists(self.client, self.table, path, params, self.settings.maximum_pages)

    def _row(self, row: Any) -> Iterator[Item]:
        yield from self.rows.records(row)
        if self.table.incremental:
            mark = self.table.incremental.mark_of(row, self.ctx.now)
            self.newest = _later(self.newest, mark)
        if not isinstance(row, dict):
            return
        if _left_out(self.rows, row) or self._is_old(row):
            return
        for child in self.children.values():
            yield from self._of_parent(child, row)

    def _of_parent(self, rows: Rows, parent: Any) -> Iterator[Item]:
        table = rows.table
        try:
            path = address(table.path, self.settings.variables, parent)
            params = params_of(table.params, self.settings.variables, parent)
        except ValueError as error:
            yield rows.lost(parent, str(error))
            return
        try:
            for page in lists(self.client, table, path, params, self.settings.maximum_pages):
                for row in page:
                    yield from rows.records(row, parent)
        except (SourceUnavailable, AuthError) as error:
            if status_of(error) not in table.ignore_status:
                raise

    def _is_old(self, row: Any) -> bool:
        """Whether a row of a list that comes newest first was read by an earlier run."""
        new = self.table.incremental
        if new is None or new.start_param or self.mark is None:
            return False
        mark = new.mark_of(row, self.ctx.now)
        return mark is not None and _is_later(_before(self.mark, new), mark)

    def _known(self) -> Mark | None:
        if self.table.incremental is None:
            return None
        checksum, text = self.cursor.streams.get(self.name, ("", ""))
        return of_kept(text) if checksum == self.checksum else None

    def _checkpoint(self) -> Checkpoint:
        if self.newest is not None:
            known = (self.checksum, kept(self.newest))
            self.cursor.streams = {**self.cursor.streams, self.name: known}
        return self.cursor.checkpoint()


def _left_out(rows: Rows, row: Any) -> bool:
    try:
        return rows.is_skipped(row)
    except ValueError:
        return False  # it is a Reject; its own lists are there all the same


def _later(one: Mark | None, two: Mark | None) -> Mark | None:
    if one is None or two is None:
        return two if one is None else one
    return two if _is_later(two, one) else one


def _is_later(one: Mark, two: Mark) -> bool:
    if isinstance(one, datetime) and isinstance(two, datetime):
        return one > two
    return not isinstance(one, datetime) and not isinstance(two, datetime) and one > two


def _before(mark: Mark, new: Incremental) -> Mark:
    return mark - timedelta(minutes=new.lookback_minutes) if isinstance(mark, datetime) else mark


def check(ctx: Context[Settings]) -> Iterator[Verdict]:
    """Whether each list answers, and whether its rows become records."""
    for trial in trials(ctx):
        if trial.error:
            yield Verdict(trial.name, "failed", trial.error, trial.fix)
        elif trial.rejects:
            yield Verdict(
                trial.name, "warning",
                f"{len(trial.rejects)} of {trial.rows} rows were not understood, such as:"
                f" {trial.rejects[0].reason}",
                f"Correct columns; cophub discover {ctx.source} shows what they make.",
            )  # fmt: skip
        elif trial.empty and trial.rows:
            told = f"no row of the first page has {', '.join(trial.empty)}"
            yield Verdict(trial.name, "warning", told, "Correct these columns, or leave them out.")
        else:
            yield Verdict(trial.name, "ok", f"{trial.rows} rows on the first page")


__all__ = ["Cursor", "check", "records"]

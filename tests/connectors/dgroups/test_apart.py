"""Groups are read apart: what ends the reading of one, and what that of all."""

import json
from collections.abc import Callable, Iterator

import pytest

from cophub import Account, Checkpoint, Gone, Item, Membership, Post, SourceUnavailable
from cophub.connectors.dgroups.apart import MOST_IN_A_ROW, Apart
from cophub.connectors.dgroups.client import Slowed
from cophub.connectors.dgroups.cursor import Cursor, Known
from cophub.http.limits import OutOfTime
from tests.connectors.dgroups.conftest import Ask, Hub, Table, Watched, posts_of, states

GONE = Gone(record=Post, where={"space": "7"})
POST, AFTER = Post(key="7:1"), Account(key=5)


def failing(*items: Item) -> Iterator[Item]:
    """Items, and then no answer."""
    yield from items
    raise SourceUnavailable("no answer")


@pytest.fixture
def apart(still: Watched, ask: Ask) -> Apart:
    return Apart(ask(still), "messages")


def read(apart: Apart, items: Iterator[Item]) -> tuple[list[Item], list[Item] | None]:
    """What is told, and what is not."""
    told, reading = [], apart.read("mnch", items)
    while True:
        try:
            told.append(next(reading))
        except StopIteration as end:
            return told, end.value


def test_what_follows_an_end_waits_for_the_checkpoint(apart: Apart):
    point = Checkpoint("{}")
    assert read(apart, iter([POST, GONE, AFTER])) == ([POST, GONE, AFTER], None)
    assert read(apart, failing(POST, GONE, AFTER)) == ([POST], [GONE, AFTER])
    assert read(apart, failing(GONE, AFTER, point, POST, GONE)) == (
        [GONE, AFTER, point, POST],
        [GONE],
    )


def test_the_first_failure_is_raised_at_the_end(apart: Apart):
    apart.end()
    read(apart, failing())
    first = apart.failure
    read(apart, failing())
    with pytest.raises(SourceUnavailable) as raised:
        apart.end()
    assert raised.value is first


@pytest.mark.parametrize("error", [OutOfTime("no time"), Slowed("too much")])
def test_what_no_other_group_would_do_better_ends_all(apart: Apart, error: SourceUnavailable):
    def items() -> Iterator[Item]:
        yield POST
        raise error

    with pytest.raises(type(error)):
        read(apart, items())


def test_where_many_in_a_row_fail_it_is_the_site(apart: Apart):
    for _ in range(MOST_IN_A_ROW - 1):
        read(apart, failing())
    read(apart, iter([POST]))
    for _ in range(MOST_IN_A_ROW - 1):
        read(apart, failing())
    with pytest.raises(SourceUnavailable):
        read(apart, failing())


def test_a_run_that_is_stopped_asks_for_no_other_group(still: Watched, ask: Ask, table: Table):
    ctx = ask(still)
    table.read(ctx, "groups")

    def stop(call: str, number: int) -> None:
        if call == "getmembers":
            ctx.transport.close()

    still.before = stop
    try:
        with pytest.raises(OutOfTime):
            table.read(ctx, "members")
    finally:
        still.before = lambda call, number: None
    assert still.calls["getmembers"] == 1
    assert not table.of(Membership)


def test_a_log_that_was_not_read_to_its_end_is_read_again(
    still: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    for module in ("client", "walking"):
        monkeypatch.setattr(f"cophub.connectors.dgroups.{module}.PAGE", 15)
    still.faults.plan("500", path="*/getactivitylogs", at=tuple(range(2, 8)))
    with pytest.raises(SourceUnavailable):
        table.read(ask(still), "activity")
    _, *others = (str(group.id) for group in still.state.groups.values())
    assert others
    assert set(json.loads(table.cursors["activity"] or "")["groups"]) == set(others)


def test_a_cursor_goes_back_to_its_last_checkpoint_for_one_group():
    cursor = Cursor()
    cursor.group("1").note(3, Known(1, 2, 2))
    cursor = Cursor.read(cursor.checkpoint().cursor)
    before = cursor.checkpoint()
    cursor.group("1").note(4, Known(3, 3, 1))
    cursor.group("1").mark = "later"
    cursor.group("2").high = 9
    cursor.undo("1")
    cursor.undo("2")
    assert cursor.checkpoint() == before


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_archive_that_is_not_handed_out_leaves_its_group_to_the_api(
    box: Watched, hub: Hub, monkeypatch: pytest.MonkeyPatch
):
    """Later it would put its guesses in the place of what the API has told."""
    place: Callable[..., str] = lambda request: f"{request.path}/{request.query.get('group_id')}"  # noqa: E731
    monkeypatch.setattr(box, "place", place)
    group = next(iter(box.state.groups.values()))
    box.faults.plan("500", path=f"*/downloadarchives/{group.id}", every=1)
    result = states(hub.sync(box, history="archive"))
    assert [stream for stream, state in result.items() if state != "done"] == ["archive"]
    box.faults.clear()
    for _ in range(2):
        right = posts_of(box.truth())
        assert {row["key"]: {"thread": row["thread"], "account": row["account"]}
                for row in hub.rows("post")} == right  # fmt: skip
        assert set(states(hub.sync(box, history="archive")).values()) == {"done"}
    assert group.id not in box.downloads

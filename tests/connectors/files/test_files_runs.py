"""Run after run: what is read again, what is not opened, and who has left."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cophub import Attendance, Checkpoint, CursorExpired, Event, Gone, Membership
from cophub.connectors.files import run as files_run
from cophub.sync import SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from cophub.warehouse import tables as t
from cophub.warehouse.departures import there

LIST = "E-mail,Name\n" + "".join(f"p{n}@example.org,P {n}\n" for n in range(5))


@pytest.fixture
def sync(tmp_path: Path, connector):
    """`sync(**settings)`: one run of the engine into one warehouse, an hour after the last."""
    warehouse = Warehouse.open(f"sqlite:///{tmp_path / 'hub.db'}")
    clock = [datetime(2026, 6, 1, 12, tzinfo=UTC)]

    def run(*, accept=False, **settings):
        given = {"record": "membership", "columns": {"email": "E-mail", "name": "Name"}}
        spec = SourceSpec("list", connector, connector.settings(**{**given, **settings}))
        clock[0] += timedelta(hours=1)
        engine = SyncEngine(warehouse, now=lambda: clock[0])
        (result,) = engine.sync_one(spec, Wish(accept_departures=accept)).streams
        return result

    def members():
        rows = t.metadata.tables["membership"]
        with warehouse.connect() as connection:
            found = connection.execute(select(rows.c.account).where(*there(rows, "list")))
            return sorted(account for (account,) in found)

    run.members = members
    return run


def counts(result):
    assert result.error is None, result.error
    return result.new, result.changed, result.gone, result.rejected


def test_a_second_run_opens_nothing_and_writes_nothing(make, sync, monkeypatch):
    file = make("list.csv", LIST)
    assert counts(sync(path=str(file))) == (11, 0, 0, 0)

    def never(*_):
        raise AssertionError("the file was opened again")

    monkeypatch.setattr("cophub.connectors.files.places.Place.digest", never)
    monkeypatch.setattr("cophub.connectors.files.reading.grids", never)
    again = sync(path=str(file))
    assert (*counts(again), again.seen) == (0, 0, 0, 0, 0)


def test_a_renamed_copied_or_touched_file_tells_nothing_new(make, sync, monkeypatch):
    file = make("in/list.csv", LIST)
    sync(path=str(file.parent))
    monkeypatch.setattr("cophub.connectors.files.reading.grids", lambda *_: 1 / 0)
    os.utime(file, (1, 1))
    file = file.rename(file.with_name("renamed.csv"))
    make("in/copy.csv", LIST)
    result = sync(path=str(file.parent))
    assert (*counts(result), result.seen) == (0, 0, 0, 0, 0)


def test_the_same_rows_exported_anew_change_nothing(make, make_book, sync):
    file = make("in/list.csv", LIST)
    sync(path=str(file.parent))
    rows = [line.split(",") for line in LIST.splitlines()]
    make_book("in/newer.xlsx", {"Export": [["As of June"], [], rows[0], *reversed(rows[1:])]})
    file.unlink()
    result = sync(path=str(file.parent))
    assert counts(result) == (0, 0, 0, 0)
    assert result.seen == 11


def test_of_two_files_the_later_one_counts_in_whatever_order_they_change(make, read):
    columns = {"email": "E-mail", "organization": "Org"}
    make("in/list-2.csv", "E-mail,Org\na@example.org,Old\n")
    later = make("in/list-10.csv", "E-mail,Org\na@example.org,New\n")
    first = read(later.parent, columns=columns)
    accounts = [record.organization for record in first.records if hasattr(record, "organization")]
    assert accounts == ["Old", "New"]
    make("in/list-2.csv", "E-mail,Org\na@example.org,Corrected\n")
    second = read(later.parent, first.cursor, columns=columns)
    accounts = [record.organization for record in second.records if hasattr(record, "organization")]
    assert accounts == ["Corrected", "New"]


def test_nobody_leaves_by_a_missing_row_unless_the_list_is_whole(make, sync):
    file = make("list.csv", LIST)
    sync(path=str(file))
    make("list.csv", LIST.replace("p4@example.org,P 4\n", ""))
    assert counts(sync(path=str(file)))[2] == 0
    assert counts(sync(path=str(file), whole=True))[2] == 1
    assert "p4@example.org" not in sync.members()
    make("list.csv", LIST)
    sync(path=str(file), whole=True)
    assert len(sync.members()) == 5


def test_a_whole_list_in_several_files_ends_who_is_in_none(make, sync):
    file = make("in/a.csv", LIST)
    make("in/b.csv", "E-mail,Name\nq@example.org,Q\n")
    sync(path=str(file.parent), whole=True)
    make("in/b.csv", "E-mail,Name\nr@example.org,R\n")
    assert counts(sync(path=str(file.parent), whole=True)) == (2, 0, 1, 0)
    assert "q@example.org" not in sync.members()
    (file.parent / "b.csv").unlink()
    sync(path=str(file.parent), whole=True)
    assert sync.members() == [f"p{n}@example.org" for n in range(5)]


@pytest.mark.parametrize("trouble", ["b.csv", "a row", "a row of another shape"])
def test_what_cannot_be_read_ends_nobody(make, sync, trouble):
    file = make("in/a.csv", LIST)
    make("in/b.csv", "E-mail,Name\nq@example.org,Q\n")
    sync(path=str(file.parent), whole=True)
    if trouble == "b.csv":
        make("in/b.csv", "%PDF-1.7")
        make("in/a.csv", LIST + "r@example.org,R\n")
    elif trouble == "a row":
        make("in/b.csv", "E-mail,Name\nnobody knows,\n")
    else:
        make("in/b.csv", "E-mail,Name\nq@example.org,Q,and more\n")
    result = sync(path=str(file.parent), whole=True)
    assert result.gone == 0
    assert result.rejected == 1
    assert "q@example.org" in sync.members()


def test_a_copy_is_a_file_of_its_own_where_its_name_tells_something(make, read):
    """The same people were at two calls."""
    text = "Name,Join time\nAda,2024-03-04 10:00\n"
    told = {
        "record": "attendance", "columns": {"name": "Name", "joined_at": "Join time"},
        "file_name": "{event_title}.csv",
    }  # fmt: skip
    folder = make("calls/One.csv", text).parent
    first = read(folder, **told)
    make("calls/Two.csv", text)
    assert [one.title for one in read(folder, first.cursor, **told).of(Event)] == ["Two"]


def test_a_run_that_could_read_no_file_fails_and_is_well_once_the_columns_are_corrected(make, sync):
    """A column that was renamed by whoever exports: what was read before stays."""
    file = make("list.csv", LIST)
    sync(path=str(file), whole=True)
    make("list.csv", LIST.replace("Name", "Full name").replace("p4@example.org,P 4\n", ""))
    result = sync(path=str(file), whole=True)
    assert (result.state, result.rejected, result.gone) == ("failed", 1, 0)
    assert result.error == (
        'no file can be read: list.csv: it has no column "Name"; compare cophub discover list'
    )
    assert len(sync.members()) == 5
    columns = {"email": "E-mail", "name": "Full name"}
    assert counts(sync(path=str(file), whole=True, columns=columns)) == (0, 0, 1, 0)


def test_who_is_on_a_row_that_is_wrong_elsewhere_has_not_left(make, sync):
    settings = {"columns": {"email": "E-mail", "name": "Name", "joined_at": "Since"}}
    file = make("a.csv", "E-mail,Name,Since\na@example.org,A,2024-01-01\nb@example.org,B,\n")
    sync(path=str(file), whole=True, **settings)
    make("a.csv", "E-mail,Name,Since\na@example.org,A,soon\n")
    result = sync(path=str(file), whole=True, **settings)
    assert (result.rejected, sync.members()) == (1, ["a@example.org"])


def test_a_list_that_lost_most_of_its_rows_is_held_until_somebody_agrees(make, sync):
    many = "E-mail,Name\n" + "".join(f"p{n}@example.org,P\n" for n in range(60))
    file = make("list.csv", many)
    sync(path=str(file), whole=True)
    make("list.csv", LIST)
    assert sync(path=str(file), whole=True).state == "held"
    assert len(sync.members()) == 60
    assert sync(path=str(file), whole=True, accept=True).gone == 55


def test_other_settings_read_the_files_again(make, read):
    file = make("list.csv", LIST)
    first = read(file)
    with pytest.raises(CursorExpired):
        read(file, first.cursor, columns={"email": "E-mail", "name": "Name"})
    for garbled in ("{", "[]", '{"settings": 3}', "null", '{"settings": "x", "version": 99}'):
        with pytest.raises(CursorExpired):
            read(file, garbled)


def test_a_run_that_was_stopped_goes_on_where_it_was(make, read, monkeypatch):
    monkeypatch.setattr(files_run, "_BETWEEN_CHECKPOINTS", 10)
    text = "E-mail\n" + "".join(f"p{n}@example.org\n" for n in range(45))
    file = make("list.csv", text)
    whole = read(file)
    assert len(whole.cursors) >= 4
    for at, item in enumerate(whole.items):
        if not isinstance(item, Checkpoint):
            continue
        kept = {m.account for m in whole.items[:at] if isinstance(m, Membership)}
        rest = {m.account for m in read(file, item.cursor).of(Membership)}
        assert len(kept | rest) == 45
        assert len(kept & rest) <= 1
    make("list.csv", text.replace("p0@", "new@"))
    assert len(read(file, whole.cursors[0]).of(Membership)) == 45


def test_a_run_that_was_stopped_before_it_said_who_is_gone_is_gone_on_with(make, read):
    """Every file was read then: the next run would find nothing to do."""
    file = make("in/a.csv", LIST)
    make("in/b.csv", "E-mail,Name\nq@example.org,Q\n")
    first = read(file.parent, whole=True)
    make("in/b.csv", "E-mail,Name\nr@example.org,R\n")
    second = read(file.parent, first.cursor, whole=True)
    for cursor in second.cursors[:-1]:
        (gone,) = [one for one in read(file.parent, cursor, whole=True).items if type(one) is Gone]
        assert len(gone.but) == 6
    assert len(second.cursors) == 3
    assert read(file.parent, second.cursor, whole=True).items == []


SHEET = "Name,Topic,Join time,Leave time\n"
CALLS = {
    "record": "attendance",
    "columns": {"name": "Name", "event_title": "Topic", "joined_at": "Join time",
                "left_at": "Leave time"},
}  # fmt: skip


def test_stays_in_two_files_are_one_attendance_also_when_one_file_changes(make, read):
    one = make("in/1.csv", SHEET + "Ada,Call,2024-03-04 10:00,2024-03-04 10:20\n")
    make("in/2.csv", SHEET + "Ada,Call,2024-03-04 10:00,2024-03-04 10:20\n"
                             "Ada,Call,2024-03-04 10:30,2024-03-04 10:40\n")  # fmt: skip
    other = make("in/3.csv", SHEET + "Bo,Other,2024-03-05 10:00,2024-03-05 10:20\n")
    first = read(one.parent, **CALLS)
    assert [(a.minutes, a.visits) for a in first.of(Attendance)] == [(30, 2), (20, 1)]
    assert len(first.of(Event)) == 2
    with one.open("a") as file:
        file.write("Ada,Call,2024-03-04 10:50,2024-03-04 11:00\n")
    other.write_text(other.read_text())
    second = read(one.parent, first.cursor, **CALLS)
    (ada,) = second.of(Attendance)
    assert (ada.minutes, ada.visits) == (40, 3)


def test_who_was_taken_off_a_sheet_that_is_whole_was_not_there(make, read):
    file = make("1.csv", SHEET + "Ada,Call,2024-03-04 10:00,\nBo,Call,2024-03-04 10:00,\n")
    first = read(file, whole=True, **CALLS)
    make("1.csv", SHEET + "Ada,Call,2024-03-04 10:00,\n")
    (gone,) = [i for i in read(file, first.cursor, whole=True, **CALLS).items if type(i) is Gone]
    key = first.of(Event)[0].key
    assert (gone.record, gone.where, gone.but) == (
        Attendance, {"event": key}, ((key, "name:ada"),),
    )  # fmt: skip


def test_files_that_people_did_not_mean_are_left_out(make, read):
    make("in/.hidden.csv", LIST)
    make("in/~$open.xlsx", b"lock")
    make("in/readme.md", "E-mail")
    file = make("in/sub/list.csv", LIST)
    found = read(file.parent.parent)
    assert found.rejects == []
    assert len(found.of(Membership)) == 5
    assert len(read(f"{file.parent.parent}/**/*.csv").of(Membership)) == 5


def test_calls_are_the_same_ones_when_their_time_zone_is_set_later(make, read):
    """Whoever sees times that are off sets `timezone`, and wants them right, not there twice."""
    rows = "Ada,Call,2024-03-04 10:00\nBo,Call,2024-03-04 23:30\n"
    file = make("1.csv", "Name,Topic,Start\n" + rows)
    columns = {"name": "Name", "event_title": "Topic", "event_starts_at": "Start"}
    settings = {"record": "attendance", "columns": columns}
    before = read(file, **settings).of(Event)
    after = read(file, timezone="Africa/Nairobi", **settings).of(Event)
    assert [event.key for event in before] == [event.key for event in after]
    assert [event.starts_at.hour for event in after] == [7, 20]
    settings = {"record": "event", "columns": {"title": "Topic", "starts_at": "Start"}}
    before = read(file, **settings).of(Event)
    after = read(file, timezone="America/Lima", **settings).of(Event)
    assert [event.key for event in before] == [event.key for event in after]
    assert [event.starts_at.hour for event in after] == [15, 4]


def test_both_forms_of_a_domain_are_one_account_and_it_is_shown_as_written(make, sync):
    content = "E-mail,Name\nAna@Bücher.example,Ana Ríos\nbo@xn--bcher-kva.example,Bo Li\n"
    file = make("list.csv", content)
    assert counts(sync(path=str(file)))[3] == 0
    assert sync.members() == ["ana@xn--bcher-kva.example", "bo@xn--bcher-kva.example"]
    file.write_text(content.replace("Ana@Bücher", "ana@xn--bcher-kva"), encoding="utf-8")
    assert counts(sync(path=str(file)))[2] == 0
    assert len(sync.members()) == 2

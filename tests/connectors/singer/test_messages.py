"""What a tap writes becomes records; what it should not write is said, and loses nothing else."""

import pytest

from cophub import Account, Attendance, Checkpoint, ConfigError, Gone, Membership, Space
from cophub.errors import CursorExpired, SourceUnavailable
from tests.connectors.singer.conftest import MEMBERS, RECORDS, member, schema, state, stream


def test_rows_become_records_by_the_mapping(script, read):
    """Members of a space, each with an account."""
    script.write(schema(), member("ada"), member("bo"), state({"at": 2}))
    found = read()
    assert [one.account for one in found.of(Membership)] == ["ada@example.org", "bo@example.org"]
    assert [one.name for one in found.of(Account)] == ["Ada", "Bo"]
    assert [one.key for one in found.of(Space)] == ["cop"]
    assert found.rejects == []


def test_the_tap_gets_its_state_back_as_it_was(script, read):
    """Whatever it holds; and none in a first run."""
    value = {"bookmarks": {"members": {"odd": [1, None, "ü"]}}}
    script.write(schema(), member("ada"), state(value))
    first = read()
    read(first.cursor)
    assert [one["state"] for one in script.calls()] == [None, value]


def test_a_checkpoint_comes_only_after_the_records_of_its_state(script, read):
    """A state before the first record keeps nothing; what comes after the last is not kept."""
    script.write(state({}), schema(), member("ada"), state({"at": 1}), member("bo"))
    kinds = [type(one).__name__ for one in read().items]
    assert kinds == [
        "Checkpoint", "Space", "Account", "Membership", "Checkpoint", "Account", "Membership",
        "Checkpoint",
    ]  # fmt: skip


def test_a_tap_that_fails_keeps_what_it_had_finished(script, context, settings):
    """And says with which code, and its last words without secrets or addresses."""
    words = ["password=hunter2hunter2", "no such thing: ada@example.org"]
    script.write(schema(), member("ada"), state({"at": 1}), member("bo"), exit=3, stderr=words)
    kept = []
    with pytest.raises(SourceUnavailable, match="code 3") as raised:
        for one in RECORDS.extract(context(settings()), None):
            kept.append(one)
    assert '"at":1' in [one for one in kept if isinstance(one, Checkpoint)][-1].cursor
    assert "no such thing" in str(raised.value)
    assert "ada@" not in str(raised.value)


def test_a_record_before_its_schema_is_refused(script, read):
    """Nothing says what its columns are; the others are read."""
    script.write(member("ada"), schema(), member("bo"), state({"at": 1}))
    found = read()
    assert [one.account for one in found.of(Membership)] == ["bo@example.org"]
    assert ["before the schema" in one.reason for one in found.rejects] == [True]


def test_a_value_that_does_not_fit_the_schema_is_refused(script, read):
    """With the number of its row and the name of the column; null always fits."""
    script.write(
        schema(), member("ada", email=7), member("bo", since=None), member("cy", other=[1]),
        state({"at": 1}),
    )  # fmt: skip
    found = read()
    assert [one.account for one in found.of(Membership)] == ["bo@example.org", "cy@example.org"]
    (bad,) = found.rejects
    assert (bad.key, bad.field) == ("row 1", "email")
    assert bad.reason == 'members, row 1: column "email": it should be string, and is integer'


@pytest.mark.parametrize(
    ("shape", "value", "fits"),
    [
        ({"type": "number"}, 3, True), ({"type": "integer"}, 3.0, True),
        ({"type": "integer"}, 3.5, False), ({"type": "integer"}, True, False),
        ({"type": ["string", "null"]}, {}, False), ({}, {}, True),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, 3, True),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 3, False),
        ({"anyOf": [{"type": "string"}, {}]}, 3, True), ({"type": "array"}, [], True),
    ],
)  # fmt: skip
def test_types_are_those_of_json_schema(shape, value, fits):
    """In all the forms in which taps write them."""
    from cophub.connectors.singer.messages import Schema, misfit, read_message

    line = {"type": "SCHEMA", "stream": "s", "schema": {"properties": {"a": shape}}}
    import json

    found = read_message(json.dumps(line).encode(), 1)
    assert isinstance(found, Schema)
    assert (misfit(value, found.properties["a"]) == "") is fits


def test_batches_are_refused_with_what_to_do(script, read):
    """Their records are in files, so going on would lose them."""
    script.write(schema(), {"type": "BATCH", "stream": "members", "manifest": ["a.gz"]})
    with pytest.raises(ConfigError, match="batch_config"):
        read()


def test_a_line_that_is_no_message_is_told(script, read):
    """Many a tap prints what should have gone to its log; unknown messages mean nothing."""
    script.write("Loading...", schema(), {"type": "METRIC"}, "", member("ada"), state({"at": 1}))
    found = read()
    assert [one.reason for one in found.rejects] == [
        "line 1 of the tap's output is no Singer message"
    ]
    assert len(found.of(Membership)) == 1
    script.write(schema(), {"type": "RECORD", "record": {"id": 1}}, *["Loading..."] * 25)
    reasons = [one.reason for one in read().rejects]
    assert reasons[0] == "line 2 of the tap's output is a RECORD that names no stream"
    assert len(reasons) == 20


def test_the_types_of_messages_may_be_small(script, read):
    """Taps that were not written with the library of the specification write them so."""
    script.write({**schema(), "type": "schema"}, {**member("ada"), "type": "record"})
    assert len(read().of(Membership)) == 1


def test_a_row_that_was_deleted_is_gone(script, read):
    """The tap says so itself; another column may say it as well."""
    script.write(schema(), member("ada", _sdc_deleted_at="2026-05-01T00:00:00Z"), state({"a": 1}))
    found = read()
    (gone,) = [one for one in found.items if isinstance(one, Gone)]
    assert gone.where == {"space": "cop", "account": "ada@example.org"}
    assert gone.told
    assert found.of(Membership) == []
    script.write(schema(), member("ada", removed="yes"), state({"a": 1}))
    again = read(streams={"members": MEMBERS | {"deleted": "removed"}})
    assert [one for one in again.items if isinstance(one, Gone)]


def version(number):
    return {"type": "ACTIVATE_VERSION", "stream": "members", "version": number}


def ended(found):
    return [one.but for one in found.items if isinstance(one, Gone)]


def test_a_new_version_of_a_table_ends_who_is_not_in_it(script, read):
    """Only one that is not known: taps that read changes say the same version each time."""
    script.write(schema(), version(1), member("ada"), member("bo"), version(1), state({"a": 1}))
    first = read()
    script.write(schema(), version(1), member("cy"), state({"a": 2}))
    second = read(first.cursor)
    assert ended(second) == []
    script.write(schema(), member("bo"), version(2), state({"a": 3}))
    assert ended(read(second.cursor)) == [(("cop", "bo@example.org"),)]


def test_who_is_absent_stays_where_the_settings_say_so(script, read):
    """Whatever versions the tap activates."""
    script.write(schema(), member("ada"), version(1), state({"a": 1}))
    assert ended(read(streams={"members": MEMBERS | {"absent": "stays"}})) == []


def test_a_table_ends_its_own_rows_only(script, read):
    """Another stream may be about people of the same space."""
    both = {name: MEMBERS | {"absent": "gone"} for name in ("members", "alumni")}
    catalog = {"streams": [stream("members"), stream("alumni")]}
    script.write(schema(), schema("alumni"), member("ada"), member("bo", "alumni"), catalog=catalog)
    gone = [one for one in read(streams=both).items if isinstance(one, Gone)]
    assert [(one.where, one.but) for one in gone] == [
        ({"extra.singer_stream": "members"}, (("cop", "ada@example.org"),)),
        ({"extra.singer_stream": "alumni"}, (("cop", "bo@example.org"),)),
    ]


def test_a_run_that_goes_on_after_a_failure_ends_nobody(script, read, context, settings):
    """It gives the rest of the table, not the whole."""
    script.write(schema(), version(1), member("ada"), state({"a": 1}), exit=1)
    kept = []
    with pytest.raises(SourceUnavailable):
        for one in RECORDS.extract(context(settings()), None):
            kept.append(one)
    cursor = [one for one in kept if isinstance(one, Checkpoint)][-1].cursor
    script.write(schema(), member("bo"), version(1), state({"a": 2}))
    rest = read(cursor)
    assert ended(rest) == []
    script.write(schema(), member("bo"), version(2), state({"a": 3}))
    assert ended(read(rest.cursor)) == [(("cop", "bo@example.org"),)]


def test_who_is_absent_has_left_where_the_settings_say_that_all_are_given(script, read):
    """Unless a row was not understood: it may have been theirs."""
    whole = {"members": MEMBERS | {"absent": "gone"}}
    script.write(schema(), member("ada"))
    found = read(streams=whole)
    assert ended(found) == [(("cop", "ada@example.org"),)]
    assert found.cursors == []
    script.write(schema(), member("ada"), member("bo", email=7))
    assert ended(read(streams=whole)) == []
    script.write(schema(), member("ada"), "half a li")
    assert ended(read(streams=whole)) == []
    script.write()
    assert ended(read(streams=whole)) == []


def test_of_two_rows_with_one_key_the_last_counts(script, read):
    """A record of a tap is what the row is now."""
    script.write(schema(), member("ada"), member("ada", full_name="Ada Lund"), state({"a": 1}))
    found = read()
    assert found.rejects == []
    assert found.last(Account)["ada@example.org"]["name"] == "Ada Lund"


def test_values_within_objects_are_mapped_by_their_path(script, read):
    """`profile.mail` is the mail of the object profile."""
    columns = {"email": "profile.mail", "name": "full_name"}
    row = member("ada", profile={"mail": "ada@example.net"})
    script.write(schema(profile="object"), row, state({"a": 1}))
    found = read(streams={"members": MEMBERS | {"columns": columns}})
    assert [one.account for one in found.of(Membership)] == ["ada@example.net"]


def test_stays_are_added_up_before_anything_is_kept(script, read):
    """A checkpoint between two stays of one person would lose the first."""
    calls = {
        "record": "attendance", "space": "cop",
        "columns": {"event": "call", "email": "email", "joined_at": "from", "left_at": "to"},
    }  # fmt: skip
    shape = schema("stays", **{"call": "string", "from": "string", "to": "string"})

    def stay(start, end):
        at = "2026-05-01T{}:00Z"
        row = {"call": "c1", "email": "ada@example.org"}
        row |= {"from": at.format(start), "to": at.format(end)}
        return {"type": "RECORD", "stream": "stays", "record": row}

    script.write(shape, stay("09:00", "09:10"), state({"a": 1}), stay("09:20", "09:50"),
                 state({"a": 2}), catalog={"streams": [stream("stays")]})  # fmt: skip
    found = read(streams={"stays": calls})
    (one,) = found.of(Attendance)
    assert (one.minutes, one.visits) == (40, 2)
    assert len(found.cursors) == 1


@pytest.mark.parametrize("cursor", ["", "{}", "no json", '{"settings": "x"}'])
def test_a_cursor_of_somebody_else_means_to_read_all(script, read, cursor):
    """The engine is told so; nothing is given to the tap that is not its own."""
    script.write(schema())
    with pytest.raises(CursorExpired):
        read(cursor)


def test_another_mapping_means_to_read_all(script, read):
    """What the tap gave before would be missing in it."""
    script.write(schema(), member("ada"), state({"a": 1}))
    first = read()
    with pytest.raises(CursorExpired, match="changed"):
        read(first.cursor, streams={"members": MEMBERS | {"space": "other"}})

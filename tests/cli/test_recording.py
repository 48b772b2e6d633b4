"""`sync --record` and `replay`, as a person calls them."""

from collections.abc import Callable

from .conftest import Answer, Folder

Call = Callable[..., Answer]


def test_a_recording_is_played_into_a_new_file(cophub: Call, folder: Folder) -> None:
    taken = folder.folder / "taken"
    assert cophub("sync", "--record", "taken").code == 0
    assert taken.stat().st_mode & 0o777 == 0o700
    answer = cophub("replay", "taken", "--into", "again.db")
    assert answer.code == 0
    assert "lists done" in answer.out
    assert "5 new" in answer.out
    folder.configure((folder.folder / "plugins.toml").read_text().replace("[hub]", HUB))
    assert cophub("runs", "--json").json["runs"][0]["source"] == "lists"


HUB = '[hub]\nwarehouse = "sqlite:///again.db"'


def test_what_cannot_be_played_is_refused(cophub: Call) -> None:
    cophub("sync", "--record", "taken")
    again = cophub("sync", "--record", "taken")
    assert (again.code, "is not empty; name a new folder" in again.err) == (2, True)
    filled = cophub("replay", "taken")
    assert (filled.code, "is not empty: table run has rows" in filled.err) == (2, True)
    nothing = cophub("replay", "mail", "--into", "again.db")
    assert (nothing.code, "holds no recording" in nothing.err) == (2, True)
    entries = cophub("audit", "--json").json
    assert "record" in str(entries)


def test_people_are_left_out_of_a_recording_only(cophub: Call) -> None:
    answer = cophub("sync", "--without-people")
    assert (answer.code, "--record" in answer.err) == (2, True)
    assert cophub("sync", "--record", "taken", "--without-people").code == 0

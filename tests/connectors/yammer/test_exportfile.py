"""An export is looked over before anything of it is unpacked."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from cophub.connectors.yammer import exportfile
from cophub.connectors.yammer.exportfile import BadExport, open_export

from .exports import encrypted, export, message, patched, table


def refusal(path: Path) -> str:
    """Why the export is refused: one line."""
    with pytest.raises(BadExport) as refused, open_export(path) as found:
        for name in ("Users.csv", "Groups.csv", "Messages.csv"):
            list(found.rows(name))
    text = str(refused.value)
    assert "\n" not in text
    assert text.startswith(path.name)
    return text


def test_rows_are_read_by_the_names_of_columns_and_external_networks_are_folders(
    tmp_path: Path,
) -> None:
    partner = {"Partner Net/Messages.csv": table(("body", "ID"), [{"ID": 9, "body": 'a,\n"b"'}])}
    path = export(tmp_path / "a.zip", messages=[message(1)], more=partner)
    with open_export(path) as found:
        rows = list(found.rows("Messages.csv", "id", "body"))
    assert [(row.folder, row.get("id"), row.get("body")) for row in rows] == [
        ("", "1", "text 1"),
        ("Partner Net", "9", 'a,\n"b"'),
    ]


def test_null_in_a_column_is_nothing(tmp_path: Path) -> None:
    path = export(tmp_path / "a.zip", messages=[message(1, title="null", deleted_at="NULL")])
    with open_export(path) as found:
        row = next(found.rows("Messages.csv"))
    assert (row.get("title"), row.get("deleted_at"), row.get("title", "body")) == ("", "", "text 1")


def test_a_field_of_a_megabyte_is_read(tmp_path: Path) -> None:
    path = export(tmp_path / "a.zip", messages=[message(1, body="word " * 200_000)])
    with open_export(path) as found:
        assert len(next(found.rows("Messages.csv")).get("body")) == 1_000_000


def test_the_log_tells_what_went_wrong_and_a_good_one_tells_nothing(tmp_path: Path) -> None:
    good = export(tmp_path / "good.zip", log="Messages.csv: 12 rows\nFinished with 0 errors\n")
    bad = export(tmp_path / "bad.zip", log="Users: 3\nERROR: Messages export timed out\n")
    with open_export(good) as found:
        assert found.has_log
        assert found.troubles() == []
    with open_export(bad) as found:
        assert found.troubles() == ["ERROR: Messages export timed out"]


def test_a_copy_under_another_name_is_the_same_export(tmp_path: Path) -> None:
    one = export(tmp_path / "a.zip", messages=[message(1)])
    two = tmp_path / "b.zip"
    two.write_bytes(one.read_bytes())
    other = export(tmp_path / "c.zip", messages=[message(2)])
    digests = []
    for path in (one, two, other):
        with open_export(path) as found:
            digests.append(found.digest)
    assert digests[0] == digests[1] != digests[2]


def test_a_file_that_packs_too_well_is_a_bomb(tmp_path: Path) -> None:
    path = export(tmp_path / "a.zip", more={"x/Messages.csv": b"id\n" + b"0" * (4 << 20)})
    assert "times its size" in refusal(path)


def test_a_total_beyond_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exportfile, "MAX_UNPACKED", 100)
    assert "would unpack to" in refusal(export(tmp_path / "a.zip", messages=[message(1)]))


def test_too_many_entries_are_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(tmp_path / "a.zip")
    monkeypatch.setattr(exportfile, "MAX_ENTRIES", 3)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "holds 7 files, more than 3" in refusal(path)


def test_a_large_zip_tells_its_entries_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(tmp_path / "a.zip")
    content = path.read_bytes()
    end = content.rfind(b"PK\x05\x06")
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 9, 9_000_000, 1, 0)
    place = b"PK\x06\x07" + struct.pack("<LQL", 0, end, 1)
    small = content[end : end + 8] + b"\xff\xff\xff\xff" + content[end + 12 :]
    path.write_bytes(content[:end] + record + place + small)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "holds 9,000,000 files" in refusal(path)


@pytest.mark.parametrize(
    "name", ["../Messages.csv", "a/../../x.csv", "/etc/Users.csv", "C:/x.csv", "..\\x.csv"]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    assert "leads out of it" in refusal(export(tmp_path / "a.zip", more={name: b"id\n1\n"}))


def test_folders_nested_too_deep_are_refused(tmp_path: Path) -> None:
    name = "/".join("abcdefghij") + "/Messages.csv"
    assert "nested 10 deep" in refusal(export(tmp_path / "a.zip", more={name: b"id\n"}))


def test_archives_inside_are_never_opened(tmp_path: Path) -> None:
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("Messages.csv", "id\n1\n")
    path = export(tmp_path / "a.zip", more={"Files/1.zip": inside.getvalue()})
    with open_export(path) as found:
        assert list(found.rows("Messages.csv")) == []


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    path = export(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("Messages.csv", "id\n")
    assert "holds Messages.csv twice" in refusal(path)


def test_files_that_overlap_are_a_bomb(tmp_path: Path) -> None:
    path = export(tmp_path / "a.zip", messages=[message(1)])
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("Messages.csv")
    wrong = struct.pack("<LL", 900_000, info.file_size)
    patched(path, struct.pack("<LL", info.compress_size, info.file_size), wrong)
    assert "overlap" in refusal(path)


def test_an_encrypted_export_is_refused(tmp_path: Path) -> None:
    assert "is encrypted" in refusal(encrypted(export(tmp_path / "a.zip")))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_cut_off_file_is_told_as_such(tmp_path: Path, kept: float) -> None:
    path = export(tmp_path / "a.zip", messages=[message(n) for n in range(1, 50)])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert "is cut off" in refusal(path)


def test_damage_inside_is_told_with_the_file(tmp_path: Path) -> None:
    path = export(tmp_path / "a.zip", messages=[message(n) for n in range(1, 500)])
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("Messages.csv")
    content = bytearray(path.read_bytes())
    middle = info.header_offset + 60 + info.compress_size // 2
    content[middle : middle + 8] = bytes(8)
    path.write_bytes(bytes(content))
    assert "a.zip: Messages.csv is damaged" in refusal(path)


def test_what_is_no_zip_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"<html>Sign in</html>" * 9)
    assert "is no ZIP file" in refusal(tmp_path / "a.zip")
    (tmp_path / "b.zip").write_bytes(b"")
    assert "is empty" in refusal(tmp_path / "b.zip")


def test_another_zip_is_no_export(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert "is it a Network Data Export?" in refusal(tmp_path / "a.zip")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = export(tmp_path / "a.zip", more={"n/Messages.csv": b"identity,body\n1,x\n"})
    with open_export(path) as found, pytest.raises(BadExport, match='has no column "id"'):
        list(found.rows("Messages.csv", "id"))


def test_the_vendors_columns_are_those_that_tests_write(vendor_files: Path) -> None:
    from .exports import GROUPS, MESSAGES, USERS

    lines = (vendor_files / "microsoft/yammer/export_columns.csv").read_text().splitlines()[1:]
    known: dict[str, set[str]] = {}
    for line in lines:
        known.setdefault(line.split(",")[0], set()).add(line.split(",")[1])
    assert set(USERS) == known["Users.csv"]
    assert known["Messages.csv"] <= set(MESSAGES)
    assert known["Groups.csv"] <= set(GROUPS)

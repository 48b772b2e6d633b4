"""Workbooks: sheets, kinds of cells, and those that are made to do harm."""

import datetime as dt
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from cophub import Account, Attendance, Event, Membership
from cophub.connectors.files.bounds import UnreadableError, see_that_it_fits

WHEN = dt.datetime(2024, 3, 4, 14, 30)  # noqa: DTZ001 - a cell has no zone


def test_cells_keep_what_they_are(make_book, read):
    rows = [
        ["Members of the group"], [], [None, None],
        ["Id", "E-mail", "Joined", "Role", "Org"],
        [123.0, "a@example.org", dt.date(2024, 3, 4), "Animatrice", "=SUM(A1)"],
        [None] * 5,
        [124, "b@example.org", WHEN, None, "#N/A"],
        [1.2345678901234567e18, "c@example.org", None, None, None],
    ]  # fmt: skip
    columns = {
        "account": "Id", "email": "E-mail", "joined_at": "Joined", "role": "Role",
        "organization": "Org",
    }  # fmt: skip
    found = read(make_book("a.xlsx", {"People": rows}), columns=columns, timezone="Africa/Nairobi")
    one, two = found.of(Membership)
    assert (one.account, one.role) == ("123", "facilitator")
    assert one.joined_at == dt.datetime(2024, 3, 3, 21, tzinfo=dt.UTC)
    assert (two.account, two.role) == ("124", "member")
    assert two.joined_at == dt.datetime(2024, 3, 4, 11, 30, tzinfo=dt.UTC)
    assert [a.organization for a in found.of(Account)] == ["=SUM(A1)", None]
    (reject,) = found.rejects
    assert reject.reason.startswith('a.xlsx, sheet "People", row 8: column "Id": the id has more')


def test_a_formula_gives_the_value_that_was_saved_with_it(tmp_path: Path, read):
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["E-mail", "Org"])
        sheet.write_row(1, 0, ["a@example.org"])
        sheet.write_formula(1, 1, '="W"&"HO"', None, "WHO")
    found = read(tmp_path / "a.xlsx", columns={"email": "E-mail", "organization": "Org"})
    assert found.of(Account)[0].organization == "WHO"


def test_durations_times_and_days_of_a_workbook(make_book, read):
    rows = [
        ["Name", "Day", "In", "Out", "Stayed"],
        ["Ada", dt.date(2024, 3, 4), dt.time(23, 30), dt.time(0, 15), dt.timedelta(minutes=45)],
        ["Bo", dt.date(2024, 3, 4), dt.time(23, 30), None, dt.timedelta(hours=25)],
    ]
    found = read(
        make_book("a.xlsx", {"Calls": rows}),
        record="attendance",
        columns={
            "name": "Name", "event_starts_at": "Day", "joined_at": "In", "left_at": "Out",
            "minutes": "Stayed",
        },
        values={"event_title": "Call"},
    )  # fmt: skip
    ada, bo = found.of(Attendance)
    assert ada.joined_at == dt.datetime(2024, 3, 4, 23, 30, tzinfo=dt.UTC)
    assert ada.left_at == dt.datetime(2024, 3, 5, 0, 15, tzinfo=dt.UTC)
    assert (ada.minutes, bo.minutes) == (45, 1500)
    assert len(found.of(Event)) == 1


SHEETS = {
    "Notes": [["Nothing here"]],
    "2023": [["E-mail"], ["a@example.org"]],
    "Old": [["E-mail"], ["old@example.org"]],
    "2024": [["E-mail"], ["b@example.org"]],
}


@pytest.mark.parametrize(
    ("sheet", "who"),
    [
        (None, ["a@example.org"]),
        ("2024", ["b@example.org"]),
        (4, ["b@example.org"]),
        ("*", ["a@example.org", "b@example.org"]),
        ("old", ["old@example.org"]),
    ],
)
def test_the_sheet_is_the_first_that_fits_or_the_one_that_is_named(make_book, read, sheet, who):
    book = make_book("a.xlsx", SHEETS, hidden=["Old"])
    assert [m.account for m in read(book, sheet=sheet).of(Membership)] == who


def test_a_sheet_that_is_not_there_is_said_with_those_that_are(make_book, read):
    (reject,) = read(make_book("a.xlsx", SHEETS), sheet="2025").rejects
    assert reject.reason == 'a.xlsx: it has no sheet "2025"; it has Notes, 2023, Old, 2024'


def rezip(path: Path, change) -> Path:
    """The workbook with its members changed by `change(name, content)`."""
    with zipfile.ZipFile(path) as packed:
        members = {one.filename: packed.read(one) for one in packed.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, change(name, content))
    return path


def test_a_bomb_is_refused_before_it_unpacks(make_book, read):
    book = rezip(
        make_book("a.xlsx", {"A": [["E-mail"], ["a@example.org"]]}),
        lambda name, content: content + b" " * (40 << 20) if "sheet1" in name else content,
    )
    assert book.stat().st_size < 1 << 20
    (reject,) = read(book, max_unpacked_mb=20).rejects
    assert "unpacks to more than 20 MB" in reject.reason


def test_a_bomb_that_lies_about_its_size_is_refused_too(make_book, read):
    book = rezip(
        make_book("a.xlsx", {"A": [["E-mail"], ["a@example.org"]]}),
        lambda name, content: content + b" " * (40 << 20) if "sheet1" in name else content,
    )
    data = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as packed:
        sizes = [one.file_size for one in packed.infolist() if one.file_size > 1 << 20]
    for size in sizes:
        data = data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    book.write_bytes(bytes(data))
    (reject,) = read(book, max_unpacked_mb=20).rejects
    assert "unpacks to more than 20 MB" in reject.reason


def test_a_book_of_very_many_files_is_refused(tmp_path, read):
    """Each of them takes memory, however little is in it."""
    book = tmp_path / "a.xlsx"
    with zipfile.ZipFile(book, "w") as packed:
        for number in range(10_001):
            packed.writestr(f"xl/{number}", b"")
    (reject,) = read(book).rejects
    assert "packs 10001 files" in reject.reason


def test_a_bomb_is_never_in_memory_whole(tmp_path):
    """It is looked at piece by piece, however well it was packed."""
    book = tmp_path / "a.xlsx"
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/a", b" " * (64 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match="unpacks to more"):
            see_that_it_fits(book, 60 << 20)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_lone_cell_far_away_is_refused_before_the_memory_is_taken(make_book, read):
    book = rezip(
        make_book("a.xlsx", {"A": [["E-mail"], ["a@example.org"]]}),
        lambda name, content: content.replace(
            b"</sheetData>",
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
        ),
    )
    (reject,) = read(book).rejects
    assert "a cell lies far away from the others (row 1048576)" in reject.reason


def test_damage_of_any_kind_is_a_reject_and_never_an_end(make_book, read):
    import random

    book = make_book("a.xlsx", {"A": [["E-mail"], *[[f"p{n}@example.org"] for n in range(20)]]})
    good, chance = book.read_bytes(), random.Random(7)
    for turn in range(120):
        data = bytearray(good)
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if turn % 3 == 0:
            del data[chance.randrange(len(data)) :]
        book.write_bytes(bytes(data))
        found = read(book)
        assert found.of(Membership) or found.rejects


def ods(path: Path, rows: str) -> Path:
    """An OpenDocument workbook with these rows, as XML."""
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    declared = " ".join(f'xmlns:{name}="{uri}"' for name, uri in spaces.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            f"<office:document-content {declared}><office:body><office:spreadsheet>"
            f'<table:table table:name="A">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        packed.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}"/>')
    return path


def cells(*texts: str) -> str:
    made = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row>{made}</table:table-row>"


EMPTY = (
    '<table:table-row table:number-rows-repeated="1048570">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def test_an_opendocument_workbook_is_read(tmp_path, read):
    date = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>a@example.org'
        '</text:p></table:table-cell><table:table-cell office:value-type="date"'
        ' office:date-value="2024-03-04"><text:p>04/03/24</text:p></table:table-cell>'
        "</table:table-row>"
    )
    book = ods(tmp_path / "a.ods", cells("E-mail", "Joined") + date + EMPTY)
    found = read(book, columns={"email": "E-mail", "joined_at": "Joined"})
    assert found.rejects == []
    assert found.of(Membership)[0].joined_at == dt.datetime(2024, 3, 4, tzinfo=dt.UTC)


def test_an_opendocument_workbook_that_repeats_cells_without_end_is_refused(tmp_path, read):
    bomb = (
        '<table:table-row table:number-rows-repeated="60000"><table:table-cell'
        ' table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    (reject,) = read(ods(tmp_path / "a.ods", cells("E-mail") + bomb)).rejects
    assert "a cell lies far away" in reject.reason

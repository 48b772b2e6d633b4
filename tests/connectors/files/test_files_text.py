"""Text tables, whatever wrote them."""

import pytest

from cophub import Account, Membership
from cophub.records import UNSET

ROWS = "E-mail;Nom;Pays\namina@example.org;Aminé Diallo;Sénégal\nmaria@example.org;María;Perú\n"


def names(found):
    return {account.key: account.name for account in found.of(Account)}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_character_set_and_delimiter_are_found_out(make, read, encoding, delimiter):
    file = make("a.csv", ROWS.replace(";", delimiter), encoding)
    found = read(file, columns={"email": "E-mail", "name": "Nom", "country": "Pays"})
    assert names(found) == {"amina@example.org": "Aminé Diallo", "maria@example.org": "María"}
    assert found.rejects == []


def test_letters_beyond_western_europe_are_guessed_from_the_text(make, read):
    text = "E-mail;Имя\n" + "".join(
        f"p{n}@example.org;Сергей Иванович Петров из города Москвы\n" for n in range(30)
    )
    found = read(make("a.csv", text, "cp1251"), columns={"email": "E-mail", "name": "Имя"})
    assert names(found)["p1@example.org"] == "Сергей Иванович Петров из города Москвы"


def test_what_the_settings_say_of_the_text_comes_first(make, read):
    file = make("a.txt", "E-mail~Nom\na@example.org~Zoë,Ann;B\n", "mac_roman")
    found = read(
        file, columns={"email": "E-mail", "name": "Nom"}, delimiter="~", encoding="mac_roman"
    )
    assert names(found) == {"a@example.org": "Zoë,Ann;B"}


def test_line_breaks_in_cells_and_blank_rows_count_as_excel_counts_them(make, read):
    text = 'E-mail,Name\r\n\r\na@example.org,"Ada\r\nLovelace"\r\n,,\r\nnot an address,Bob\r\n'
    found = read(make("a.csv", text), columns={"email": "E-mail", "name": "Name"})
    assert names(found) == {"a@example.org": "Ada Lovelace"}
    assert [reject.reason for reject in found.rejects] == [
        'a.csv, row 5: column "E-mail": it holds no e-mail address'
    ]
    assert found.rejects[0].field == "E-mail"


def test_the_line_that_tells_excel_the_delimiter_is_obeyed_and_not_counted(make, read):
    found = read(make("a.csv", "sep=;\nE-mail;A,B,C\na@example.org;1,2,3\nx;4,5,6\n"))
    assert [m.account for m in found.of(Membership)] == ["a@example.org"]
    assert found.rejects[0].reason.startswith("a.csv, row 3:")


def test_ids_telephone_numbers_and_formulas_are_text(make, read):
    text = (
        "E-mail,Id,Org,Unit\na@example.org,00123,=HYPERLINK(1),'+1\n"
        "b@example.org,1.23457E+15,@you,-\n"
    )
    columns = {"email": "E-mail", "account": "Id", "organization": "Org", "department": "Unit"}
    found = read(make("a.csv", text), columns=columns)
    (account,) = found.of(Account)
    assert (account.key, account.organization, account.department) == (
        "00123", "=HYPERLINK(1)", "+1",
    )  # fmt: skip
    assert "shortened" in found.rejects[0].reason


def test_titles_are_found_under_headings_and_by_any_spelling(make, read):
    text = "MERCOP\n\nAs of,1 May\n\n E-MAIL *,Prénom\na@example.org,Ada\n"
    found = read(make("a.csv", text), columns={"email": "e-mail", "given_name": "prenom"})
    assert found.of(Account)[0].given_name == "Ada"


def test_two_columns_of_one_name_are_told_apart(make, read):
    text = "E-mail,Name,Name\na@example.org,Ada,Org A\n"
    found = read(make("a.csv", text), columns={"email": "E-mail", "organization": "Name (2)"})
    assert found.of(Account)[0].organization == "Org A"


def test_columns_without_titles_are_named_by_letter(make, read):
    found = read(
        make("a.csv", "x\na@example.org,Ada\nb@example.org,Bo\n"),
        columns={"email": "column A", "name": "column B"}, skip_rows=1,
    )  # fmt: skip
    assert names(found) == {"a@example.org": "Ada", "b@example.org": "Bo"}


def test_totals_and_repeated_titles_are_left_out_and_said(make, ask):
    text = "E-mail,Name,Calls\na@example.org,A,1\nE-mail,Name,Calls\nb@example.org,B,2\nTotal,,3\n"
    file = make("a.csv", text)
    said = ask("check", file, record="membership", columns={"email": "E-mail"})
    messages = [verdict.message for verdict in said]
    assert any("2 rows" in m and "0 rejected" in m for m in messages)
    assert "a.csv: row 5 is a row of totals and was left out" in messages
    assert "a.csv: row 3 repeats the titles and was left out" in messages


def test_a_row_with_more_cells_than_titles_is_a_reject(make, read):
    text = "E-mail,Name\na@example.org,Lovelace, Ada\nb@example.org,Bo\n"
    found = read(make("a.csv", text))
    assert [m.account for m in found.of(Membership)] == ["b@example.org"]
    assert found.rejects[0].reason == "a.csv, row 2: it has 3 cells where the titles are 2"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xls", "<html><table><tr><td>E-mail</td></tr></table>", "it is a web page"),
        ("a.csv", b"%PDF-1.7 ...", "it is a PDF"),
        ("a.xlsx", b"PK\x03\x04 cut off", "it is damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut off", "it is no workbook"),
        ("a.csv", "", "there is no table in it"),
        ("a.csv", "Name,Mail\nAda,a@example.org\n", 'it has no column "E-mail" (row 1 has "Name"'),
        ("a.csv", 'E-mail\n"open' + "\nx" * 3000, "a quotation mark is opened"),
    ],
)
def test_what_is_no_such_table_is_said_and_stops_no_other_file(make, read, name, content, reason):
    make("good.csv", "E-mail\ngood@example.org\n")
    file = make(f"sub/{name}", content)
    found = read(file.parent.parent)
    assert [m.account for m in found.of(Membership)] == ["good@example.org"]
    (reject,) = found.rejects
    assert reject.reason.startswith(f"sub/{name}: ")
    assert reason in reject.reason


def test_a_text_that_is_too_large_or_has_a_very_long_cell_is_as_the_settings_say(make, read):
    """More than the settings allow is refused; a body of a message may be long."""
    long = "E-mail,Text\na@example.org," + "x" * 200_000 + "\n"
    columns = {"email": "E-mail", "extra.text": "Text"}
    assert len(read(make("a.csv", long), columns=columns).of(Membership)) == 1
    (reject,) = read(make("a.csv", long * 6), columns=columns, max_unpacked_mb=1).rejects
    assert "more than 1 MB" in reject.reason


def test_a_row_that_only_begins_like_a_total_is_a_row(make, read):
    """Somebody is called so."""
    text = "Name,E-mail\nTotal,t@example.org\nSuma,s@example.org\nTotal,2\n"
    found = read(make("a.csv", text), columns={"name": "Name", "email": "E-mail"})
    assert [m.account for m in found.of(Membership)] == ["t@example.org", "s@example.org"]


def test_a_character_set_that_is_set_and_wrong_is_said(make, read):
    text = "E-mail;Nom\na@example.org;Zoé\n"
    (reject,) = read(make("a.csv", text, "windows-1252"), encoding="utf-8").rejects
    assert reject.reason == "a.csv: it is not in utf-8; correct encoding, or leave it out"


def test_addresses_are_verified_where_the_settings_say_so(make, read):
    """Else somebody on this list is not put together with the same address elsewhere."""
    file = make("a.csv", "E-mail,Name,Topic,Start\na@example.org,Ada,Call,2024-03-04\n,Bo,Call,\n")
    columns = {"email": "E-mail", "name": "Name"}
    call = {"event_title": "Topic", "event_starts_at": "Start"}
    for settings in (
        {"columns": columns}, {"record": "attendance", "columns": columns | call},
        {"record": "post", "columns": columns | {"title": "Topic"}},
    ):  # fmt: skip
        known = [read(file, verified=sure, **settings).of(Account) for sure in (False, True)]
        assert [one.email_verified for one, *_ in known] == [False, True]
        assert {UNSET, None} >= {one.email_verified for found in known for one in found[1:]}

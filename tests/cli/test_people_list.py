"""`people list` and what people write where accounts and answers are asked for."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from .conftest import Answer
from .directory import Directory, directory, person

__all__ = ["directory"]
Call = Callable[..., Answer]


def test_the_list_is_searched_and_ordered_without_accents_case_and_script(
    directory: Directory, cophub: Call
) -> None:
    """As people look for names, not as a database stores them; who has no name comes last."""
    directory.write(
        "list",
        person("1", "Zoë Kuznetsova", "zoe@gmail.com"),
        person("2", "Екатерина Кузнецова", "kat@gmail.com"),
        person("3", "émile zola", "ez@gmail.com"),
        person("4", "", "a.nameless@gmail.com"),
    )
    directory.run()
    names = [p["name"] for p in cophub("people", "list", "--json").json["people"]]
    latin = ["Amina Diallo", "Celeste"]
    assert names == [*latin, "Екатерина Кузнецова", "Émile Zola", "Zoë Kuznetsova", None]
    for asked, count in (("kuznets", 2), ("EMILE", 1), ("nameless", 1), ("ÉMILE Z", 1)):
        assert cophub("people", "list", asked, "--json").json["total"] == count, asked


def test_what_is_no_person_is_listed_by_its_kind(directory: Directory, cophub: Call) -> None:
    """Somebody who misses a person finds them, and `show` says why they are none."""
    directory.write("list", person("1", "", "info@acme-aid.org"), person("2", "iPhone de Maria"))
    directory.run()
    listed = cophub("people", "list", "iphone").out
    assert "none of kind person, 1 of other kinds: cophub people list iphone --kind all" in listed
    found = cophub("people", "list", "--kind", "all", "--json").json["people"]
    assert {p["kind"] for p in found} == {"device", "person", "role_mailbox"}
    assert "role_mailbox" in cophub("people", "list", "--kind", "all").out
    only = cophub("people", "list", "--kind", "device", "--json").json["people"]
    assert [p["name"] for p in only] == ["iPhone de Maria"]


def test_accounts_to_split_off_may_be_a_list_or_a_range(directory: Directory, cophub: Call) -> None:
    """`1,2` and `1-2` as well as `1 2`; what is no account of theirs is told."""
    person_id = directory.people()["list:1"]
    cophub("people", "merge", "list:1", "list:2", "list:3")
    for asked in (("3", "4"), ("3,4",), ("3-4",)):
        answer = cophub("people", "split", person_id, *asked, "--instead", "--dry-run", "--json")
        assert len(answer.json["made"]) == 4, answer.err
    wrong = cophub("people", "split", person_id, "4-9")
    assert (wrong.code, "numbers them" in wrong.err) == (2, True)


def test_answers_are_taken_in_other_languages_and_not_from_workbooks(
    directory: Directory, cophub: Call, tmp_path: Path
) -> None:
    """A colleague in Bamako writes `oui`; a workbook is told by what to do with it."""
    directory.write("guests", person("n1", "", "k1@x1.example"), person("n2", "", "k2@x2.example"))
    directory.run()
    directory.ask("guests:n1", "guests:n2")
    sheet = tmp_path / "q.csv"
    cophub("people", "review", "--csv", str(sheet))
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"))))
    sheet.write_text(f"question;answer\n{rows[0]['question']};Oui\n", "utf-8")
    taken = cophub("people", "review", "--answers", str(sheet)).out
    assert "1 answer kept" in taken
    assert "figures and site follow with the next cophub run" in taken
    sheet.write_bytes(b"PK\x03\x04 and so on")
    wrong = cophub("people", "review", "--answers", str(sheet))
    assert (wrong.code, "save it as CSV" in wrong.err) == (2, True)


def test_what_too_many_share_to_be_compared_is_told(directory: Directory, cophub: Call) -> None:
    """By the run, by `status` and by `doctor`; and only where there is any."""
    assert "too common" not in cophub("status").out + cophub("doctor").out
    directory.write(
        "calls", *(person(str(n), "Maria Garcia", f"m@x{n}.example") for n in range(40))
    )
    assert cophub("sync").code == 0
    for command in (("run", "identities", "--no-sync"), ("status",), ("doctor",)):
        assert "too common to be searched by (40 accounts)" in cophub(*command).out, command
    (note,) = cophub("status", "--json").json["notes"]
    assert "cophub people why A B" in note


def test_who_shows_one_word_alone_is_told_apart_in_the_count(
    directory: Directory, cophub: Call
) -> None:
    """Celeste typed her name into a call: she may be anybody."""
    assert "1 of them shows one word of a name, and may be anybody" in cophub("people", "list").out
    answer = cophub("people", "list", "--json").json
    assert (answer["total"], answer["unclear"]) == (4, 1)
    assert cophub("people", "list", "Amina", "--json").json["unclear"] == 0
    assert "may be anybody" not in cophub("people", "list", "Amina").out


def test_a_country_is_one_however_accounts_write_it(directory: Directory, cophub: Call) -> None:
    """In the list, on the card and in the export."""
    directory.write("calls", person("5", "Ngozi Eze", "ngozi@moh.example", country="Nigéria"))
    directory.write("more", person("6", "EZE, Ngozi (MoH)", "ngozi@moh.example", country="nigeria"))
    directory.run()
    (row,) = cophub("people", "list", "Eze", "--json").json["people"]
    assert (row["name"], row["country"]) == ("Ngozi Eze", "NG")
    card = cophub("people", "show", "calls:5", "--json").json["person"]
    assert [card["country"], *(view["country"] for view in card["accounts"])] == ["NG"] * 3
    assert "Nigeria (NG)" in cophub("people", "show", "calls:5").out
    exported = csv.DictReader(io.StringIO(cophub("export", "person").out))
    assert {r["name"]: r["country"] for r in exported}["Ngozi Eze"] == "NG"

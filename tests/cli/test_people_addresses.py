"""Who sees the addresses of people: it is said for each source, and the most restricted decides."""

import csv
import io
from collections.abc import Callable

from .conftest import Answer
from .directory import AMINA_AGAIN, Directory, directory, person

__all__ = ["directory"]
Call = Callable[..., Answer]

SHOWN = 'addresses = "shown"\npurpose = "to run the club"\nlawful_basis = "consent"\n'


def test_a_source_may_show_its_addresses(directory: Directory, cophub: Call) -> None:
    directory.said["list"] = SHOWN
    directory.configure()
    for command in (("show", "list:2"), ("list", "Tomasz"), ("show", "list:2", "--json")):
        assert "t.kowalczyk@zdrowie.example" in cophub("people", *command).out, command
    assert "kowalczyk@" not in cophub("people", "why", "list:2", "calls:77").out
    rows = csv.DictReader(io.StringIO(cophub("export", "person").out))
    assert {row["name"]: row["email"] for row in rows} == {
        "Amina Diallo": "a***@fhi.example",
        "Tomasz Kowalczyk": "t.kowalczyk@zdrowie.example",
        "Wanjiru Kamau": "wkamau@moh.example",
        "Celeste": "",
    }


def test_a_person_is_as_visible_as_the_most_restricted_account(
    directory: Directory, cophub: Call
) -> None:
    """Another address, of a source that masks its own, hides the one that could be read."""
    directory.said["list"] = SHOWN
    directory.write("calls", AMINA_AGAIN, person("5", "Ewa Lis", "tomek@home.example"))
    directory.run()
    assert "t.kowalczyk@zdrowie.example" in cophub("people", "show", "list:2").out
    cophub("people", "merge", "list:2", "calls:5")
    for command in (
        ("people", "show", "list:2", "--history"), ("people", "list"), ("export", "person"),
        ("people", "why", "list:2"), ("people", "decisions"), ("people", "show", "2", "--json"),
    ):  # fmt: skip
        out = cophub(*command).out
        assert "kowalczyk@" not in out and "tomek@" not in out, command
    assert "tomek@home.example" in cophub("people", "show", "list:2", "--addresses").out
    cophub("people", "undo")
    assert "t.kowalczyk@zdrowie.example" in cophub("people", "show", "list:2").out
    assert "tomek@" not in cophub("people", "show", "calls:5", "--history").out


def test_an_address_that_another_source_gave_of_somebody_else_is_masked(
    directory: Directory, cophub: Call
) -> None:
    directory.said["list"] = SHOWN
    directory.write("calls", AMINA_AGAIN, person("6", "Zofia Nowak", "T.Kowalczyk@zdrowie.example"))
    directory.run()
    assert directory.people()["list:2"] != directory.people()["calls:6"]
    assert "kowalczyk@" not in cophub("people", "show", "list:2").out.lower()


def test_questions_and_their_file_mask_by_source(directory: Directory, cophub: Call) -> None:
    directory.said["list"] = SHOWN
    directory.write("calls", AMINA_AGAIN, person("5", "Tomek Kowalczyk", "kowal@home.example"))
    directory.run()
    sheet = directory.folder.folder / "questions.csv"
    assert cophub("people", "review", "--csv", str(sheet)).code == 0
    told = sheet.read_text()
    assert "t.kowalczyk@zdrowie.example" in told and "kowal@" not in told


def test_purpose_and_lawful_basis_are_told(directory: Directory, cophub: Call) -> None:
    directory.said["list"] = SHOWN
    directory.configure()
    line = "purpose: to run the club; lawful basis: consent; addresses are shown"
    assert f"list: {line}" in cophub("status", "--all").out
    assert line in cophub("people", "show", "list:2").out
    (use,) = cophub("people", "show", "list:2", "--json").json["sources"]
    assert use == {
        "source": "list", "purpose": "to run the club", "lawful_basis": "consent",
        "addresses": "shown",
    }  # fmt: skip
    (first, _) = cophub("status", "--json").json["sources"]
    assert (first["purpose"], first["addresses"]) == ("to run the club", "shown")
    directory.said["list"] = 'addresses = "open"\n'
    directory.configure()
    answer = cophub("status")
    assert answer.code == 2 and "[sources.list] addresses" in answer.err

"""`people`: who is who, why, what people decide, and that all of it can be taken back."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Answer
from .directory import AMINA, CELESTE, TOMASZ, WANJIRU, Directory, directory, person

__all__ = ["directory"]
Call = Callable[..., Answer]


def test_accounts_of_one_mailbox_are_one_person(directory: Directory) -> None:
    assert frozenset(("list:1", "calls:77")) in directory.groups()
    assert len(directory.groups()) == 4


def test_the_list_has_ids_that_the_other_commands_take(directory: Directory, cophub: Call) -> None:
    line = next(line for line in cophub("people", "list").out.splitlines() if "Tomasz" in line)
    short = line.split()[0]
    assert directory.people()["list:2"].startswith(short)
    assert "Tomasz Kowalczyk" in cophub("people", "show", short).out


def test_list_and_card_call_an_organisation_by_its_name(directory: Directory, cophub: Call) -> None:
    directory.write("more", {"key": "1", "name": "Ola Grand", "organization": "W.H.O."})
    directory.run()
    (row,) = cophub("people", "list", "Ola", "--json").json["people"]
    card = cophub("people", "show", "more:1", "--json").json["person"]
    assert row["organization"] == card["organization"] == "World Health Organization"


def test_a_person_is_found_by_id_account_and_address(directory: Directory, cophub: Call) -> None:
    ids = directory.people()
    for asked in (
        ids["list:1"],
        ids["list:1"][:8],
        "list:1",
        "calls:77",
        "Amina.Diallo@FHI.example",
    ):
        found = cophub("people", "show", asked, "--json").json
        assert found["meant"]["person"] == ids["list:1"]
        assert [view["account"] for view in found["person"]["accounts"]] == ["77", "1"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Amina", "cophub people list Amina"),
        ("lits:1", 'no source "lits" with accounts (did you mean "list"?)'),
        ("list:9", "there is no account list:9"),
        ("nobody@example.org", "no account has the address n***@example.org"),
        ("0000aaaa", 'no person\'s id begins with "0000aaaa"'),
        ("0a", "write 4 signs or more"),
        ("Amina Diallo", "cophub people list 'Amina Diallo'"),
    ],
)
def test_whoever_is_nobody_is_told_with_the_next_step(
    directory: Directory, cophub: Call, asked: str, said: str
) -> None:
    answer = cophub("people", "show", asked)
    assert (answer.code, said in answer.err) == (2, True), answer.err


def test_addresses_are_masked_unless_asked_for(directory: Directory, cophub: Call) -> None:
    """Also in keys of accounts, and in every command."""
    directory.write("list", AMINA, TOMASZ | {"key": "t.kowalczyk@zdrowie.example"}, WANJIRU)
    directory.run()
    cophub("people", "merge", "list:t.kowalczyk@zdrowie.example", "list:3")
    for command in (
        ("show", "list:3"), ("why", "list:3"), ("decisions",), ("why", "list:3", "list:1"),
        ("show", "list:3", "--history"), ("review",), ("why", "calls:77", "list:1"),
    ):  # fmt: skip
        for form in ((), ("--json",)):
            answer = cophub("people", *command, *form)
            shown = (answer.out + answer.err).replace("list:t.kowalczyk", "")
            assert "kowalczyk@" not in shown and "diallo@" not in shown, command
    assert "t.kowalczyk@zdrowie.example" in cophub("people", "show", "list:3", "--addresses").out


def test_merge_then_undo_is_as_before(directory: Directory, cophub: Call) -> None:
    """The same people with the same ids; the id in between leads to who remained."""
    before = directory.people()
    answer = cophub("people", "merge", "list:2", before["list:3"][:8], "--note", "married")
    assert answer.code == 0, answer.err
    assert "1 decision decided: 1" in answer.out
    merged = directory.people()
    assert merged["list:2"] == merged["list:3"]
    (gone,) = {before["list:2"], before["list:3"]} - {merged["list:2"]}
    shown = cophub("people", "show", gone)
    assert (shown.code, "was merged into" in shown.err) == (0, True)
    assert "decision 1: the same person (ada, " in cophub("people", "why", "list:2").out
    undone = cophub("people", "undo")
    assert "1 decision taken back: 1" in undone.out
    assert directory.people() == before


def test_what_is_done_and_undone_many_times_leaves_no_trace(
    directory: Directory, cophub: Call
) -> None:
    before = directory.people()
    for _ in range(3):
        cophub("people", "merge", "list:2", "list:3", "calls:guest-4")
        cophub("people", "split", "list:1", "calls:77")
        cophub("people", "undo")
        cophub("people", "undo")
        assert directory.people() == before


def test_split_then_undo_is_as_before(directory: Directory, cophub: Call) -> None:
    """By account, by address or by its number; the part with most accounts keeps the id."""
    before = directory.people()
    answer = cophub("people", "split", "list:1", "1")
    assert "calls:77" not in answer.out and "2 accounts" in answer.out
    after = directory.people()
    assert after["list:1"] != after["calls:77"]
    assert before["list:1"] in (after["list:1"], after["calls:77"])
    why = cophub("people", "why", "list:1", "calls:77").out
    assert "two people" in why and "kept apart by decision 1" in why
    directory.run()
    assert directory.people() == after
    cophub("people", "undo", "1")
    assert directory.people() == before


def test_a_dry_run_changes_nothing_and_tells_the_same(directory: Directory, cophub: Call) -> None:
    before = directory.people()
    would = cophub("people", "merge", "list:2", "list:3", "--dry-run")
    assert "1 decision would be decided\n" in would.out
    assert directory.people() == before
    assert cophub("people", "decisions", "--json").json["decisions"] == []
    did = cophub("people", "merge", "list:2", "list:3")
    assert would.out.splitlines()[1:] == did.out.splitlines()[1:-1]
    assert cophub("people", "undo", "--dry-run").code == 0
    assert len(set(directory.people().values())) == 3


def test_a_decision_outlives_syncs_that_lose_the_account(
    directory: Directory, cophub: Call
) -> None:
    cophub("people", "merge", "list:2", "list:3")
    directory.write("list", AMINA, WANJIRU)
    directory.run()
    directory.write("list", AMINA, TOMASZ, WANJIRU)
    directory.run()
    assert frozenset(("list:2", "list:3")) in directory.groups()


def test_a_decision_outlives_a_source_that_is_renamed(directory: Directory, cophub: Call) -> None:
    """Unasked, since its accounts are found again under the new name."""
    cophub("people", "merge", "list:2", "list:3")
    cophub("people", "split", "list:1", "calls:77")
    directory.rename("list", "forum")
    directory.run()
    directory.run()
    people = directory.people()
    assert people["forum:2"] == people["forum:3"]
    assert people["forum:1"] != people["calls:77"]
    assert people["forum:1"] == people["list:1"]
    assert "cophub people rename-source list forum" in cophub("doctor").out


def test_a_source_can_be_renamed_with_all_that_it_has(directory: Directory, cophub: Call) -> None:
    cophub("people", "merge", "list:2", "list:3")
    before = directory.people()
    early = cophub("people", "rename-source", "list", "forum")
    assert (early.code, "still has [sources.list]" in early.err) == (2, True)
    directory.rename("list", "forum")
    would = cophub("people", "rename-source", "list", "forum", "--dry-run")
    assert "would go from list to forum" in would.out
    assert directory.people() == before
    with sqlite3.connect("cophub.db") as database:
        database.execute("INSERT INTO meta (name, value) VALUES ('measures', 'names sources')")
    done = cophub("people", "rename-source", "list", "forum")
    assert (done.code, "1 decisions and" in done.out) == (0, True), done.err
    with sqlite3.connect("cophub.db") as database:
        kept = database.execute("SELECT count(*) FROM meta WHERE name = 'measures'").fetchone()
    assert kept == (0,), "figures are counted whole after it"
    directory.run()
    assert directory.people() == {
        account.replace("list:", "forum:"): of for account, of in before.items()
    }
    again = cophub("people", "rename-source", "list", "forum")
    assert (again.code, 'nothing in the warehouse is of a source "list"' in again.err) == (2, True)


def test_who_was_erased_stays_out_under_another_name_of_the_source(
    directory: Directory, cophub: Call
) -> None:
    """Also where nothing but the account tells who they are."""
    directory.write("calls", {"key": "78"}, {"key": "79"})
    directory.run()
    assert cophub("people", "forget", "calls:78", "--yes").code == 0
    for old, new in (("calls", "talks"), ("talks", "phone")):
        directory.rename(old, new)
        assert cophub("people", "rename-source", old, new).code == 0
        directory.run()
        people = directory.people()
        assert f"{new}:79" in people
        assert f"{new}:78" not in people


def test_after_a_sync_under_the_new_name_decisions_alone_move(
    directory: Directory, cophub: Call
) -> None:
    cophub("people", "merge", "list:2", "list:3")
    directory.rename("list", "forum")
    directory.run()
    done = cophub("people", "rename-source", "list", "forum")
    assert "forum was synced already" in done.out
    found = cophub("people", "decisions", "--json").json["decisions"]
    assert [row["a"] for row in found] == ["forum:2"]


def test_what_contradicts_is_refused_and_named(directory: Directory, cophub: Call) -> None:
    """Unless it is forced; then everybody is told until it is settled."""
    cophub("people", "merge", "list:1", "list:2")
    cophub("people", "merge", "list:2", "list:3")
    answer = cophub("people", "split", "list:1", "list:3")
    assert answer.code == 2
    assert "decision 2: list:2 and list:3 are same" in answer.err
    assert "cophub people undo" in answer.err
    before = cophub("people", "decisions", "--json").json["decisions"]
    forced = cophub("people", "split", "list:1", "list:3", "--force")
    assert (forced.code, "contradicts: " in forced.out) == (0, True)
    listed = cophub("people", "decisions")
    assert (listed.code, "contradicted" in listed.out) == (1, True)
    assert "contradict one another" in cophub("people", "review").out
    run = cophub("run", "identities", "--no-sync")
    assert (run.code, "contradict one another" in run.err) == (0, True)
    assert "take one of them back" in cophub("doctor").out
    cophub("people", "undo")
    assert cophub("people", "decisions").code == 0
    assert cophub("people", "decisions", "--json").json["decisions"] == before


def test_a_changed_mind_takes_the_other_decision_back(directory: Directory, cophub: Call) -> None:
    cophub("people", "merge", "list:2", "list:3")
    answer = cophub("people", "split", "list:2", "list:3", "--instead")
    assert "1 decision taken back: 1" in answer.out
    people = directory.people()
    assert people["list:2"] != people["list:3"]
    states = {
        row["number"]: (row["decision"], row["state"])
        for row in cophub("people", "decisions", "--all", "--json").json["decisions"]
    }
    assert states == {1: ("same", "withdrawn"), 2: ("different", "stands")}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("merge", "list:1"), "two people or accounts"),
        (("merge", "list:1", "amina.diallo@fhi.example"), "name accounts to make it a decision"),
        (("split", "list:1", "list:2"), "is not an account of"),
        (("split", "list:1", "9"), "has accounts 1 to 2"),
        (("split", "list:1", "1", "2"), "has no other accounts"),
        (("undo",), "no decision to take back"),
        (("undo", "7"), "there is no decision 7"),
        (("undo", "x"), "write 7 or 7-9"),
    ],
)
def test_what_cannot_be_decided_says_why(
    directory: Directory, cophub: Call, command: tuple[str, ...], said: str
) -> None:
    answer = cophub("people", *command)
    assert (answer.code, said in answer.err) == (2, True), answer.err


def test_two_accounts_of_one_person_can_be_pinned(directory: Directory, cophub: Call) -> None:
    answer = cophub("people", "merge", "list:1", "calls:77")
    assert (answer.code, "nobody's accounts change by it" in answer.out) == (0, True)
    assert "decided already" in cophub("people", "merge", "calls:77", "list:1").out


def test_undo_takes_back_a_whole_command_or_numbers(directory: Directory, cophub: Call) -> None:
    cophub("people", "merge", "list:1", "list:2", "list:3")
    cophub("people", "merge", "list:1", "calls:guest-4")
    assert "taken back: 3\n" in cophub("people", "undo").out
    assert "taken back: 1-2\n" in cophub("people", "undo", "1-2").out
    assert "withdrawn already" in cophub("people", "undo", "1").err


def test_a_decision_waits_where_the_pipelines_are_at_work(
    directory: Directory, cophub: Call
) -> None:
    """It is kept, and the next run lets it take effect."""
    from cophub.hub import Hub
    from cophub.publish import LEASE
    from cophub.warehouse.holding import held

    before = directory.people()
    with Hub.open(directory.path) as hub, held(hub.warehouse, LEASE):
        answer = cophub("people", "merge", "list:2", "list:3")
    assert (answer.code, "people wait" in answer.out) == (1, True)
    assert directory.people() == before
    assert "has not taken effect yet" in cophub("people", "why", "list:2", "list:3").out
    directory.run()
    assert len(set(directory.people().values())) == 3


def test_two_who_are_two_are_told_why_and_what_would_change_it(
    directory: Directory, cophub: Call
) -> None:
    found = cophub("people", "why", "list:2", "list:3", "--json").json
    assert found["together"] is False
    assert found["answer"]
    assert any("cophub people merge" in change for change in found["changes"])
    path = cophub("people", "why", "list:1", "calls:77", "--json").json
    assert path["together"] is True
    assert [step["why"] for step in path["steps"]] == ["same mailbox a***@fhi.example"]
    tree = cophub("people", "why", "list:1").out
    assert "└─ list:1" in tree and "same mailbox a***@fhi.example" in tree


def test_a_card_shows_accounts_communities_and_history(directory: Directory, cophub: Call) -> None:
    cophub("people", "split", "list:1", "calls:77")
    shown = [cophub("people", "show", each, "--history").out for each in ("list:1", "calls:77")]
    assert all("The Club" in card and "decision 1: two people" in card for card in shown)
    assert any("went" in card for card in shown) and all("came" in card for card in shown)


# --- review ------------------------------------------------------------------------------------


NAMELESS = [person(f"n{n}", "", f"k{n}7@x{n}.example") for n in range(1, 4)]


@pytest.fixture
def doubtful(directory: Directory) -> Directory:
    """Three accounts more of which little is known, so that nothing forbids a yes."""
    directory.write("guests", *NAMELESS)
    directory.run()
    return directory


def sheet(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def test_questions_go_out_and_come_back_as_csv(
    doubtful: Directory, cophub: Call, tmp_path: Path
) -> None:
    """Best gain first, masked; a bad row is told by its line, and reading twice changes nothing."""
    doubtful.ask("guests:n1", "guests:n2", 1.0)
    doubtful.ask("guests:n3", "list:1", 2.0)
    file = tmp_path / "questions.csv"
    assert "2 questions of 2 are in" in cophub("people", "review", "--csv", file).out
    rows = sheet(file.read_bytes())
    assert [(row["account_a"], row["account_b"]) for row in rows] == [("n3", "1"), ("n1", "n2")]
    assert [row["email_b"] for row in rows] == ["a***@fhi.example", "k***@x2.example"]
    assert all(row["answer"] == "" and row["why"] for row in rows)
    lines = ["question;answer;note", f"{rows[0]['question']}; YES ;seen"]
    lines += [f"{rows[1]['question']};Different;seen", "q-000000000000;same;"]
    lines += [f"{rows[0]['question']};perhaps;", ";same;", "", ";;"]
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    read = cophub("people", "review", "--answers", file)
    assert (read.code, "2 answers kept, 3 rows were not taken" in read.out) == (1, True), read.out
    assert "line 4: there is no question" in read.err
    assert 'line 5: "perhaps" is no answer' in read.err
    assert "line 6: an answer without a question" in read.err
    assert frozenset(("guests:n3", "list:1", "calls:77")) in doubtful.groups()
    after = doubtful.people()
    again = cophub("people", "review", "--answers", file)
    assert "0 answers kept, 2 stood already" in again.out
    assert doubtful.people() == after
    found = cophub("people", "decisions", "--json").json["decisions"]
    assert [(row["decision"], row["note"]) for row in found] == [
        ("different", "seen"), ("same", "seen"),
    ]  # fmt: skip
    assert "2 decisions taken back: 1-2" in cophub("people", "undo").out


def test_answers_that_contradict_one_another_are_told_and_not_kept(
    doubtful: Directory, cophub: Call, tmp_path: Path
) -> None:
    pairs = (("n1", "n2"), ("n2", "n3"), ("n1", "n3"))
    for a, b in pairs:
        doubtful.ask(f"guests:{a}", f"guests:{b}")
    file = tmp_path / "q.csv"
    cophub("people", "review", "--csv", file)
    ids = {
        (row["account_a"], row["account_b"]): row["question"] for row in sheet(file.read_bytes())
    }
    given = zip(pairs, ("same", "no", "same"), strict=True)
    file.write_text("question,answer\n" + "".join(f"{ids[pair]},{word}\n" for pair, word in given))
    answer = cophub("people", "review", "--answers", file)
    assert "2 answers kept, 1 rows were not taken" in answer.out
    assert "line 4: contradicts line 2 and line 3" in answer.err


def test_an_answer_that_a_decision_speaks_against_names_it(
    doubtful: Directory, cophub: Call, tmp_path: Path
) -> None:
    doubtful.ask("guests:n1", "guests:n2")
    file = tmp_path / "q.csv"
    cophub("people", "review", "--csv", file)
    (row,) = sheet(file.read_bytes())
    file.write_text(f"question,answer\n{row['question']},same\n")
    cophub("people", "review", "--answers", file)
    file.write_text(f"question,answer\n{row['question']},different\n")
    answer = cophub("people", "review", "--answers", file)
    assert "line 2: contradicts decision 1; `cophub people undo 1` takes it back" in answer.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", 'no column "question"'),
        (b"", 'no column "question"'),
        (b'question,answer\nq-1,"same\n\n', ""),
        (b"\xff\xfe" + "question\tanswer\nq-1\tsame\n".encode("utf-16-le"), "line 2"),
        ("question;answer;naïve\nq-1;same;\n".encode("cp1252"), "line 2"),
    ],
)
def test_files_of_every_kind_are_read_or_refused_in_words(
    directory: Directory, cophub: Call, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "q.csv"
    file.write_bytes(content)
    answer = cophub("people", "review", "--answers", file)
    assert answer.code in (1, 2)
    assert said in answer.err and "nobody foresaw" not in answer.err


def test_a_name_that_is_a_formula_is_harmless_in_the_file(
    directory: Directory, cophub: Call, tmp_path: Path
) -> None:
    directory.write("calls", person("x", "=HYPERLINK(1)"), CELESTE)
    directory.run()
    directory.ask("calls:x", "calls:guest-4")
    file = tmp_path / "q.csv"
    cophub("people", "review", "--csv", file)
    (row,) = sheet(file.read_bytes())
    assert "'=HYPERLINK(1)" in (row["name_a"], row["name_b"])


def test_without_a_terminal_questions_are_listed(doubtful: Directory, cophub: Call) -> None:
    """Until they are answered, one way or the other."""
    assert "nothing to ask" in cophub("people", "review").out
    doubtful.ask("guests:n1", "guests:n2")
    doubtful.ask("guests:n1", "guests:n3", 1.0)
    listed = cophub("people", "review").out
    assert "k***@x1.example" in listed
    found = cophub("people", "review", "--json").json["questions"]
    assert [question["gain"] for question in found] == [1, 1]
    assert len(cophub("people", "review", "-n", "1", "--json").json["questions"]) == 1
    cophub("people", "merge", "guests:n1", "guests:n2")
    assert len(cophub("people", "review", "--json").json["questions"]) <= 1


# --- export ------------------------------------------------------------------------------------


def test_an_export_of_accounts_is_three_columns_with_ids_of_today(
    directory: Directory, cophub: Call
) -> None:
    cophub("people", "merge", "list:2", "list:3")
    text = cophub("export", "person_account", "--format", "csv").out
    assert text.splitlines()[0] == "source,account,person"
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {f"{row['source']}:{row['account']}": row["person"] for row in rows} == (
        directory.people()
    )
    people = list(csv.DictReader(io.StringIO(cophub("export", "person").out)))
    assert {row["id"] for row in people} == {row["person"] for row in rows}
    masked = {row["email"] for row in people}
    assert masked - {"t***@zdrowie.example", "w***@moh.example"} == {"a***@fhi.example", ""}
    full = cophub("export", "person", "--full", "--addresses", "--format", "jsonl").out
    kept = [json.loads(line) for line in full.splitlines()]
    assert sum(bool(row["merged_into"]) for row in kept) == 1
    assert "amina.diallo@fhi.example" in {row["email"] for row in kept}
    head = cophub("export", "affiliation").out.splitlines()[0]
    assert head == "person,organization,organization_name,valid_from,valid_to"

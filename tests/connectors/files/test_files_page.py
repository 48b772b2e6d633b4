"""The page on files, followed to the letter by somebody with an export and nothing else."""

import re
import shlex
import sys
import tomllib
from pathlib import Path

import click
import pytest

from cophub import cli

PAGE = Path(__file__).resolve().parents[3] / "docs" / "connectors" / "files.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MEMBERS = (
    "Liste des membres de MERCOP;;;;\r\n\r\nNom;Prénom;Courriel;Organisation;Adhésion\r\n"
    "Diallo;Amina;amina@example.org;Santé;25/03/2024\r\n"
    "López;María;maria@example.org;ONG;04/03/2024\r\n"
    "Inconnu;;pas d'adresse;;\r\n"
    "Total;3;;;\r\n"
)


@pytest.fixture
def cophub(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COPHUB_CONFIG", raising=False)

    def call(*arguments):
        code = cli.run(list(arguments))
        sys.stdout.flush()
        return code, click.unstyle(capsys.readouterr().out)

    return call


def blocks(language):
    text = PAGE.read_text(encoding="utf-8").partition("## Five minutes")[2]
    return [content for kind, content in BLOCK.findall(text) if kind == language]


def test_following_the_page_leads_from_an_export_to_a_synced_source(cophub, tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "members.csv").write_bytes(MEMBERS.encode("windows-1252"))
    config = tmp_path / "plugins.toml"
    config.write_text(blocks("toml")[0], encoding="utf-8")
    commands = [shlex.split(line) for block in blocks("bash") for line in block.splitlines()]
    assert [words[1] for words in commands] == ["discover", "check", "plan", "sync", "rejects"]

    code, said = cophub(*commands[0][1:])
    assert code == 0
    pasted = said.partition("plugins.toml:\n")[2]
    shown = blocks("text")[0]
    for line in re.findall(r"^(?:record|columns).*", shown, re.MULTILINE):
        assert line.partition("#")[0].rstrip() in pasted, "the page shows what is proposed"
    config.write_text(config.read_text(encoding="utf-8") + pasted, encoding="utf-8")
    assert tomllib.loads(config.read_text(encoding="utf-8"))

    code, said = cophub(*commands[1][1:])
    assert code == 0
    assert "3 rows below the titles in row 3; 2 account, 2 membership; 1 rejected" in said
    assert 'members.csv, row 6: column "Courriel": it holds no e-mail address' in said
    assert "row 7 is a row of totals" in said
    assert 'dates of "Adhésion" read with the day before month, as row 4 shows' in said

    code, said = cophub(*commands[2][1:])
    assert "1 rejected: members.csv, row 6" in " ".join(said.split())
    code, said = cophub("status")
    assert "members" in said
    code, said = cophub(*commands[3][1:])
    assert (code, "5 new, 1 rejected" in said) == (0, True)
    code, said = cophub(*commands[4][1:])
    assert "row 6" in said
    code, said = cophub("sync", "members")
    assert "nothing new" in said


def test_a_dry_run_stores_nothing(cophub, tmp_path):
    (tmp_path / "a.csv").write_text("E-mail\na@example.org\nwrong\n", encoding="utf-8")
    (tmp_path / "plugins.toml").write_text(
        '[sources.a]\nconnector = "files"\n[sources.a.settings]\npath = "a.csv"\n'
        'record = "membership"\ncolumns.email = "E-mail"\n',
        encoding="utf-8",
    )
    cophub("check", "a")
    cophub("plan", "a")
    code, said = cophub("runs")
    assert (code, said.strip()) == (0, "no runs yet: cophub sync")


def test_a_source_that_says_only_where_it_is_says_what_to_do(cophub, tmp_path):
    (tmp_path / "a.csv").write_text("E-mail\na@example.org\n", encoding="utf-8")
    (tmp_path / "plugins.toml").write_text(
        '[sources.a]\nconnector = "files"\nsettings = { path = "a.csv" }\n', encoding="utf-8"
    )
    code, said = cophub("sync", "a")
    assert code == 1
    assert "cophub discover a proposes lines for its settings in plugins.toml" in said
    code, said = cophub("discover", "a", "--json")
    assert '"settings"' in said


def test_spaces_with_their_members_are_discovered_once_the_columns_are_known(cophub, tmp_path):
    (tmp_path / "a.csv").write_text(
        "E-mail,Group\na@example.org,x\nb@example.org,x\na@example.org,y\n", encoding="utf-8"
    )
    (tmp_path / "plugins.toml").write_text(
        '[sources.a]\nconnector = "files"\n[sources.a.settings]\npath = "a.csv"\n'
        'record = "membership"\ncolumns = { email = "E-mail", space = "Group" }\n',
        encoding="utf-8",
    )
    code, said = cophub("discover", "a")
    assert code == 0
    assert re.search(r"a:x +list +x +2 ", said)
    assert re.search(r"a:y +list +y +1 ", said)


def test_where_a_column_was_renamed_discover_says_so_and_proposes_the_lines_anew(cophub, tmp_path):
    (tmp_path / "a.csv").write_text("Courriel;Nom\na@example.org;Ada\n", encoding="utf-8")
    (tmp_path / "plugins.toml").write_text(
        '[sources.a]\nconnector = "files"\n[sources.a.settings]\npath = "a.csv"\n'
        'record = "membership"\ncolumns.email = "E-mail"\n',
        encoding="utf-8",
    )
    code, said = cophub("discover", "a")
    assert code == 0
    assert '# a.csv: it has no column "E-mail" (row 1 has "Courriel", "Nom")' in said
    assert 'columns.email = "Courriel"' in said

"""Identity rules in a hub as its people run it: what is told, given out and taken out."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cophub.cli import cli
from cophub.errors import ConfigError
from cophub.hub import Hub
from cophub.hub.doctor import examine
from cophub.hub.person_export import export_person
from cophub.hub.publishing import identity_rules
from cophub.testing import NOW

SOURCES = """
[sources.hr]
connector = "files"
[sources.hr.settings]
path = "hr.csv"
record = "account"
columns = { key = "no", name = "name", email = "mail", "extra.staff_number" = "no" }

[sources.forum]
connector = "files"
[sources.forum.settings]
path = "forum.csv"
record = "account"
columns = { key = "id", name = "name", "extra.staff_id" = "staff" }
"""
STAFF = """
[identity_rules.staff]
rule = "same_field"
sources = ["hr", "forum"]
settings = { field = ["staff_number", "staff_id"], kind = "staff" }
"""
HR = """\
no,name,mail
ZK4711,DIALLO Amina,amina.diallo@ngo.example
ZK4712,COSTA Bruno,bruno@ngo.example
"""
FORUM = "id,name,staff\n7,Amina Ba,zk-4711\n8,Kido,\n"
FAILING = """
from cophub import Clues, IdentityRule, hookimpl

def tell(account, settings):
    if "Ba" in account.name:
        raise KeyError(account.name)
    return Clues(organization="Blue Clinic")

@hookimpl
def cophub_identity_rules():
    return [IdentityRule("clinic", "Where they work", tell)]
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Callable[[str], Hub]]:
    """A hub with two tables of people, and more in its plugins.toml; synced and resolved."""
    (tmp_path / "hr.csv").write_text(HR, encoding="utf-8")
    (tmp_path / "forum.csv").write_text(FORUM, encoding="utf-8")
    opened: list[Hub] = []

    def make(more: str) -> Hub:
        (tmp_path / "plugins.toml").write_text(SOURCES + more, encoding="utf-8")
        opened.append(Hub.open(tmp_path / "plugins.toml", lambda: NOW))
        found = list(opened[-1].run(["identities"]))
        assert [each.state for each in found if hasattr(each, "pipeline")] == ["done"], found
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def test_a_staff_number_makes_one_person_whose_why_names_the_rule(
    hub: Callable[[str], Hub],
) -> None:
    assert hub("").people()[1] == 4
    ruled = hub(STAFF)
    assert ruled.people()[1] == 3
    meant, why = ruled.directory.why("forum:7")
    assert meant.person == ruled.directory.meant("hr:ZK4711").person
    assert 'same staff (rule "staff")' in " ".join(step.why for step in why.steps)
    answer = ruled.directory.between("hr:ZK4712", "forum:8")
    assert 'the same staff (rule "staff")' in answer.changes
    [line] = ruled.directory.rules()
    assert line == ('identity rule "staff" knows something of 3 accounts', False, False)
    assert hub("").people()[1] == 4


def test_what_a_rule_knows_is_handed_out_and_forgotten(
    hub: Callable[[str], Hub], tmp_path: Path
) -> None:
    ruled = hub(STAFF)
    export_person(ruled, "forum:7", tmp_path / "amina.zip")
    with zipfile.ZipFile(tmp_path / "amina.zip") as given:
        told = given.read("csv/identity_evidence.csv").decode()
        page = given.read("index.html").decode()
    assert sorted(told.split()[1:]) == [
        "forum,7,staff,staff,zk4711",
        "hr,ZK4711,staff,staff,zk4711",
    ]
    assert "What rules of this hub know of your accounts" in page
    ruled.forget("forum:7")
    list(ruled.publish(["identities"]))
    [line] = ruled.directory.rules()
    assert line.said == 'identity rule "staff" knows something of 1 account'
    ruled.close()
    assert b"zk4711" not in (tmp_path / "cophub.db").read_bytes().lower()


def test_a_rule_that_fails_is_told_by_run_status_and_doctor_without_anybodys_data(
    hub: Callable[[str], Hub], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "clinic_rule.py").write_text(FAILING)
    more = '[plugins]\nmodules = ["clinic_rule"]\n[identity_rules.ours]\nrule = "clinic"\n'
    ruled = hub(more)
    assert ruled.people()[1] == 4
    said = (
        'identity rule "ours" knows something of 3 accounts; failed on 1 account (KeyError),'
        " which were matched without it"
    )
    assert said in ruled.status().warnings
    findings = [
        (each.subject, each.state) for each in examine(ruled, offline=True) if each.message == said
    ]
    assert findings == [("people", "warning")]
    assert '"ours" fails with KeyError at clinic_rule.py, line 6' in caplog.text
    assert "Amina" not in caplog.text
    ruled.close()
    config = ["--config", str(tmp_path / "plugins.toml")]
    run = CliRunner().invoke(cli, [*config, "run", "--no-sync", "identities"])
    assert run.exit_code == 0, run.output
    assert 'identity rule "ours"' in " ".join(run.output.split())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('rule = "same_feild"', 'rule: there is no rule "same_feild" (did you mean "same_field"?)'),
        ('rule = "same_field"\nsources = ["hrr"]', 'source: there is no source "hrr" (did you'),
        ('rule = "same_field"', "settings.field: is missing"),
        ('rule = "same_field"\nsettings = { feild = "x" }', "settings.feild: no such setting (did"),
    ],
)
def test_a_rule_that_cannot_be_used_stops_the_resolution_and_changes_nobody(
    hub: Callable[[str], Hub], tmp_path: Path, table: str, said: str
) -> None:
    """People that a rule holds together must not fall apart because of a slip in the file."""
    hub(STAFF).close()
    wrong = SOURCES + f"\n[identity_rules.staff]\n{table}\n"
    (tmp_path / "plugins.toml").write_text(wrong, encoding="utf-8")
    with Hub.open(tmp_path / "plugins.toml", lambda: NOW) as opened:
        with pytest.raises(ConfigError) as refused:
            identity_rules(opened)
        assert f"[identity_rules.staff] {said}" in str(refused.value)
        [result] = opened.publish(["identities"])
        assert result.state == "failed"
        assert result.error == str(refused.value)
        assert opened.people()[1] == 3
        assert any(each.message == str(refused.value) for each in examine(opened, offline=True))

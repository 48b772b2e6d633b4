"""`plugins new`, as an author calls it; docs/first-connector.md runs what it makes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Answer, Folder

Call = Callable[..., Answer]
ROOT = Path(__file__).resolve().parents[2]
ODD = ("a", "class", "crm-2", "our_forum", "a-name-that-is-as-long-as-one-may-be-123")
"""Names that a template may trip over: short, a word of Python, digits, _ and the longest."""


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_it_says_what_it_made_and_what_to_do_next(cophub: Call, folder: Folder) -> None:
    answer = cophub("plugins", "new", "guestbook")
    assert (answer.code, answer.err) == (0, "")
    assert 'pip install -e ".[test]"' in answer.out
    assert "python tests/vendor.py cophub sync" in answer.out
    made = files(folder.folder / "cophub-guestbook")
    told = cophub("plugins", "new", "guestbook", "--to", "deep/er", "--json").json
    assert sorted(made) == told["written"]
    assert files(folder.folder / "deep" / "er") == made
    assert not [path for path in folder.folder.iterdir() if path.name.startswith(".cophub-new")]


def test_its_readme_says_what_the_guide_says(cophub: Call, folder: Folder) -> None:
    """By the same three commands, which the tests of the guide run."""
    cophub("plugins", "new", "guestbook", "--to", "made")
    readme = (folder.folder / "made" / "README.md").read_text()
    commands = readme.partition("```bash\n")[2].partition("```")[0].splitlines()
    assert len(commands) == 3
    assert set(commands) <= set((ROOT / "docs" / "first-connector.md").read_text().splitlines())


@pytest.mark.parametrize("name", ODD)
def test_whatever_its_name_the_code_keeps_our_own_rules(
    cophub: Call, folder: Folder, name: str
) -> None:
    assert cophub("plugins", "new", name, "--to", "made").code == 0
    rules = ("--config", str(ROOT / "pyproject.toml"), "--no-cache")
    for said in (("check",), ("format", "--check")):
        ended = subprocess.run(
            [sys.executable, "-m", "ruff", *said, *rules, "."],
            cwd=folder.folder / "made", check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_what_was_recorded_is_what_the_little_vendor_answers(cophub: Call, folder: Folder) -> None:
    cophub("plugins", "new", "guestbook", "--to", "made")
    taken = sorted((folder.folder / "made" / "tests" / "answers" / "guestbook").iterdir())
    asked = [json.loads(path.read_text()) for path in taken]
    told = subprocess.run(
        [sys.executable, "-c", ASK], input=json.dumps([one["request"]["url"] for one in asked]),
        cwd=folder.folder / "made", check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert json.loads(told) == [one["response"]["json"] for one in asked]
    assert len(asked) == 5


ASK = """
import json, sys, httpx
from tests.vendor import TOKEN, answer
signed = {"authorization": f"Bearer {TOKEN}"}
asked = [httpx.Request("GET", url, headers=signed) for url in json.load(sys.stdin)]
print(json.dumps([answer(one).json() for one in asked]))
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Our Forum", 'such as "our-forum"'),
        ("3cx", 'such as "our-3cx"'),
        ("forum-", 'such as "forum"'),
        ("a--b", 'such as "a-b"'),
        ("../forum", 'such as "forum"'),
        ("форум", 'such as "forum"'),
        ("x" * 41, "at most 40"),
        ("-", 'such as "our"'),
        ("cophub-forum", 'leave out "cophub": the package of "forum" is called cophub-forum'),
        ("yammer", 'there is a connector "yammer" already (plugin "yammer" of cophub'),
        ("site", 'there is a plugin of this name already (plugin "site" of cophub'),
        ("beside", 'there is a connector "beside" already (plugin module "agora_called_beside"'),
        ("taken", "cophub-taken 1.2 is installed already"),
        ("there", "there is a module cophub_there already"),
    ],
)
def test_a_name_that_cannot_be_had_is_refused_with_one_that_can(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    text = (ROOT / "tests" / "examples" / "agora.py").read_text()
    beside = text.replace('name="agora"', 'name="beside"')
    (folder.folder / "agora_called_beside.py").write_text(beside)
    folder.configure('[plugins]\nmodules = ["agora_called_beside"]\n')
    installed = folder.folder / "installed"
    (installed / "cophub_taken-1.2.dist-info").mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: cophub-taken\nVersion: 1.2\n"
    (installed / "cophub_taken-1.2.dist-info" / "METADATA").write_text(metadata)
    (installed / "cophub_there.py").touch()
    monkeypatch.setattr(sys, "path", [str(installed), *sys.path])
    before = files(folder.folder)
    answer = cophub("plugins", "new", "--", name)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert {**before, **files(folder.folder)} == before


@pytest.mark.parametrize("there", ["file", "folder"])
def test_nothing_is_overwritten(cophub: Call, folder: Folder, there: str) -> None:
    place = folder.folder / "cophub-guestbook"
    if there == "folder":
        place.mkdir()
        (place / "mine").write_text("mine")
    else:
        place.write_text("mine")
    before = files(folder.folder)
    answer = cophub("plugins", "new", "guestbook")
    assert (answer.code, "not empty" in answer.err, "--to" in answer.err) == (2, True, True)
    assert files(folder.folder) == before


def test_an_empty_folder_may_be_there_and_one_that_cannot_be_made_is_named(
    cophub: Call, folder: Folder
) -> None:
    (folder.folder / "empty").mkdir()
    assert cophub("plugins", "new", "guestbook", "--to", "empty").code == 0
    (folder.folder / "a-file").touch()
    answer = cophub("plugins", "new", "guestbook", "--to", "a-file/made")
    assert (answer.code, "a-file/made cannot be written" in answer.err) == (2, True)

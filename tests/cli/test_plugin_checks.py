"""`plugins test`, as the author of a connector calls it."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cophub.hub.recording import Recorded, Recording
from cophub.testing import PROMISES
from cophub.testing.promises import OF_STREAM

from .conftest import Answer, Folder

Call = Callable[..., Answer]
EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def recorded(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Two connectors beside plugins.toml, of which one cuts off zones, and a recording of each."""
    text = (EXAMPLES / "agora.py").read_text()
    taken = folder.folder / "taken"
    sources = []
    for name, said in (
        ("agora_well", text),
        ("agora_badly", text.replace('item["created_at"]', 'item["created_at"][:19]')),
    ):
        module = said.replace('name="agora"', f'name="{name}"')
        (folder.folder / f"{name}.py").write_text(module)
        shutil.copytree(EXAMPLES / "answers", taken / name)
        settings = {"url": "https://agora.example.org", "group": "mercop", "token": "any-will-do"}
        at = datetime(2026, 6, 1, tzinfo=UTC)
        sources.append(Recorded(name, name, settings, None, "full", {}, 1, at, "done"))
    Recording("0", sources).write(taken)
    folder.configure('[plugins]\nmodules = ["agora_well", "agora_badly"]\n')
    monkeypatch.syspath_prepend(str(folder.folder))
    return folder


def test_kept_promises_leave_with_0_and_are_counted(cophub: Call, recorded: Folder) -> None:
    answer = cophub("plugins", "test", "agora_well", "--answers", "taken")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("agora_well: 0 broken, ")
    said = " ".join(answer.out.split())
    assert "- posts: not tried: future: no answer was recorded to GET https://" in said
    found = cophub("plugins", "test", "agora_well", "--answers", "taken", "--json").json
    assert {one["promise"] for one in found["findings"]} == {*PROMISES}
    assert found["broken"] == 0


def test_a_broken_promise_leaves_with_1_and_its_case(cophub: Call, recorded: Folder) -> None:
    arguments = ("plugins", "test", "agora_badly", "--answers", "taken", "--stream", "posts")
    answer = cophub(*arguments)
    assert answer.code == 1
    assert "✗ posts: every instant has a zone" in answer.out
    told = cophub(*arguments, "--json")
    assert told.code == 1
    assert {one["promise"] for one in told.json["findings"] if one["verdict"] == "broken"} == {
        "instants"
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("agora_wel", "--answers", "taken"), "did you mean"),
        (("agora_well",), "tests/answers holds no recording"),
        (("agora_well", "--answers", "."), "holds no recording"),
        (("agora_well", "--answers", "taken", "--stream", "post"), 'has no stream "post"'),
        (("files", "--answers", "taken"), 'no source of connector "files"'),
    ],
)
def test_what_cannot_be_tried_leaves_with_2(cophub: Call, recorded, arguments, said) -> None:
    answer = cophub("plugins", "test", *arguments)
    assert answer.code == 2
    assert said in answer.err


def test_settings_that_do_not_fit_are_named(cophub: Call, recorded: Folder) -> None:
    index = recorded.folder / "taken" / "recording.json"
    index.write_text(index.read_text().replace('"mercop"', "7"))
    answer = cophub("plugins", "test", "agora_well", "--answers", "taken")
    assert (answer.code, "agora_well" in answer.err, "group" in answer.err) == (2, True, True)


def test_a_recording_by_which_nothing_can_be_tried_leaves_with_2(cophub: Call, recorded) -> None:
    index = recorded.folder / "taken" / "recording.json"
    index.write_text(index.read_text().replace('"mercop"', '"another"'))
    answer = cophub("plugins", "test", "agora_well", "--answers", "taken")
    assert (answer.code, answer.err) == (2, "")
    assert f"0 broken, 0 kept, {2 * len(OF_STREAM) + 2} not tried" in answer.out


def test_a_package_that_is_not_installed_yet_is_said_to_be_so(cophub: Call, recorded) -> None:
    said = "is found when it is installed: pip install -e ."
    assert said not in cophub("plugins", "test", "guestbook").err
    (recorded.folder / "pyproject.toml").touch()
    assert said in cophub("plugins", "test", "guestbook").err

"""The command line as a whole: help, shared options, errors, exit codes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from cophub.cli import SECTIONS, cli

from .conftest import CONFIG, NEWSLETTER, Answer, Folder

Call = Callable[..., Answer]
COMMANDS = [name for section in SECTIONS.values() for name in section]


def every_command() -> list[tuple[str, click.Command]]:
    """Commands and the commands in groups, by their full name."""
    context = click.Context(cli)
    found: list[tuple[str, click.Command]] = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", one) for sub, one in command.commands.items()]
    return found


def test_help_lists_every_command_in_its_section(cophub: Call) -> None:
    answer = cophub("--help")
    assert answer.code == 0
    for section, commands in SECTIONS.items():
        assert f"{section}:" in answer.out
        for name, (_, line) in commands.items():
            assert any(name in text and line in text for text in answer.out.splitlines())


def test_the_line_in_the_help_is_the_commands_own_first_line_or_shorter() -> None:
    """Whoever reads `cophub --help` and `cophub sync --help` reads one story."""
    context = click.Context(cli)
    for section in SECTIONS.values():
        for name, (_, line) in section.items():
            command = cli.get_command(context, name)
            assert command is not None
            assert command.name == name
            assert line.endswith(".")
            assert command.help


def test_every_command_and_option_explains_itself() -> None:
    for name, command in every_command():
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"


def test_help_comes_at_once() -> None:
    """In well under 0.3 s, because nothing heavy is imported for it."""
    code = (
        "import sys\nfrom cophub.cli import run\nrun(['--help'])\n"
        "heavy = {'httpx', 'sqlalchemy', 'altair', 'pydantic', 'apscheduler', 'rich', 'requests'}\n"
        "print('loaded', sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stderr.strip() == "loaded []"
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cophub", "--help"], capture_output=True, check=True)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.3


def test_the_configuration_may_be_named_before_and_after_the_command(
    cophub: Call, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = folder.folder / "other.toml"
    (folder.folder / "plugins.toml").rename(other)
    assert cophub("status").code == 2
    assert cophub("--config", str(other), "status").code == 0
    assert cophub("status", "--config", str(other)).code == 0
    monkeypatch.setenv("COPHUB_CONFIG", str(other))
    assert cophub("status").code == 0
    assert "nowhere.toml" in cophub("status", "--config", "nowhere.toml").err


@pytest.mark.parametrize("place", [("--json", "status"), ("status", "--json")])
def test_json_may_be_asked_for_before_and_after_the_command(
    cophub: Call, place: tuple[str, ...]
) -> None:
    assert cophub(*place).json["sources"][0]["state"] == "never ran"


def test_without_a_file_one_line_says_how_to_begin(cophub: Call, folder: Folder) -> None:
    (folder.folder / "plugins.toml").unlink()
    answer = cophub("sync")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "cophub: plugins.toml: there is no such file; `cophub init` writes one, --config names"
        " another [CPH-C04]\n"
    )


def test_a_misspelled_command_is_answered_with_the_one_that_was_meant(cophub: Call) -> None:
    answer = cophub("snyc")
    assert answer.code == 2
    assert 'There is no command "snyc" (did you mean "sync"?).' in answer.err


def test_a_wrong_option_cannot_start(cophub: Call) -> None:
    assert cophub("sync", "--fulll").code == 2


def test_an_unforeseen_error_is_one_line_and_its_traceback_is_in_a_file(
    cophub: Call, folder: Folder
) -> None:
    """A plugin's own bug, while the report of it must not show whom it was about."""
    code = (
        "import cophub.cli, cophub.hub.reading as r\n"
        "def broken(*a, **k): raise RuntimeError('met aba@example.org')\n"
        "r.runs = broken\n"
        "raise SystemExit(cophub.cli.run(%r))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code % ["runs"]], capture_output=True, text=True, check=False
    )
    log = folder.folder / "cophub-errors.log"
    assert found.returncode == 2
    assert found.stderr == (
        "cophub: something that nobody foresaw went wrong (RuntimeError);"
        f" where it happened is in {log} [CPH-X01]\n"
    )
    text = log.read_text()
    assert "in broken" in text
    assert "aba@example.org" not in text
    assert log.stat().st_mode & 0o077 == 0
    shown = subprocess.run(
        [sys.executable, "-c", code % ["runs", "--debug"]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" in shown.stderr


def test_a_reader_that_has_seen_enough_is_no_error(cophub: Call, folder: Folder) -> None:
    cophub("sync")
    command = [sys.executable, "-m", "cophub", "export", "post"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as export:
        assert export.stdout is not None
        assert export.stderr is not None
        export.stdout.close()
        assert export.stderr.read() == ""
    assert export.returncode == 0


def test_where_no_terminal_is_nothing_is_cut_and_nothing_is_coloured(
    folder: Folder,
) -> None:
    """A log or a `grep` gets whole lines, however narrow the terminal it came from."""
    folder.configure(CONFIG.replace("Forum list", "Forum list " + "x" * 300))
    found = subprocess.run(
        [sys.executable, "-m", "cophub", "discover", "lists"],
        capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "40"},
    )  # fmt: skip
    assert "x" * 300 in found.stdout
    assert "\x1b" not in found.stdout


def test_a_vendors_text_cannot_move_the_cursor(cophub: Call, folder: Folder) -> None:
    folder.configure(CONFIG.replace("Forum list", "Forum\\u001b[2J list"))
    out = cophub("discover", "lists").out
    assert "\x1b" not in out
    assert "Forum [2J list" in out


def test_a_terminal_gets_bars_while_it_waits(folder: Folder) -> None:
    """A pseudo-terminal, as a person has one."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    seen = bytearray()

    def read(handle: int) -> bytes:
        data = os.read(handle, 65536)
        seen.extend(data)
        return data

    folder.configure(CONFIG)
    status = pty.spawn([sys.executable, "-m", "cophub", "sync"], read)
    text = seen.decode()
    assert os.waitstatus_to_exitcode(status) == 0
    assert "\x1b[32m✓\x1b[0m \x1b[1mlists\x1b[0m" in text
    assert "lists \x1b[" in text
    assert text.index("━") < text.index("✓") < text.index("5 new")
    assert "━" not in text[text.index("✓") :]


def test_exit_codes_tell_done_failed_and_not_started(cophub: Call, folder: Folder) -> None:
    """0, 1 when some source failed, 2 when nothing could start."""
    assert cophub("sync").code == 0
    folder.configure(CONFIG + NEWSLETTER)
    assert cophub("sync").code == 1
    assert cophub("sync", "lists").code == 0
    assert cophub("sync", "newsletter").code == 2
    assert cophub("sync", "nowhere").code == 2


def test_the_sample_in_the_repository_is_the_one_that_init_writes() -> None:
    import cophub.cli

    root = Path(__file__).parents[2]
    packaged = Path(cophub.cli.__file__).with_name("sample.toml")
    assert (root / "plugins.toml").read_text() == packaged.read_text()

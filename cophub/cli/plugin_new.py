"""`plugins new`: a package for a connector of one's own, which passes its tests as it stands.

The files are Jinja templates in `cophub/cli/package`. Copier and Cookiecutter would ask for a
dependency of everybody, for a dozen files that four words decide and that change at once.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.plugins import Plugins

FILES = {
    "README.md": "README.md.j2",
    "pyproject.toml": "pyproject.toml.j2",
    ".gitignore": "gitignore.j2",
    "plugins.toml": "plugins.toml.j2",
    "src/MODULE/__init__.py": "src/connector.py.j2",
    "src/MODULE/py.typed": "src/py.typed.j2",
    "tests/__init__.py": "tests/init.py.j2",
    "tests/test_connector.py": "tests/test_connector.py.j2",
    "tests/vendor.py": "tests/vendor.py.j2",
    "tests/answers/recording.json": "tests/recording.json.j2",
}
"""Each file of a package, and the template that it is made of."""
ANSWERS = "answers/"
"""What the little vendor answered, as `cophub sync --record` keeps it: the same in each package."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LONGEST = 40


@dataclass(frozen=True)
class Names:
    """What a connector's package is called, and by whom."""

    connector: str
    """In plugins.toml."""

    @property
    def distribution(self) -> str:
        """By pip."""
        return f"cophub-{self.connector.replace('_', '-')}"

    @property
    def module(self) -> str:
        """By Python."""
        return f"cophub_{self.connector.replace('-', '_')}"

    @property
    def variable(self) -> str:
        """By the shell: where the token is."""
        return f"{self.connector.replace('-', '_').upper()}_TOKEN"


@click.command("new")
@click.argument("name")
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to make (else cophub-NAME, here).",
)
@shared
@pass_state
def plugins_new(state: State, name: str, folder: Path | None) -> None:
    """Make a package for a connector of your own, called NAME.

    It has settings, a stream, tests, and a little vendor to try all that with, and no account
    anywhere: it passes its tests as it stands. Nothing that is there already is overwritten.
    """
    from cophub.cli.setup import found_plugins

    names = _names(name)
    _refuse_taken(names, found_plugins(state))
    folder = folder or Path(names.distribution)
    written = write_package(names, folder)
    answer = {
        "connector": names.connector,
        "distribution": names.distribution,
        "module": names.module,
        "folder": str(folder),
        "written": written,
    }
    if show.finish(state, answer):
        return
    show.say(f"{show.mark('done')} {folder} is written, {len(written)} files")
    show.say(f"  1. cd {folder}")
    show.say('  2. pip install -e ".[test]"')
    show.say("  3. pytest")
    show.say("  4. python tests/vendor.py cophub sync")


def _names(name: str) -> Names:
    if name.lower().startswith("cophub") and name.strip("cophub-_ "):
        short = _suggested(re.sub(r"^cophub[-_]*", "", name.lower()))
        told = f'leave out "cophub": the package of "{short}" is called cophub-{short} by itself'
        raise ConfigError(told, code=ASKED)
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise ConfigError(
            f'"{name}" cannot be the name of a connector; write at most {_LONGEST} small letters,'
            f' digits and -, beginning with a letter, such as "{_suggested(name)}"',
            code=ASKED,
        )
    return Names(name)


def _suggested(name: str) -> str:
    """A name that can be had, as near as may be."""
    from anyascii import anyascii

    words = re.findall(r"[a-z0-9]+", anyascii(name).lower())
    if not words or words[0][0].isdigit():
        words.insert(0, "our")
    return "-".join(words)[:_LONGEST].rstrip("-")


def _refuse_taken(names: Names, plugins: "Plugins") -> None:
    """Raise ConfigError where somebody else is called so already."""
    if told := next(_taken(names, plugins), None):
        raise ConfigError(f"{told}; choose another name", code=ASKED)


def _taken(names: Names, plugins: "Plugins") -> Iterator[str]:
    if known := plugins.origins.get(f"connector {names.connector}"):
        yield f'there is a connector "{names.connector}" already ({known})'
    for origin in plugins.loaded:
        if origin.plugin == names.connector:
            yield f"there is a plugin of this name already ({origin})"
    try:
        found = distribution(names.distribution)
        yield f"{found.name} {found.version} is installed already"
    except PackageNotFoundError:
        pass
    if (there := find_spec(names.module)) is not None:
        yield f"there is a module {names.module} already ({there.origin})"


def write_package(names: Names, folder: Path) -> list[str]:
    """Write the package, whole or not at all, and name its files. Raises ConfigError."""
    files = dict(rendered(names))
    try:
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise ConfigError(
                f"{folder} is there already, and not empty; name another folder with --to",
                code=ASKED,
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".cophub-new-") as beside:
            made = Path(beside) / "package"
            for name, text in files.items():
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written ({error.strerror}); name another folder with --to",
            code=ASKED,
        ) from None
    return sorted(files)


def rendered(names: Names) -> Iterator[tuple[str, str]]:
    """Each file of the package by its path, and what it holds."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from cophub import __version__

    templates = Environment(
        loader=PackageLoader("cophub.cli", "package"), undefined=StrictUndefined,
        keep_trailing_newline=True, trim_blocks=True, autoescape=False,  # noqa: S701 - no HTML
    )  # fmt: skip
    given = {"names": names, "version": __version__}
    for path, template in FILES.items():
        text = templates.get_template(template).render(given)
        yield path.replace("MODULE", names.module), text
    for template in templates.list_templates(filter_func=lambda name: name.startswith(ANSWERS)):
        path = template.replace(ANSWERS, f"tests/answers/{names.connector}/")
        yield path, templates.get_template(template).render()

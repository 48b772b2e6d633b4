"""What the documentation takes from the code: each function gives a piece of Markdown.

`python -m cogapp -r -P README.md docs/*.md docs/connectors/*.md` writes the pieces anew;
the same with `--check` says whether that is needed.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import click
from pydantic import BaseModel
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite

from cophub import errors, hookspecs
from cophub.cli import SECTIONS, cli
from cophub.cli.plugin_new import Names, rendered
from cophub.cli.setup import _default_of, _type_of
from cophub.command import Command, CommandContext  # noqa: F401 - pages name them
from cophub.connector import Connector, Context, Handout, Stream  # noqa: F401 - pages name them
from cophub.connectors.microsoft.consent import Permission
from cophub.connectors.microsoft.refusals import USUAL, Asked, refusal
from cophub.error_codes import CATALOGUE
from cophub.pipelines.site.added.readable import ITEMS, OF_PEOPLE
from cophub.plugins import KINDS, load_plugins
from cophub.plugins.checks import english
from cophub.publisher import Publisher  # noqa: F401 - pages name it
from cophub.records import RECORDS, Record
from cophub.testing.promises import ADVICE, PROMISES
from cophub.warehouse import contract, privacy, tables, views
from cophub.warehouse.columns import field_kinds
from cophub.warehouse.definitions import ACTS, MONTH_KINDS, Group, measures_of
from tests.testing.not_held import EXCUSED, NOT_TRIED

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 92
PLUGINS = load_plugins()


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value)).replace("|", "\\|")


def code(text: str, language: str = "") -> str:
    """A fenced block."""
    return f"```{language}\n{text.strip()}\n```"


# --- command line ---------------------------------------------------------------------------


def commands() -> str:
    """Every command under the heading of its section, with its help."""
    top = _context(cli, "cophub")
    parts = [_help(top)]
    for section, names in SECTIONS.items():
        parts.append(f"## {section}")
        for name in names:
            command = cli.get_command(top, name)
            assert command is not None  # noqa: S101 - the sections name the commands there are
            parts += list(_command_parts(_context(command, name, top)))
    return "\n\n".join(parts)


def _command_parts(context: click.Context) -> Iterator[str]:
    """The help of a command, then of those below it."""
    yield f"### {context.command_path}"
    yield _help(context)
    if isinstance(context.command, click.Group):
        for name, command in context.command.commands.items():
            yield from _command_parts(_context(command, name, context))


def _context(
    command: click.Command, name: str, parent: click.Context | None = None
) -> click.Context:
    # A width of its own: the help must not depend on the terminal in which this runs.
    given = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(command, parent=parent, info_name=name, **given)


def _help(context: click.Context) -> str:
    return code(click.unstyle(context.command.get_help(context)), "text")


# --- plugins --------------------------------------------------------------------------------


def settings(model: type[BaseModel]) -> str:
    """The settings of a model, with those of the tables in it."""
    return table(("setting", "value", "default", "what it is"), _setting_rows(model))


def _setting_rows(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, ...]]:
    for name, info in model.model_fields.items():
        inner = next((each for each in get_args(info.annotation) if _is_model(each)), None)
        inner = inner or info.annotation  # a table that may be left out is one too
        is_table = _is_model(inner)
        default = "see below" if is_table else click.unstyle(_default_of(info))
        shown = default if default in ("required", "–", "see below") else f"`{default}`"
        yield f"`{before}{name}`", _type_of(info), shown, info.description or ""
        if is_table:
            yield from _setting_rows(inner, f"{before}{name}.")  # type: ignore[arg-type]


def _is_model(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, BaseModel)


def connector_settings(name: str) -> str:
    """The settings of a built-in connector."""
    return settings(PLUGINS.connectors[name].settings)


def upload_settings(name: str) -> str:
    """What an upload to a source of a built-in connector needs to know."""
    found = PLUGINS.connectors[name].upload_settings
    return settings(found) if found else ""


def pipeline_settings(name: str) -> str:
    """The settings of a built-in pipeline."""
    return settings(PLUGINS.pipelines[name].settings)


def publisher_settings(name: str) -> str:
    """The settings of a built-in publisher."""
    return settings(PLUGINS.publishers[name].settings)


def identity_rule_settings(name: str) -> str:
    """The settings of a built-in identity rule."""
    return settings(PLUGINS.identity_rules[name].settings)


def connector_streams(name: str) -> str:
    """What a connector reads, stream by stream."""
    found = PLUGINS.connectors[name]
    return table(
        ("stream", "gives", "sees edits", "sees who or what is gone", "what it is"),
        (_stream_row(stream) for stream in found.streams),
    )


def _stream_row(stream: Stream) -> tuple[str, ...]:
    gone = stream.sees_deletions or bool(stream.snapshot_of)
    gives = ", ".join(f"`{record.TABLE}`" for record in stream.yields)
    edits = "yes" if stream.sees_edits else "no"
    return f"`{stream.name}`", gives, edits, "yes" if gone else "no", stream.summary


def permissions(name: str) -> str:
    """What each stream of a connector must be allowed to do."""
    streams: dict[str, list[str]] = {}
    for stream in PLUGINS.connectors[name].streams:
        for permission in stream.permissions:
            streams.setdefault(permission, []).append(f"`{stream.name}`")
    return "\n".join(f"- {', '.join(names)}: {what}." for what, names in streams.items())


def consent(*permissions: Permission) -> str:
    """Permissions of Microsoft's services, as the portal of an app registration lists them."""
    rows = [
        (one.api, f"`{one.name}`", one.kind, "as wanted" if one.optional else "yes", one.why)
        for one in permissions
    ]
    return table(("API", "permission", "kind", "needed", "what it opens"), rows)


def refusals() -> str:
    """What Entra ID's numbers mean, those that administrators meet most."""
    asked = Asked("SOURCE", "TENANT", "CLIENT_ID", "RESOURCE", "THUMBPRINT")
    rows = []
    for code in USUAL:
        told = str(refusal({"error_codes": [code]}, asked)).partition("): ")[2]
        what, _, step = told.partition("; ")
        rows.append((f"AADSTS{code}", what, step))
    return table(("number", "what it means", "what to do"), rows)


def personal(name: str) -> str:
    """The columns in which a connector puts personal data."""
    return ", ".join(f"`{column}`" for column in PLUGINS.connectors[name].personal) + "."


def plugin_list() -> str:
    """Everything built-in of every kind in a line."""
    rows = [
        (kind.name, f"`{name}`", english(one.summary))
        for kind in KINDS
        for name, one in PLUGINS.of(kind).items()
        if PLUGINS.origins[f"{kind.name} {name}"].distribution == "cophub"
    ]
    return table(("kind", "name", "what it does"), rows)


def sample() -> str:
    """The plugins.toml that `cophub init` writes."""
    return code((ROOT / "cophub/cli/sample.toml").read_text(encoding="utf-8"), "toml")


# --- the contract ---------------------------------------------------------------------------


def hooks() -> str:
    """A heading for each hook, with its signature as in the code, and its whole example."""
    parts = []
    for name, hook in sorted(vars(hookspecs).items()):
        if name.startswith("cophub_"):
            example = (ROOT / f"tests/examples/hooks/{name}.py").read_text(encoding="utf-8")
            said = textwrap.fill(inspect.getdoc(hook) or "", 100)
            parts += [f"### `{signature(hook)}`", said, code(example, "python")]
    return "\n\n".join(parts)


def tests_of_plugins() -> str:
    """The tests of two of these examples, as an author would write them."""
    return code((ROOT / "tests/examples/hooks/tests_of_them.py").read_text("utf-8"), "python")


def signature(function: Any) -> str:
    """`cophub_connectors() -> list[Connector]`: a function as its definition reads."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    gives = ast.unparse(found.returns) if found.returns else "None"
    return _unquoted(f"{found.name}({ast.unparse(found.args)}) -> {gives}")


def _unquoted(told: str) -> str:
    """Types without the quotes that spare an import: `'httpx.Client'` is `httpx.Client`."""
    return re.sub(r"(: |-> )'([^']+)'", r"\1\2", told)


def signatures(owner: Any, names: Sequence[str] = ()) -> str:
    """Functions of a module, or methods of a class, each with the first line of what it says."""
    rows = []
    for name in names or [n for n in owner.__all__ if inspect.isfunction(getattr(owner, n))]:
        function = getattr(owner, name)
        told = (inspect.getdoc(function) or "").split("\n")[0]
        rows.append(
            (f"`{signature(function)}`".replace("self, ", "").replace("(self)", "()"), told)
        )
    return table(("function", "what it gives"), rows)


def fields(contract: type[Any]) -> str:
    """The fields of a class of the contract, with their types and what stands below them."""
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(contract))).body
    rows: list[list[str]] = []
    for node in tree.body:  # type: ignore[attr-defined]
        if isinstance(node, ast.AnnAssign):
            kind = ast.unparse(node.annotation).strip("'")
            default = f"`{ast.unparse(node.value)}`" if node.value else "required"
            rows.append([f"`{ast.unparse(node.target)}`", f"`{kind}`", default, ""])
        elif rows and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            rows[-1][-1] = str(node.value.value)
    return table(("field", "type", "default", "what it is"), rows)


def context() -> str:
    """What a Context offers; a field may hold a function too, and is none of these."""
    found = [(name, value) for name, value in vars(Context).items() if inspect.isfunction(value)]
    names = [name for name, value in found if value.__name__ == name and name[0] != "_"]
    return signatures(Context, names)


def handed(contract: type[Any]) -> str:
    """What a context holds and can do for whoever is handed it; not what it works with inside."""
    rows = [row for row in fields(contract).splitlines() if "field(repr=False)" not in row]
    open_to_all = [name for name in vars(contract) if not name.startswith(("_", "open_"))]
    held = [
        (f"`{name}`", (inspect.getdoc(vars(contract)[name]) or "").split("\n")[0])
        for name in open_to_all
        if isinstance(vars(contract)[name], property)
    ]
    functions = [n for n in open_to_all if inspect.isfunction(vars(contract)[n])]
    return "\n\n".join(
        ("\n".join(rows), table(("also", "what it is"), held), signatures(contract, functions))
    )


def records() -> str:
    """The records with their key and their own fields."""
    parts = []
    for record in RECORDS:
        kinds = field_kinds(record)
        fields = ", ".join(
            f"`{name}` ({kind})"
            for name, kind in kinds.items()
            if name not in (*record.KEY, *Record.__struct_fields__)
        )
        keys = ", ".join(f"`{name}`" for name in record.KEY)
        about = (inspect.getdoc(record) or "").split("\n")[0]
        parts.append(f"- **`{record.__name__}`**: {about}\n  Key: {keys}. Fields: {fields}.")
    return "\n".join(parts)


def example(name: str = "agora") -> str:
    """A complete example of a plugin, or its test."""
    return code((ROOT / f"tests/examples/{name}.py").read_text(encoding="utf-8"), "python")


def blocks(module: Any) -> str:
    """What a page may yield, and what blocks are made of: each with its fields."""
    parts = []
    for found in (*get_args(module.Block), module.Headline, module.Column, module.Link):
        told = re.sub(r"\s+", " ", inspect.getdoc(found) or "")
        given = inspect.signature(found).replace(return_annotation=inspect.Signature.empty)
        names = ", ".join(
            name if each.default is each.empty else f"{name}=..."
            for name, each in given.parameters.items()
        )
        parts.append(f"- **`{found.__name__}({names})`**: {told}")
    return "\n".join(parts)


def readable() -> str:
    """The tables that pages may ask beside those of the site."""
    parts = ["### `items`", table(("column", "what it is"), _ticked(ITEMS))]
    for name, columns in OF_PEOPLE.items():
        parts += [f"### `{name}`", "For facilitators alone.",
                  table(("column", "what it is"), _ticked(columns))]  # fmt: skip
    return "\n\n".join(parts)


def _ticked(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", told) for name, told in columns.items()]


def of_new_package(*functions: str) -> str:
    """Some functions of the connector that `cophub plugins new guestbook` makes."""
    files = dict(rendered(Names("guestbook")))
    text = files["src/cophub_guestbook/__init__.py"]
    found = {part.name: part for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)}
    parts = [str(ast.get_source_segment(text, found[name])) for name in functions]
    return code("\n\n\n".join(parts), "python")


def error_classes() -> list[type[Exception]]:
    """Every error of cophub, the base first."""
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    return [one for one in found if issubclass(one, errors.CophubError)]


def error_table() -> str:
    """Every error with what it says of itself."""
    rows = []
    for error in error_classes()[1:]:
        what, _, who = (inspect.getdoc(error) or "").rstrip(".").partition(": ")
        rows.append((f"`{error.__name__}`", what, who.removesuffix(" puts it right").rstrip(",")))
    return table(("error", "what it says", "who or what puts it right"), rows)


def error_codes() -> str:
    """Every code with what it means, why it comes and what to do."""
    return "\n\n".join(
        f"## {one.code}\n\n**{one.title}.**\n\n**Cause.** {one.cause}\n\n"
        f"**Next step.** {one.next_step}"
        for one in CATALOGUE.values()
    )


# --- the warehouse --------------------------------------------------------------------------


def table_names() -> list[str]:
    """Every table, the vendor side first."""
    vendor = [found.name for found in tables.VENDOR_TABLES.values()]
    vendor.insert(vendor.index("membership") + 1, tables.membership_period.name)
    hub = sorted(set(tables.metadata.tables) - set(vendor))
    return [*vendor, *hub]


def dictionary() -> str:
    """Every table with its columns."""
    parts = []
    for name in table_names():
        found = tables.metadata.tables[name]
        tags = privacy.tags(name)
        rows = [(*_column_row(column), tags[column.name]) for column in found.columns]
        parts += [f"### `{name}`", f"{found.comment}. {_version(name)}".strip(), _key_of(found)]
        parts.append(table(("column", "SQLite", "PostgreSQL", "what it is", "tag"), rows))
    return "\n\n".join(parts)


def _version(name: str) -> str:
    """The version of what readers rely on; empty for tables that they do not."""
    shape = contract.current().get(name)
    return f"Version {shape.version}, for {shape.readers}." if shape else ""


def contract_list() -> str:
    """Every view and table that readers rely on, with its version."""
    rows = [
        (f"[`{one.name}`](#{one.name})", one.version, one.changed_in, one.readers)
        for one in sorted(contract.current().values(), key=lambda one: one.name)
    ]
    return table(("name", "version", "since cophub", "for"), rows)


def _key_of(found: Table) -> str:
    return f"Key: {', '.join(f'`{column.name}`' for column in found.primary_key.columns)}."


def _column_row(column: Column[Any]) -> tuple[str, ...]:
    kinds = [
        column.type.compile(dialect).lower().replace("timestamp with time zone", "timestamptz")
        for dialect in (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]
    ]
    return f"`{column.name}`", *kinds, column.comment or ""


def view_list() -> str:
    """Every view with its columns and its definition."""
    parts = []
    for view in views.VIEWS:
        tags = privacy.tags(view.name)
        rows = [(f"`{name}`", words, tags[name]) for name, words in view.columns.items()]
        parts += [f"### `{view.name}`", f"{view.comment}. {_version(view.name)}"]
        parts.append(table(("column", "what it is", "tag"), rows))
        summary = "<summary>Definition, on SQLite</summary>"
        sql = code(view.definition("sqlite"), "sql")
        parts.append(f"<details>{summary}\n\n{sql}\n\n</details>")
    return "\n\n".join(parts)


# --- measures -------------------------------------------------------------------------------


def measures(group: Group = "quarter") -> str:
    """The measures that are shown together."""
    rows = [
        (f"`{m.name}`", m.label, m.unit, m.definition, m.sources, m.exclusions)
        for m in measures_of(group)
    ]
    return table(("name", "label", "unit", "definition", "counted from", "left out"), rows)


def acts() -> str:
    """The kinds of acts with their weights."""
    rows = [(f"`{kind}`", weight, what) for kind, (weight, what) in ACTS.items()]
    return table(("act", "weight", "what it is"), rows)


def months() -> str:
    """The kinds of rows by month."""
    return table(("kind", "what is counted"), ((f"`{k}`", what) for k, what in MONTH_KINDS.items()))


# --- promises ---------------------------------------------------------------------------------


def promises() -> str:
    """What a connector promises, and what its author looks at when that breaks."""
    rows = [(f"`{name}`", told, ADVICE[name]) for name, told in PROMISES.items()]
    return table(("promise", "what is held", "look at this when it breaks"), rows)


def not_held() -> str:
    """What the built-in connectors cannot be held to, by the reason."""
    rows = [
        (
            listed_as_code(promises.split()),
            listed_as_code(streams.split()),
            reason,
        )
        for reason, promises, streams in (*EXCUSED, *NOT_TRIED)
    ]
    return table(("promise", "connector or stream", "why it is not held"), rows)


def listed_as_code(names: Iterable[str]) -> str:
    """Names, each as code, and where a promise breaks; a name of two words has `_` in it."""
    told = (name.partition("@") for name in names)
    return ", ".join(
        f"`{name.replace('_', ' ')}`" + (f" at `{place}`" if place else "")
        for name, _, place in told
    )

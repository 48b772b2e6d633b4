"""plugins.toml -> Config: what the hub knows before it meets a plugin or the warehouse.

The file is checked whole when it is read, but what only one source needs (its secrets, its
connector's settings) is looked at when that source is needed: a missing secret of one source must
not stop another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
)

from cophub.command import Command
from cophub.config.alerts_table import AlertsTable, webhook_address
from cophub.config.environment import NotThereError, marked, others_may_read, resolved, unmarked
from cophub.config.messages import code_of, did_you_mean, explain, listed, models_in, place
from cophub.config.queue_checks import check_queue, check_warehouse, without_effect
from cophub.config.reading import read, shown
from cophub.config.retention_table import RetentionTable
from cophub.config.secret_values import (
    format_of,
    is_path,
    password_of,
    plain_secrets,
    remember_secrets,
)
from cophub.config.serve_table import ServeTable
from cophub.config.tables import (
    CommandTable,
    CommunityTable,
    HubTable,
    IdentityRuleTable,
    PluginsTable,
    PublisherTable,
    Table,
    no_duplicates,
    usable_name,
    warehouse_address,
)
from cophub.config.timed_tables import PipelineTable, Timed
from cophub.config.timetable import Timetable
from cophub.connector import Connector
from cophub.error_codes import ADDRESS, SECRET_OPEN, UNKNOWN_KEY, UNKNOWN_NAME, VALUE
from cophub.errors import ConfigError
from cophub.http import redact, remember_secret
from cophub.identity_rule import IdentityRule, RuleInUse
from cophub.pipeline import CommunitySpec, LaterSettings, Pipeline
from cophub.publisher import Publisher
from cophub.smtp import Smtp

__all__ = ["Config", "Source", "Timetable", "load_config", "shown"]

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")
_LONGEST_BODY = 1_000_000
Name = Annotated[str, AfterValidator(usable_name)]


def _bodies(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value in ("whole", "none") or (is_number and 0 < value <= _LONGEST_BODY):
        return value
    raise ValueError('must be "whole", "none" or a number of letters, such as 300')


class Source(Timed):
    """`[sources.NAME]`: a connector with settings."""

    connector: str
    streams: list[str] | None = None
    purpose: Annotated[str, Field(min_length=1)] | None = None
    lawful_basis: Annotated[str, Field(min_length=1)] | None = None
    addresses: Literal["masked", "shown"] = "masked"
    bodies: Annotated[Literal["whole", "none"] | int, BeforeValidator(_bodies)] = "whole"
    _config: "Config" = PrivateAttr()
    _name: str = PrivateAttr()

    @field_validator("streams")
    @classmethod
    def _some(cls, streams: list[str] | None) -> list[str] | None:
        if streams == []:
            raise ValueError("is empty; leave it out to take every stream")
        return streams and no_duplicates(streams, "stream")

    @property
    def name(self) -> str:
        """The source's name in plugins.toml."""
        return self._name

    def settings_for(self, connector: Connector) -> BaseModel:
        """The connector's settings, with secrets from the environment. Raises ConfigError."""
        where = ("sources", self._name)
        return self._config.settings(connector.settings, self.settings, where)

    def streams_of(self, connector: Connector) -> tuple[str, ...] | None:
        """The streams this source takes, or None for all. Raises ConfigError for an unknown one."""
        known = [stream.name for stream in connector.streams]
        for stream in self.streams or ():
            if stream not in known:
                self._config.fail(
                    ("sources", self._name, "streams"),
                    f'{connector.name} has no stream "{stream}"{did_you_mean(stream, known)};'
                    f" it has {listed(known)}",
                    code=UNKNOWN_NAME,
                )
        return tuple(self.streams) if self.streams else None


class Config(Table):
    """The whole of plugins.toml."""

    hub: HubTable = HubTable()
    plugins: PluginsTable = PluginsTable()
    communities: dict[Name, CommunityTable] = Field(default={})
    sources: dict[Name, Source] = Field(default={})
    pipelines: dict[Name, PipelineTable] = Field(default={})
    commands: dict[Name, CommandTable] = Field(default={})
    publishers: dict[Name, PublisherTable] = Field(default={})
    identity_rules: dict[Name, IdentityRuleTable] = Field(default={})
    retention: RetentionTable = RetentionTable()
    alerts: AlertsTable | None = None
    serve: ServeTable = ServeTable()
    _path: Path = PrivateAttr(default=Path("plugins.toml"))

    @field_validator("sources", "communities", "publishers")
    @classmethod
    def _apart(cls, tables: dict[str, Any]) -> dict[str, Any]:
        seen: dict[str, str] = {}
        for name in tables:
            if (other := seen.setdefault(name.lower(), name)) != name:
                raise ValueError(f'"{other}" and "{name}" differ in case only; rename one')
        return tables

    @property
    def path(self) -> Path:
        """The file this was read from."""
        return self._path

    @property
    def folder(self) -> Path:
        """The folder of the file: what relative paths in it start from."""
        return self._path.absolute().parent

    @property
    def site(self) -> Path:
        """The folder that readers open."""
        return self.folder / Path(self.hub.site).expanduser()

    @property
    def backups(self) -> Path:
        """The folder for copies of the warehouse."""
        return self.folder / Path(self.hub.backups).expanduser()

    @property
    def timezone(self) -> ZoneInfo:
        """The hub's zone: it decides the day and quarter of an instant, and when a cron comes."""
        return self.hub.timezone

    @property
    def modules(self) -> list[str]:
        """Plugin modules without an entry point."""
        return self.plugins.modules

    @property
    def community_specs(self) -> tuple[CommunitySpec, ...]:
        """The communities, as pipelines are handed them."""
        return tuple(
            CommunitySpec(key=key, **{**dict(table), "spaces": tuple(table.spaces)})
            for key, table in self.communities.items()
        )

    @property
    def promises(self) -> dict[str, timedelta]:
        """How old the data of a source may be at most, by its name, where that is promised."""
        promised = {name: source.fresh_within for name, source in self.sources.items()}
        return {name: length for name, length in promised.items() if length is not None}

    @property
    def warehouse_url(self) -> str:
        """Where the warehouse is. Raises ConfigError when it is in a variable that is not set."""
        where = ("hub", "warehouse")
        value = self._resolve(self.hub.warehouse, where)
        if isinstance(self.hub.warehouse, str) and password_of(value):
            self._refuse_open(where)
        try:
            url = str(warehouse_address(value))
        except ValueError as error:
            self.fail(where, str(error), code=ADDRESS)
        check_warehouse(self, url)
        return _anchored(url.replace("postgresql://", "postgresql+psycopg://"), self.folder)

    @property
    def warnings(self) -> list[str]:
        """What is odd but may be meant."""
        return [
            f"{self.file}: {place(('communities', key, 'spaces'))}: there is no source"
            f' "{source}"{did_you_mean(source, self.sources)}, so "{space}" adds nothing'
            for key, table in self.communities.items()
            for space in table.spaces
            if (source := space.partition(":")[0]) not in self.sources
        ] + list(without_effect(self))

    @property
    def file(self) -> str:
        """The file as a message names it."""
        return shown(self._path)

    def source(self, name: str) -> Source:
        """The source called `name`. Raises ConfigError that lists what there is."""
        if name in self.sources:
            return self.sources[name]
        raise ConfigError(
            f'{self.file}: there is no source "{name}"{did_you_mean(name, self.sources)};'
            f" it has {listed(self.sources)}",
            code=UNKNOWN_NAME,
        )

    def connector_of(self, name: str, connectors: dict[str, Connector]) -> Connector:
        """The connector of a source. Raises ConfigError that lists the connectors there are."""
        wanted = self.source(name).connector
        return self._known(wanted, connectors, ("sources", name, "connector"))

    def check_pipelines(self, pipelines: Iterable[str]) -> None:
        """Raise ConfigError when the file speaks of a pipeline that no plugin brings."""
        known = list(pipelines)
        for name in self.pipelines:
            if name not in known:
                what = f"there is no such pipeline{did_you_mean(name, known)}"
                self.fail(
                    ("pipelines", name), f"{what}; there are {listed(known)}", code=UNKNOWN_NAME
                )
        for name, table in self.pipelines.items():
            if table.upload and name != "site":
                self.fail(("pipelines", name, "upload"), 'only "site" makes files to upload')

    def upload_settings(self, name: str, connector: Connector) -> BaseModel:
        """What an upload to the source called `name` needs to know. Raises ConfigError."""
        where = ("pipelines", "site", "upload", name)
        if connector.upload_settings is None:
            self.fail(where, f"{connector.name} has no place for files; take another source")
        return self._settings(connector.upload_settings, self.pipelines["site"].upload[name], where)

    def pipeline_settings(self, pipeline: Pipeline) -> BaseModel:
        """A pipeline's settings; its defaults when the file does not speak of it."""
        table = self.pipelines.get(pipeline.name, PipelineTable())
        return self.settings(pipeline.settings, table.settings, ("pipelines", pipeline.name))

    def command_settings(self, command: Command) -> BaseModel:
        """The settings of a plugin's command. Raises ConfigError."""
        table = self.commands.get(command.name, CommandTable())
        return self.settings(command.settings, table.settings, ("commands", command.name))

    def publisher_of(self, name: str, publishers: Mapping[str, Publisher]) -> Publisher:
        """The publisher of a table. Raises ConfigError that lists the publishers there are."""
        wanted = self.publishers[name].publisher
        return self._known(wanted, publishers, ("publishers", name, "publisher"))

    def publisher_settings(self, name: str, publisher: Publisher) -> BaseModel:
        """The settings of a publisher for one place. Raises ConfigError."""
        where = ("publishers", name)
        return self.settings(publisher.settings, self.publishers[name].settings, where)

    def unknown_commands(self, known: Iterable[str]) -> list[str]:
        """A line for each table of a command that no plugin brings."""
        return [
            f"{self.file}: {place(('commands', name))}: no plugin brings such a"
            f" command{did_you_mean(name, known)}; there are {listed(known)}"
            for name in self.commands
            if name not in known
        ]

    def identity_rules_in_use(self, rules: Mapping[str, IdentityRule]) -> tuple[RuleInUse, ...]:
        """The rules that the file wakes, of those that there are, by name. Raises ConfigError."""
        found = []
        for name, table in sorted(self.identity_rules.items()):
            where = ("identity_rules", name)
            rule = self._known(table.rule, rules, (*where, "rule"))
            for source in table.sources:
                self._known(source, self.sources, (*where, "source"))
            settings = self.settings(rule.settings, table.settings, where)
            found.append(RuleInUse(name, rule, settings, tuple(table.sources)))
        return tuple(found)

    def settings(self, model: type[S], values: dict[str, Any], where: tuple[str, ...]) -> S:
        """The values as the plugin's own model, paths made absolute and variables filled in.

        Raises ConfigError, but for what the model wants to be told later.
        """
        where = (*where, "settings")
        late = model.later & values.keys() if issubclass(model, LaterSettings) else frozenset()
        good = {key: value for key, value in values.items() if key not in late}
        made, wrong = self._settings(model, good, where), {}
        for key in sorted(late):
            try:
                made = self._settings(model, {**good, key: values[key]}, where)
            except ConfigError as error:
                wrong[key] = str(error)
            else:
                good[key] = values[key]
        if isinstance(made, LaterSettings):
            made.leave_out(wrong)
        return made

    def _settings(self, model: type[S], values: dict[str, Any], where: tuple[str, ...]) -> S:
        if model.model_config.get("extra") != "allow":
            self._refuse_unknown(model, values, where)
        values = {
            key: unmarked(value) if _takes_table(model, key) else value
            for key, value in values.items()
        }
        for path in plain_secrets(model, values):
            self._refuse_open((*where, *path))
        filled = self._resolve(values, where)
        remember_secrets(model, values, filled)
        for key, field in model.model_fields.items():
            if isinstance(field.default, Path):
                filled.setdefault(key, str(field.default))
        for key in filled:
            found = model.model_fields.get(key)
            if found is not None and is_path(found):
                filled[key] = _absolute(filled[key], self.folder)
        for key, field in model.model_fields.items():
            if format_of(field) == "hub-timezone":
                # A day without a clock time would else be in another quarter than it says.
                filled.setdefault(key, self.timezone.key)
        try:
            return model.model_validate(filled)
        except ValidationError as error:
            line, code = explain(error, model, where, redact), code_of(error)
        raise ConfigError(f"{self.file}: {line}", code=code)

    def alerts_smtp(self) -> Smtp:
        """The mail server that alerts go through. Raises ConfigError."""
        values = self.alerts.smtp if self.alerts else {}
        return self._settings(Smtp, values, ("alerts", "smtp"))

    def alerts_url(self, place: int) -> str:
        """Where one of the webhooks is, by its place in the file. Raises ConfigError."""
        where = ("alerts", "webhooks", place, "url")
        hooks = self.alerts.webhooks if self.alerts else []
        url = self._resolve(hooks[place].url, where)
        remember_secret(url)
        if url is hooks[place].url:
            self._refuse_open(where)
        try:
            return webhook_address(url)
        except ValueError as error:
            self.fail(where, str(error), code=VALUE)

    def serve_secret(self, value: Any, *where: str) -> str:
        """The value of a secret under `[serve]`, looked up now. Raises ConfigError."""
        found = str(self._resolve(value, ("serve", *where)))
        remember_secret(found)
        if found is value:
            self._refuse_open(("serve", *where))
        return found

    def _known(self, wanted: str, there: Mapping[str, T], where: tuple[str, ...]) -> T:
        """What plugins bring by a name. Raises ConfigError that lists the names there are."""
        if wanted not in there:
            self.fail(
                where,
                f'there is no {where[-1]} "{wanted}"{did_you_mean(wanted, there)};'
                f" there are {listed(there)}",
                code=UNKNOWN_NAME,
            )
        return there[wanted]

    def fail(self, where: tuple[str | int, ...], what: str, *, code: str | None = None) -> NoReturn:
        """Raise the ConfigError for one place in the file."""
        raise ConfigError(f"{self.file}: {place(where)}: {what}", code=code)

    def _resolve(self, value: Any, where: tuple[str | int, ...]) -> Any:
        return resolved(value, self.folder, _not_there(self.file), where)

    def _refuse_open(self, where: tuple[str | int, ...]) -> None:
        """Refuse a secret that stands in the file while others may read that."""
        try:
            is_open = others_may_read(self._path.stat())
        except OSError:
            return  # what is wrong with the file is told by whoever reads it
        if is_open:
            self.fail(
                where,
                f"it is a secret, and other users of this machine may read the file; chmod 600"
                f' {self.file}, or keep the secret elsewhere: {{ env = "NAME" }},'
                ' { file = "path" } or { keyring = "service/user" }',
                code=SECRET_OPEN,
            )

    def _refuse_unknown(
        self, model: type[BaseModel], values: dict[str, Any], where: tuple[str, ...]
    ) -> None:
        # A plugin's own model may ignore what it does not know; a misspelled key never is.
        fields = model.model_fields
        known = {*fields, *(str(field.alias) for field in fields.values() if field.alias)}
        for key in values:
            if key not in known:
                self.fail(
                    (*where, key),
                    f"no such setting{did_you_mean(key, known)}; there are {listed(known)}",
                    code=UNKNOWN_KEY,
                )


def load_config(path: Path | str = "plugins.toml") -> Config:
    """Read and check plugins.toml.

    Raises ConfigError of one line that names the file, the table, the key and the fix.
    """
    path = Path(path)
    raw = marked(read(path))
    later = list(_taken_out(raw))
    filled = resolved(raw, path.absolute().parent, _not_there(shown(path)))
    for where, key, value in later:
        _table_at(filled, where)[key] = value
    try:
        config = Config.model_validate(filled)
    except ValidationError as error:
        line = explain(error, Config)
        raise ConfigError(f"{shown(path)}: {line}", code=code_of(error)) from None
    config._path = path
    for name, source in config.sources.items():
        source._config, source._name = config, name
    check_queue(config)
    return config


def _taken_out(raw: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Take out of the values what whoever needs it resolves: the warehouse's address, settings."""
    places: list[tuple[tuple[str, ...], str]] = [
        (("hub",), "warehouse"), (("alerts",), "smtp"), (("alerts",), "webhooks"),
        (("serve",), "metrics_token"), (("serve", "sign_in"), "client_secret"),
    ]  # fmt: skip
    for kind in ("sources", "pipelines", "commands", "publishers"):
        entries = raw.get(kind)
        if isinstance(entries, dict):
            places += [((kind, name), "settings") for name in entries]
    for where, key in places:
        table = _table_at(raw, where)
        if isinstance(table, dict) and key in table:
            yield where, key, table.pop(key)


def _table_at(values: Any, where: tuple[str, ...]) -> Any:
    for part in where:
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _not_there(file: str) -> Callable[[tuple[str | int, ...], NotThereError], ConfigError]:
    def failed(where: tuple[str | int, ...], why: NotThereError) -> ConfigError:
        return ConfigError(f"{file}: {place(where)}: {why}", code=why.code)

    return failed


def _anchored(url: str, folder: Path) -> str:
    """A SQLite address with an absolute file: the same one wherever cophub is started."""
    scheme, slashes, file = url.partition("sqlite:///")
    if scheme or not slashes or not file or file.startswith((":memory:", "file:")):
        return url
    name, mark, options = file.partition("?")
    return f"sqlite:///{folder / Path(name).expanduser()}{mark}{options}"


def _takes_table(model: type[BaseModel], key: str) -> bool:
    """Whether a setting is a table itself, so that one key in it means nothing else."""
    field = model.model_fields.get(key)
    if field is None:
        return False
    return bool(models_in(field.annotation)) or "dict[" in str(field.annotation)


def _absolute(value: Any, folder: Path) -> Any:
    """Paths in settings start from the folder of plugins.toml, wherever cophub was started."""
    if isinstance(value, list):
        return [_absolute(inner, folder) for inner in value]
    if not isinstance(value, str) or not value or "-----BEGIN" in value:  # what the file would hold
        return value
    return str(folder / Path(value).expanduser())

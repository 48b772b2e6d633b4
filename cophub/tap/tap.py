"""The tap: its settings, its streams, and the one moment of the warehouse that all are read at."""

from contextlib import ExitStack
from functools import cached_property
from typing import Any, ClassVar

from singer_sdk import Tap
from singer_sdk.helpers.capabilities import (
    CapabilitiesEnum,
    PluginCapabilities,
    TapCapabilities,
)
from sqlalchemy import Connection

from cophub.hub import Hub
from cophub.hub.auditing import note
from cophub.hub.source_uses import visible
from cophub.identities.visibility import Visibility
from cophub.tap.published import published
from cophub.tap.streams import WarehouseStream
from cophub.warehouse.privacy import Tag


def _flag(title: str, what: str, default: bool = False) -> dict[str, Any]:
    return {"type": ["boolean", "null"], "title": title, "description": what, "default": default}


class TapCophub(Tap):
    """The warehouse of cophub: communities, what happens in them, figures, and people if asked."""

    name = "tap-cophub"
    package_name = "cophub"
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG, TapCapabilities.STATE, TapCapabilities.DISCOVER,
        TapCapabilities.ACTIVATE_VERSION, PluginCapabilities.ABOUT, PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
    ]  # fmt: skip
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "config": {
                "type": ["string", "null"],
                "title": "plugins.toml",
                "description": "The plugins.toml of the hub; else COPHUB_CONFIG, else the one in"
                " this folder. A path is from the folder that the tap runs in.",
            },
            "identifiers": _flag(
                "Identifiers",
                "Also who somebody is and what they did without saying it: columns tagged"
                " identifier or sensitive, and streams about single people.",
            ),
            "content": _flag("Content", "Also what people wrote: columns tagged content."),
            "addresses": _flag(
                "Addresses", "All addresses of the stream person in full, none masked."
            ),
            "emit_activate_version_messages": _flag(
                "Versions",
                "Say when a table has come whole, so that the target lets go of what is not in it.",
                True,
            ),
        },
    }

    def __init__(self, *, hub: Hub | None = None, **given: Any) -> None:
        """`given` as for every tap of the SDK; `hub` in place of the plugins.toml it names."""
        self._hub = hub
        self._open = ExitStack()
        super().__init__(**given)

    def close(self) -> None:
        """Let go of the moment."""
        self._open.close()

    def setup_mapper(self) -> None:
        """As the SDK does, once it is clear what of each stream is selected."""
        for stream in self.streams.values():
            _ = stream.metadata
        super().setup_mapper()

    def discover_streams(self) -> list[WarehouseStream]:
        """Every stream there is; no warehouse is asked."""
        return [WarehouseStream(self, each) for each in published().values()]

    @property
    def identifiers(self) -> bool:
        """Whether who somebody is, and what they did, is selected by itself."""
        return bool(self.config.get("identifiers"))

    @property
    def shown(self) -> set[Tag]:
        """The tags of columns that are selected by themselves."""
        shown: set[Tag] = {"plain"}
        if self.identifiers:
            shown |= {"identifier", "sensitive"}
        if self.config.get("content"):
            shown.add("content")
        return shown

    @cached_property
    def hub(self) -> Hub:
        """The hub. Raises ConfigError."""
        if self._hub is None:
            path = self.config.get("config") or "plugins.toml"
            self._hub = self._open.enter_context(Hub.open(path))
        return self._hub

    @cached_property
    def visible(self) -> Visibility:
        """Whose addresses are shown in full."""
        return visible(self.hub.config, bool(self.config.get("addresses")))

    @cached_property
    def snapshot(self) -> Connection:
        """One moment of the warehouse, for all streams; what leaves is noted before it does."""
        about_people = [
            name
            for name, stream in self.streams.items()
            if isinstance(stream, WarehouseStream) and stream.selected and stream.tags != {"plain"}
        ]
        if about_people:
            addresses = bool(self.config.get("addresses"))
            note(self.hub, "export", *about_people, format="singer", addresses=addresses)
        return self._open.enter_context(self.hub.warehouse.connect())


__all__ = ["TapCophub"]

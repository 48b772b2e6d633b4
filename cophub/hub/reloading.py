"""What a changed plugins.toml changes."""

from typing import TYPE_CHECKING

from cophub.hub.answers import Reloaded

if TYPE_CHECKING:
    from cophub.config import Config
    from cophub.config.timed_tables import Timed


def difference(old: "Config", new: "Config") -> Reloaded:
    """What differs between two states of plugins.toml: sources, pipelines and other tables."""
    before, after = _named(old), _named(new)
    both = [name for name in after if name in before]
    tables = [key for key in type(new).model_fields if key not in ("sources", "pipelines")]
    changed = [name for name in both if dict(after[name]) != dict(before[name])]
    changed += [f"[{key}]" for key in tables if getattr(old, key) != getattr(new, key)]
    return Reloaded(
        new.file,
        added=tuple(name for name in after if name not in before),
        changed=tuple(changed),
        removed=tuple(name for name in before if name not in after),
    )


def _named(config: "Config") -> "dict[str, Timed]":
    pipelines = {f"pipeline {name}": table for name, table in config.pipelines.items()}
    return {**config.sources, **pipelines}


__all__ = ["difference"]

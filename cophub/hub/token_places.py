"""Where the tokens are kept that vendors renew."""

from typing import TYPE_CHECKING

from cophub.http import FileTokens, TokenStore

if TYPE_CHECKING:
    from cophub.hub import Hub


def token_store(hub: "Hub", source: str) -> TokenStore:
    """Encrypted files beside plugins.toml; where machines share the work, the warehouse."""
    folder = hub.config.folder / "tokens" / source
    if hub.config.hub.queue == "here":
        return FileTokens(folder)
    from cophub.warehouse.token_store import TableTokens

    return TableTokens(lambda: hub.warehouse, source, hub.now, folder)


__all__ = ["token_store"]

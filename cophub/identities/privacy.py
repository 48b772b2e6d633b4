"""What readers may see of whom: addresses are masked wherever nobody asked for them."""

import re
from collections.abc import Callable

_ADDRESS = re.compile(r"[^\s@<>()\[\]\"',;:/=]+@[^\s@<>()\[\]\"',;:/=]+")


def mask_address(address: str) -> str:
    """`amina@health.example` -> `a***@health.example`; text without an `@` becomes `***`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else "***"


def mask_text(text: str) -> str:
    """A text with every address in it masked: keys of accounts often are addresses."""
    return _ADDRESS.sub(lambda found: mask_address(found[0]), text) if "@" in text else text


def masking(addresses: bool) -> Callable[[str], str]:
    """How text is shown: as it is to whoever asked for `addresses`, else masked."""
    return str if addresses else mask_text


__all__ = ["mask_address", "mask_text", "masking"]

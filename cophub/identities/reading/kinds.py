"""What an account stands for: a person, a shared mailbox, a machine or a room, and why.

Precision first: who might be a person is one.
"""

import re
from functools import lru_cache

_DEVICE_OF = re.compile(r"(?i)(?:iphone|ipad|galaxy|phone) (?:de|von|of|di) (.+)")


@lru_cache(maxsize=65536)
def device_owner(text: str) -> str | None:
    """Whose device a name tells of: `iPhone de Maria` -> `Maria`; `` for `Galaxy S21`; None: none.

    Such an account is a device; the owner's name is for explanations and not for matching.
    """
    found = _DEVICE_OF.fullmatch(text.strip())
    return found[1] if found else None


@lru_cache(maxsize=65536)
def kind_of_name(text: str) -> tuple[str, str]:
    """Kind and reason that a shown name alone tells; (``, ``) where it tells nothing."""
    if device_owner(text) is not None:
        return "device", "the name is that of a device"
    return "", ""


__all__ = ["device_owner", "kind_of_name"]

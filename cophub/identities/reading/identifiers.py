"""What else names a person: `orcid:...`, `phone:...`, `born:...`, out of what vendors keep."""

from collections.abc import Mapping
from typing import Any


def read_identifiers(extra: Mapping[str, Any], source: str) -> tuple[str, ...]:
    """Identifiers in normal form, sorted; placeholders such as `000000` are none."""
    return ()


__all__ = ["read_identifiers"]

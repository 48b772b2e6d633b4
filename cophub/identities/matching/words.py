"""An edge in one line that anybody can read; addresses are masked."""

from collections.abc import Sequence

from cophub.identities.matching.reasons import Reason
from cophub.identities.matching.scoring import Edge

_TEXT = {
    "name_equal": "name equal",
    "name_near": "name nearly equal",
    "organization_same": "both {detail}",
    "organization_other": "different organisations",
    "names_clash": "names that cannot be one person's",
    "directory_ids": "two ids in the directory",
}


def sentence(edge: Edge | Sequence[Reason]) -> str:
    """`name equal, borne by 1 other mailbox · both FHI 360 · +14.2`."""
    reasons = edge.reasons if isinstance(edge, Edge) else tuple(edge)
    parts = [_TEXT.get(r.name, r.name.replace("_", " ")).format(detail=r.detail) for r in reasons]
    total = sum(reason.weight for reason in reasons)
    return " · ".join((*parts, f"{total:+.1f}"))


__all__ = ["sentence"]

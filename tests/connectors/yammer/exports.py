"""Network Data Exports for tests: about invented people, and broken in every way."""

import csv
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

USERS = (
    "id", "name", "email", "job_title", "location", "department", "api_url", "deleted_by_id",
    "deleted_by_type", "joined_at", "deleted_at", "suspended_by_id", "suspended_by_type",
    "suspended_at", "guid", "state",
)  # fmt: skip
GROUPS = ("id", "name", "description", "private", "external", "created_at", "updated_at", "deleted")
MESSAGES = (
    "id", "replied_to_id", "thread_id", "group_id", "group_name", "participants",
    "in_private_group", "in_private_conversation", "sender_id", "sender_type", "sender_name",
    "sender_email", "title", "body", "html_body", "message_type", "attachments", "created_at",
    "deleted_at", "gdpr_delete_url",
)  # fmt: skip
VERSIONS = ("id", "message_id", "body", "html_body", "updated_at")
Rows = Sequence[Mapping[str, object]]


def table(columns: Sequence[str], rows: Rows) -> bytes:
    """A CSV file as the vendor writes it: with a mark in front, in UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def export(
    path: Path,
    *,
    users: Rows = (),
    groups: Rows = (),
    messages: Rows = (),
    versions: Rows = (),
    log: str = "Users.csv: done\nMessages.csv: done\n",
    at: tuple[int, int, int, int, int, int] = (2026, 5, 1, 0, 0, 0),
    more: Mapping[str, bytes] | None = None,
    leave_out: Sequence[str] = (),
) -> Path:
    """Write an export to `path`; `more` are other files, `leave_out` those that are missing."""
    files = {
        "request.txt": b"since=2026-01-01\n",
        "log.txt": log.encode(),
        "Users.csv": table(USERS, users),
        "Groups.csv": table(GROUPS, groups),
        "Messages.csv": table(MESSAGES, messages),
        "MessageVersions.csv": table(VERSIONS, versions),
        "Topics.csv": table(("id", "name"), [{"id": 1, "name": "ignored"}]),
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if name not in leave_out:
                archive.writestr(zipfile.ZipInfo(name, at), content, zipfile.ZIP_DEFLATED)
    return path


def message(id: int, *, group: int = 7, **more: object) -> dict[str, object]:
    """A row of Messages.csv: the start of a thread in group 7."""
    return {
        "id": id, "thread_id": id, "group_id": group, "group_name": "Water", "sender_id": 11,
        "message_type": "update", "body": f"text {id}", "created_at": "2026-03-01T10:00:00Z",
        "in_private_group": "false", "in_private_conversation": "false",
    } | more  # fmt: skip


def patched(path: Path, old: bytes, new: bytes) -> Path:
    """The file with some of its bytes changed, wherever they are."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


def encrypted(path: Path) -> Path:
    """The file with the mark of encryption on all its entries."""
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        flags = struct.unpack("<H", content[at + 8 : at + 10])[0]
        content[at + 8 : at + 10] = struct.pack("<H", flags | 1)
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(bytes(content))
    return path

"""Microsoft 365 usage reports: rows of a CSV that lies at an address of its own."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

import httpx

from cophub import AuthError, Context, Reject, SourceUnavailable
from cophub.connectors.microsoft.consent import CONCEALED_NAMES, REPORTS
from cophub.connectors.microsoft.graph import checked
from cophub.connectors.microsoft.hosts import decorated
from cophub.http import check_status, reject

REFRESHED = "Report Refresh Date"
_NAMES = (
    "Group Display Name", "Display Name", "User Principal Name", "Owner Principal Name",
    "Owner Display Name", "Site URL", "Group Id", "Site Id",
)  # fmt: skip
_HASH = re.compile(r"[0-9A-Fa-f]{32}")
_NO_ID = "00000000-0000-0000-0000-000000000000"


class Concealed(AuthError):  # noqa: N818 - a state of the tenant
    """The tenant hides names in reports, so that no row can be joined to what it is about."""


@dataclass(frozen=True)
class ReportRow:
    """One row; `values` by the report's own column names, with None for what was not measured."""

    on: date
    """The day that the numbers are of; often two days back."""
    values: dict[str, str | None]

    def count(self, column: str) -> int | None:
        """A number, or None when it was not measured. Raises KeyError, ValueError."""
        value = self.values[column]
        return None if value is None else int(value)

    def flag(self, column: str) -> bool:
        """True for `True` and `Yes`, in any letters. Raises KeyError."""
        return (self.values[column] or "").lower() in ("true", "yes", "1")


def report_rows(
    ctx: Context[Any], client: httpx.Client, path: str, *, concealed: bool = False
) -> Iterator[ReportRow | Reject]:
    """The rows of a report such as `reports/getYammerGroupsActivityDetail(period='D30')`.

    A row without a day is a Reject: nobody could say of when its numbers are.
    Graph sends on to a short-lived address that is open to whoever knows it; the token is not sent
    there, be it on the same host. Raises Concealed at the first row whose names are hashed, unless
    `concealed` says that numbers are enough; AuthError without Reports.Read.All.
    Source: Graph v1.0, `/reports/`.
    """
    delegated = bool(getattr(client.auth, "delegated", False))
    answer = client.get(path, follow_redirects=False)
    response = checked(answer, REPORTS, delegated=delegated)
    if response.is_redirect:
        address = urljoin(str(response.url), response.headers.get("location", ""))
        company = getattr(ctx.settings, "company", None) or "cophub"
        plain = ctx.client(headers={"User-Agent": decorated(company)})
        response = check_status(plain.get(address))
    reader = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""))
    if REFRESHED not in (reader.fieldnames or ()):
        raise SourceUnavailable(
            f"the report {path} has no column {REFRESHED!r}, so it is no usage report; the next run"
            " tries again"
        )
    for row in reader:
        values = {
            name: value.strip() or None for name, value in row.items() if name and value is not None
        }
        if not concealed:
            _refuse_hashed(values, path)
        try:
            yield ReportRow(date.fromisoformat(values.get(REFRESHED) or ""), values)
        except ValueError as error:
            yield reject(values, error, "metric")


def _refuse_hashed(values: dict[str, str | None], path: str) -> None:
    for name in _NAMES:
        value = values.get(name)
        if value and (_HASH.fullmatch(value) or (name, value) == ("Group Id", _NO_ID)):
            raise Concealed(
                f"the report {path} conceals names ({name} is hashed), so its numbers cannot be"
                f" joined to a community; an administrator opens {CONCEALED_NAMES}"
            )

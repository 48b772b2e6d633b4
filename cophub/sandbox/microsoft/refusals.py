"""The vendor's errors; each of its APIs words the same refusal in a shape of its own."""

import re
from typing import Any
from urllib.parse import quote

import msgspec

from cophub.sandbox.microsoft.tenant import guid
from cophub.sandbox.server import Response
from cophub.sandbox.timeline import moment

DIAGNOSTICS = '3000006;reason="{reason}";category="invalid_client"'


class Refusal(Exception):  # noqa: N818 - an answer, not a defect
    """An answer that is an error: `code` and `message` in the vendor's words."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def worded(api: str | None, refusal: Refusal, now: int, asked: str, *, verbose: bool) -> Response:
    """The answer for a refusal by an API; `asked` is the request's id, `verbose` SharePoint's."""
    words = {"graph": _graph, "sharepoint": _sharepoint, "yammer": _yammer}.get(api or "", _entra)
    body = words(refusal, now, asked, verbose)
    headers = dict(refusal.headers)
    if refusal.status == 401 and api in ("graph", "sharepoint"):
        headers.setdefault("WWW-Authenticate", 'Bearer realm=""')
    if refusal.status == 401 and api == "sharepoint":
        headers["x-ms-diagnostics"] = DIAGNOSTICS.format(reason=quote(refusal.message, safe=" .,'"))
    return Response(refusal.status, msgspec.json.encode(body), headers)


def _entra(refusal: Refusal, now: int, asked: str, verbose: bool) -> dict[str, Any]:
    at, traced = f"{moment(now):%Y-%m-%d %H:%M:%S}Z", guid("trace", asked)
    found = re.match(r"AADSTS(\d+)", refusal.message)
    ids = f" Trace ID: {traced} Correlation ID: {asked} Timestamp: {at}"
    body: dict[str, Any] = {
        "error": refusal.code,
        "error_description": refusal.message + ids,
        "error_codes": [int(found[1])] if found else [],
        "timestamp": at,
        "trace_id": traced,
        "correlation_id": asked,
    }
    if found:
        body["error_uri"] = f"https://login.microsoftonline.com/error?code={found[1]}"
    return body


def _graph(refusal: Refusal, now: int, asked: str, verbose: bool) -> dict[str, Any]:
    inner = {
        "date": f"{moment(now):%Y-%m-%dT%H:%M:%S}",
        "request-id": asked,
        "client-request-id": asked,
    }
    return {"error": {"code": refusal.code, "message": refusal.message, "innerError": inner}}


def _sharepoint(refusal: Refusal, now: int, asked: str, verbose: bool) -> dict[str, Any]:
    if refusal.status == 401:
        return {"error_description": refusal.message}
    code, message = refusal.code, refusal.message
    if code == "Authorization_RequestDenied":
        code = "-2147024891, System.UnauthorizedAccessException"
        message = "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))"
    elif code == "ResourceNotFound":
        code = "-1, Microsoft.SharePoint.Client.ResourceNotFoundException"
    words = {"code": code, "message": {"lang": "en-US", "value": message}}
    return {"error": words} if verbose else {"odata.error": words}


def _yammer(refusal: Refusal, now: int, asked: str, verbose: bool) -> dict[str, Any]:
    code, message = refusal.code, refusal.message
    if refusal.status == 401:
        code, message = "16", "Token not found."
    elif refusal.status == 429:
        code, message = "33", "Rate limited due to excessive requests."
    known = int(code) if code.isdigit() else refusal.status
    return {"response": {"message": message, "code": known, "stat": "fail"}}

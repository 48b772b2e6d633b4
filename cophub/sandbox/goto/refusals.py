"""The vendor's errors: none is documented, and each API has a shape of its own."""

import msgspec

from cophub.sandbox.server import Response


class Refusal(Exception):  # noqa: N818 - an answer, not a defect
    """An answer that is an error: `code` and `message` in the vendor's words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


FAULTS = {
    400: ("BadRequest", "The request is malformed."),
    401: ("InvalidToken", "Invalid token passed"),
    403: ("Forbidden", "You are not allowed to perform this operation."),
    404: ("NotFound", "The requested resource does not exist."),
    429: ("TooManyRequests", "Rate limit exceeded."),
    500: ("InternalError", "An unexpected error occurred."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
}


def worded(api: str, refusal: Refusal, incident: int) -> Response:
    """The answer for a refusal by `oauth`, `g2m`, `g2w`, `admin` or "" for an unknown path."""
    status, code, message = refusal.status, refusal.code, refusal.message
    if status == 503:
        page = f"<html><body><h1>503 {message}</h1></body></html>"
        return Response(503, page.encode(), content_type="text/html")
    body: dict[str, object] = {"errorCode": code, "message": message}
    if api == "oauth":
        body = {"error": code, "error_description": message}
    elif api == "g2m" and status == 401:
        body = {"int_err_code": code, "msg": message}
    elif api == "g2w":
        body = {"errorCode": code, "description": message, "incident": incident}
    return Response(status, msgspec.json.encode(body))


def fault(api: str, status: int, incident: int) -> Response:
    """An error of this status that has no cause of its own."""
    code, message = FAULTS.get(status, FAULTS[500])
    return worded(api, Refusal(status, code, message), incident)

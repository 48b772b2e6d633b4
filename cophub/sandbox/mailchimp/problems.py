"""The vendor's errors: `application/problem+json`, worded as the vendor words them."""

from http import HTTPStatus
from uuid import UUID

import msgspec

from cophub.sandbox.mailchimp.state import digest
from cophub.sandbox.server import Response

TYPE = "https://mailchimp.com/developer/marketing/docs/errors/"
WORDS = {
    400: (
        "Invalid Resource",
        "The resource submitted could not be validated. "
        "For field-specific details, see the 'errors' array.",
    ),
    401: (
        "API Key Invalid",
        "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
    ),
    403: ("Forbidden", "You are not permitted to access this resource."),
    404: ("Resource Not Found", "The requested resource could not be found."),
    405: (
        "Method Not Allowed",
        "The requested method and resource are not compatible. "
        "See the Allow header for this resource's available methods.",
    ),
    429: ("Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."),
    500: (
        "Internal Server Error",
        "An unexpected internal error has occurred. Please contact Support for more information.",
    ),
}


class Problem(Exception):  # noqa: N818 - the vendor's own word for it
    """An answer that is an error; `wrong` names the parameters and what is wrong with them."""

    def __init__(self, status: int, wrong: dict[str, str] | None = None, **headers: str) -> None:
        super().__init__(status)
        self.response = problem(status, wrong)
        self.response.headers.update(headers)


def problem(status: int, wrong: dict[str, str] | None = None) -> Response:
    """The answer for an error of this status."""
    title, detail = WORDS.get(status, (HTTPStatus(status).phrase, HTTPStatus(status).phrase))
    body = {
        "type": TYPE, "title": title, "status": status, "detail": detail,
        "instance": str(UUID(digest(status, wrong))),
    }  # fmt: skip
    if wrong:
        errors = [{"field": name, "message": message} for name, message in wrong.items()]
        body = {**body, "errors": errors}
    schema = "https://us1.api.mailchimp.com/schema/3.0/Definitions/ProblemDetailDocument.json"
    return Response(
        status,
        msgspec.json.encode(body),
        {"Link": f'<{schema}>; rel="describedBy"'},
        "application/problem+json; charset=utf-8",
    )

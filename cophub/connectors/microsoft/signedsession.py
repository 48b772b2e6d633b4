"""Signing for `requests`: vendors' own clients get a session whose adapter holds the token."""

from typing import Any

import requests
from requests.adapters import BaseAdapter

from cophub.connectors.microsoft.entra import EntraAuth


class SignedAdapter(BaseAdapter):
    """Signs what goes through another adapter; on a 401 renews the token once, then AuthError.

    The adapter below takes credentials out of what leaves the first host.
    """

    def __init__(self, below: BaseAdapter, auth: EntraAuth) -> None:
        super().__init__()
        self._below, self._auth = below, auth

    def send(self, request: requests.PreparedRequest, *args: Any, **kw: Any) -> requests.Response:
        """The answer to the signed request."""
        token = self._auth.token()
        request.headers["Authorization"] = f"Bearer {token}"
        answer = self._below.send(request, *args, **kw)
        if answer.status_code != 401:
            return answer
        answer.close()
        request.headers["Authorization"] = f"Bearer {self._auth.renew(token)}"
        answer = self._below.send(request, *args, **kw)
        if answer.status_code == 401:
            raise self._auth.refused(str(request.url), answer)
        return answer

    def close(self) -> None:
        """Close the adapter below."""
        self._below.close()

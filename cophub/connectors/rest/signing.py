"""The ways to sign in that need no more than a secret: bearer, header, basic, query key."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from cophub.http import basic, bearer, remember_secret


class _Auth(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Bearer(_Auth):
    """`Authorization: Bearer TOKEN`."""

    type: Literal["bearer"]
    token: SecretStr = Field(description="The token.")


class Header(_Auth):
    """A header of the API's own, such as `Api-Key`."""

    type: Literal["header"]
    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$", description="The header's name.")
    value: SecretStr = Field(description="What it says.")


class Basic(_Auth):
    """A user's name and password."""

    type: Literal["basic"]
    username: str = Field(description="The user's name.")
    password: SecretStr = Field(description="The password.")


class Query(_Auth):
    """A key in the address, such as `?api_key=...`."""

    type: Literal["query"]
    name: str = Field(description="The parameter's name.")
    value: SecretStr = Field(description="The key.")


Auth = Annotated[Bearer | Header | Basic | Query, Field(discriminator="type")]


def signed(auth: "Bearer | Header | Basic | Query | None") -> dict[str, Any]:
    """What `ctx.client` takes to sign each request; the secret is taken out of all messages."""
    if isinstance(auth, Bearer):
        return {"auth": bearer(auth.token)}
    if isinstance(auth, Basic):
        return {"auth": basic(auth.username, auth.password)}
    if auth is None:
        return {}
    value = auth.value.get_secret_value()
    remember_secret(value)
    return {"headers" if isinstance(auth, Header) else "params": {auth.name: value}}


__all__ = ["Auth", "Basic", "Bearer", "Header", "Query", "signed"]

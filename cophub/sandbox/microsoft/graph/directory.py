"""`/v1.0/users` and `/v1.0/groups`: who there is, who is in what, and who owns it."""

from cophub.sandbox.microsoft.routes import Call, Reply, route

READ_USERS = ("User.Read.All", "User.ReadBasic.All", "Directory.Read.All")


@route("GET", "/v1.0/users", needs=READ_USERS)
def users(call: Call) -> Reply:
    """Everybody."""
    return {"value": [{"id": user.id, "userPrincipalName": user.upn}
                      for user in call.tenant.users.values()]}  # fmt: skip

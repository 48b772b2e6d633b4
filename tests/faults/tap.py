"""A Singer tap that reads a register of members over HTTP; a program of its own.

It asks page by page, those after the last number it has seen, and
ends with an error at the first answer that is not what it should be.
"""

import json
import sys
from http.client import HTTPConnection

FIELDS = ("id", "email", "full_name", "since")


def tap(arguments: list[str]) -> None:
    """What the tap writes: all members, as a new version of the table."""
    if "--discover" in arguments:
        properties = {name: {"type": ["null", "string"]} for name in FIELDS}
        stream = {
            "tap_stream_id": "members", "stream": "members", "key_properties": ["id"],
            "schema": {"type": "object", "properties": properties}, "metadata": [],
        }  # fmt: skip
        say({"streams": [stream]})
        return
    with open(arguments[arguments.index("--config") + 1]) as file:  # noqa: PTH123 - it starts late
        config = json.load(file)
    host = config["url"].partition("://")[2]
    properties = {name: {"type": ["null", "string"]} for name in FIELDS} | {
        "id": {"type": "integer"}
    }
    schema = {"type": "object", "properties": properties}
    say({"type": "SCHEMA", "stream": "members", "key_properties": ["id"], "schema": schema})
    version = asked(host, "/version")["version"]
    say({"type": "ACTIVATE_VERSION", "stream": "members", "version": version})
    last, known = 0, set[int]()
    while rows := asked(host, f"/members?after={last}")["members"]:
        for row in rows:
            say({"type": "RECORD", "stream": "members", "record": row, "version": version})
        ids = {row["id"] for row in rows}
        if ids <= known:
            sys.exit("the same page came twice")
        known |= ids
        last = max(ids)
        say({"type": "STATE", "value": {"last": last}})
    say({"type": "ACTIVATE_VERSION", "stream": "members", "version": version})
    say({"type": "STATE", "value": {"version": version}})


def asked(host: str, path: str) -> dict[str, object]:
    """The answer to one request."""
    connection = HTTPConnection(host, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{path} answered {answer.status}")
    return json.loads(body)


def say(message: dict[str, object]) -> None:
    """One message of the tap."""
    sys.stdout.write(json.dumps(message) + "\n")


if __name__ == "__main__":
    tap(sys.argv[1:])

import httpx
import quiet
import webhook

from cophub import Post, Sent, Space
from cophub.http import Transport
from cophub.testing import filled, hand_out, run_command

[QUIET] = quiet.cophub_commands()
[WEBHOOK] = webhook.cophub_publishers()


def test_the_command_lists_the_quietest_space_first(tmp_path):
    spaces = [Space(key="busy", title="Busy"), Space(key="still", title="Still")]
    warehouse = filled(tmp_path, [*spaces, Post(key="1", space="busy")])
    answer = run_command(QUIET, "--top", "1", warehouse=warehouse)
    assert answer.rows == [{"source": "test", "space": "Still", "posts": 0}]


def test_the_publisher_says_it_once(tmp_path):
    settings = webhook.Settings(url="https://chat.example.org/hooks/any")
    service = httpx.MockTransport(lambda request: httpx.Response(200))
    with Transport(wire=service) as transport:
        first = hand_out(WEBHOOK, settings, tmp_path, transport=transport)
        assert first.sent == [Sent("messages", sent=1)]
        again = hand_out(WEBHOOK, settings, tmp_path, cursor=first.cursor)
    assert again.sent == [Sent("messages", unchanged=1)]

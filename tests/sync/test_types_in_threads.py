"""Two sources that decode the same type first at the same time end no process."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from cophub import Context, Item, Space, Stream
from tests.sync.conftest import Desk, source

# Six threads decode types that refer to each other and that nobody has decoded before, fifty times;
# threads give way to each other as often as they can. Without `learn_types` the first rounds end
# the process by a segmentation fault.
PROGRAM = """
import sys, threading, types
import msgspec
from cophub.decoding import learn_types

FIELDS = "".join(f"    f{number}: int | str | None = None\\n" for number in range(30))
TYPES = "".join(
    f"class T{number}(msgspec.Struct):\\n{FIELDS}"
    f"    under: 'T{max(number - 1, 0)} | None' = None\\n"
    for number in range(6)
)

def decode_at_once(number):
    module = types.ModuleType(f"types{number}")
    sys.modules[module.__name__] = module
    module.msgspec = msgspec
    exec(TYPES, vars(module))
    barrier = threading.Barrier(6)
    def decode():
        learn_types()
        barrier.wait()
        msgspec.json.decode(b'{"f1": 1, "under": {"f2": "b", "under": {"f3": 3}}}', type=module.T5)
    threads = [threading.Thread(target=decode) for _ in range(6)]
    for each in threads: each.start()
    for each in threads: each.join()

sys.setswitchinterval(1e-6)
for number in range(50):
    decode_at_once(number)
print("ended well")
"""


def test_threads_that_decode_a_type_first_at_once_go_on() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "ended well\n"), done.stderr


learnt: list[str] = []


def told() -> type[int]:
    learnt.append("now")
    return int


class Note(msgspec.Struct):
    """Says when msgspec looks what it holds."""

    text: "told()"  # type: ignore[valid-type]


def test_types_are_learnt_before_a_source_is_read(desk: Desk) -> None:
    before: list[list[str]] = []

    def spaces(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        before.append(list(learnt))
        yield Space(key="cop", title=str(msgspec.json.decode(b'{"text": 1}', type=Note).text))

    assert desk.sync(source("forum", Stream(spaces))).state == "done"
    assert before == [["now"]]
    assert learnt == ["now"], "and not again where it is decoded"

"""Single keys are read from a real terminal."""

import os
import pty
import subprocess
import sys

ASKS = """
import signal, threading, time

from cophub.cli.keys import pressed

def interrupt():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

with pressed() as keys:
    print(keys.next(), keys.next(), flush=True)
    threading.Thread(target=interrupt).start()
    try:
        keys.next()
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_a_ctrl_c_that_ends_no_read_is_noticed_all_the_same() -> None:
    """As one that comes after Python has looked for signals, and before the read has begun.

    It reaches another thread, so it never ends what the first one waits for.
    """
    ours, theirs = pty.openpty()
    program = [sys.executable, "-c", ASKS]
    asking = subprocess.Popen(program, stdin=theirs, stdout=subprocess.PIPE, text=True)
    try:
        os.write(ours, b"ab")
        told, _ = asking.communicate(timeout=30)
    finally:
        asking.kill()
        os.close(ours)
        os.close(theirs)
    assert told.split() == ["a", "b", "interrupted"]

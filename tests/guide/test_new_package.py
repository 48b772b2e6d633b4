"""What `plugins new` makes works as it stands: for a stranger who types what its README says."""

import re
from pathlib import Path

from .stranger import Stranger

FENCED = re.compile(r"^ *```bash\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def test_it_is_installed_tested_and_synced_by_three_commands(tmp_path: Path) -> None:
    stranger = Stranger(tmp_path)

    def typed(script: str) -> str:
        code, said = stranger.run(script)
        assert code == 0, f"{script}\n{said}"
        return said

    typed("cophub plugins new guestbook\ncd cophub-guestbook")
    [first, _] = FENCED.findall((stranger.folder / "README.md").read_text())
    assert first.count("\n") == 3
    said = typed(first)
    assert "4 passed" in said
    assert "guestbook done" in said
    assert "guestbook,7,welcome," in typed("cophub export post")
    assert "posts of Welcome can be read" in typed("python tests/vendor.py cophub check")
    assert "guestbook:welcome" in typed("python tests/vendor.py cophub discover guestbook")
    assert "0 broken, 13 kept" in typed("cophub plugins test guestbook")
    code, said = stranger.run("cophub plugins new guestbook --to again")
    assert (code, "already" in said) == (2, True)

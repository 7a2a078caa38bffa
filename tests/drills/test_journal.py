"""The journal: whole or not at all, on disk before the deed, and readable by whoever comes after."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rigcheck.drills.action import DrillError
from rigcheck.drills.journal import NAME, Journal, read_journal, write_synced
from rigcheck.errors import Exit


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / NAME, "camera-lost", "beauty-3", "2026-11-22T08:00:00Z")


def test_what_is_added_is_on_disk_and_read_back(journal: Journal) -> None:
    first = journal.add("put", {"file": "a", "was": None})
    second = journal.add("put", {"file": "乙", "was": "x"})
    assert read_journal(journal.path) == journal
    assert [deed.number for deed in journal.deeds] == [1, 2]
    journal.keep(second, "jammed")
    journal.drop(first)
    back = read_journal(journal.path)
    assert back is not None
    assert [(deed.number, deed.error) for deed in back.deeds] == [(2, "jammed")]
    assert (back.drill, back.room) == ("camera-lost", "beauty-3")


def test_numbers_are_not_used_again(journal: Journal) -> None:
    deeds = [journal.add("put", {}), journal.add("put", {})]
    journal.drop(deeds[1])
    assert journal.add("put", {}).number == 3
    back = read_journal(journal.path)
    assert back is not None
    assert back.add("put", {}).number == 4


def test_the_file_goes_when_everything_is_undone(journal: Journal) -> None:
    journal.drop(journal.add("put", {}))
    assert not journal.path.exists()
    assert read_journal(journal.path) is None
    assert list(journal.path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"schema": 2}', '{"schema": 1, "drill": "a", "room": null, "started_at": "", "deeds": []}',
             '{"schema": 1, "drill": "a", "room": null, "started_at": "", "deeds": [{"number": "x"}]}', "\0", "null"]
)  # fmt: skip
def test_a_damaged_journal_is_never_taken_for_none(journal: Journal, text: str) -> None:
    journal.path.write_text(text)
    with pytest.raises(DrillError) as caught:
        read_journal(journal.path)
    assert caught.value.message.id == "error.drill.journal-damaged"
    assert caught.value.exit_code == Exit.UNKNOWN


def test_a_journal_that_is_no_file_is_damaged(journal: Journal) -> None:
    journal.path.mkdir()
    with pytest.raises(DrillError):
        read_journal(journal.path)


FULL = """
import resource, sys
from pathlib import Path
from rigcheck.drills.journal import Journal
journal = Journal(Path(sys.argv[1]), "d", None, "2026-11-22T08:00:00Z")
journal.add("put", {"file": "a"})
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    journal.add("put", {"file": "b" * 1000})
except OSError as error:
    print(error.errno, len(journal.deeds))
"""


def test_a_full_disk_leaves_the_old_journal_and_says_so(journal: Journal) -> None:
    code = f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{FULL}"
    ran = subprocess.run([sys.executable, "-c", code, journal.path], capture_output=True, text=True, check=True)
    assert ran.stdout.split()[1] == "1"
    back = read_journal(journal.path)
    assert back is not None
    assert [deed.record for deed in back.deeds] == [{"file": "a"}]
    assert [path.name for path in journal.path.parent.iterdir()] == [NAME]


def test_files_are_synced_before_they_are_renamed_and_their_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("sync"), sync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("rename"), rename(self, to))[1])
    write_synced(tmp_path / "a", "x")
    assert done == ["sync", "rename", "sync"]
    assert (tmp_path / "a").read_text() == "x"


def test_records_are_json_only(journal: Journal) -> None:
    with pytest.raises((TypeError, ValueError)):
        journal.add("put", {"file": Path("a")})
    with pytest.raises(ValueError, match="JSON"):
        journal.add("put", {"level": float("nan")})
    assert journal.deeds == ()

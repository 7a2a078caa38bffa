"""The baselines in the state folder: whole or not at all, told where they do not count, never a crash."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signals_baseline import TAKEN_AT, baseline_of, clip_of, room, seen

from rigcheck.cli import baseline_store as store
from rigcheck.errors import UnwritableError, UsageError

LATER = TAKEN_AT + timedelta(days=1)
GOOD = baseline_of(clip_of(seen(room())), room="beauty-3", figures={"camera.width_px": 960.0})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "rigcheck"


def ids(complaints):
    return [complaint.id for complaint in complaints]


def test_what_is_kept_comes_back(folder):
    path = store.keep_baseline(GOOD)
    assert path.parent == folder
    found, complaints = store.find_baseline("beauty-3", None, LATER)
    assert complaints == ()
    assert (found.name, found.taken_at, found.figures) == (GOOD.name, GOOD.taken_at, GOOD.figures)
    assert np.array_equal(found.cameras["main"].picture, GOOD.cameras["main"].picture)
    assert store.find_baseline("beauty-4", None, LATER) == (None, ())
    assert store.find_baseline(None, None, LATER) == (None, ())


def test_nobody_else_may_read_the_picture_of_a_room(folder):
    assert store.keep_baseline(GOOD).stat().st_mode & 0o077 == 0


def test_the_default_one_counts_else_the_newest(folder):
    for days, name in enumerate(("day", "default", "evening")):
        store.keep_baseline(replace(GOOD, name=name, taken_at=TAKEN_AT - timedelta(days=days)))
    shelf = store.shelf_of("beauty-3", LATER)
    assert shelf.names == ("day", "default", "evening")
    assert [shelf.pick(name).name for name in (None, "evening")] == ["default", "evening"]
    assert store.clear_baselines("beauty-3", "default") == 1
    assert store.shelf_of("beauty-3", LATER).pick(None).name == "day"
    with pytest.raises(UsageError) as error:
        store.find_baseline("beauty-3", "default", LATER)
    assert error.value.message.params["known"] == ("day", "evening")
    assert store.clear_baselines("beauty-3", None) == 2
    assert store.clear_baselines("beauty-3", None) == 0


def test_a_clock_set_back_is_told_and_the_baseline_still_counts(folder):
    store.keep_baseline(GOOD)
    found, complaints = store.find_baseline("beauty-3", None, TAKEN_AT - timedelta(hours=1))
    assert found is not None
    assert ids(complaints) == ["baseline.future"]


@pytest.mark.parametrize("changes", [{"room": "beauty-4"}, {"name": "evening"}], ids=["room", "name"])
def test_a_file_in_the_place_of_another_does_not_count(folder, changes):
    mine, other = store.keep_baseline(GOOD), store.keep_baseline(replace(GOOD, **changes))
    mine.write_bytes(other.read_bytes())
    shelf = store.shelf_of("beauty-3", LATER)
    assert ids(shelf.complaints) == ["baseline.foreign"]
    assert "default" not in shelf.names


DAMAGES = {
    "half": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "not JSON": lambda _: "{",
    "other JSON": lambda _: "[1, 2]",
    "nested": lambda _: "[" * 100_000,
    "no seal": lambda text: text.replace('"seal"', '"sael"', 1),
    "altered": lambda text: text.replace('"beauty-3"', '"beauty-3 "', 1),
    "of a later version": lambda text: text.replace('"schema": 1', '"schema": 2', 1),
    "a figure changed": lambda text: text.replace('"camera.width_px": 960', '"camera.width_px": 961', 1),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_one_is_told_and_counts_as_none(folder, damage):
    path = store.keep_baseline(GOOD)
    before = path.read_text(encoding="utf-8")
    path.write_text(damage(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    for name in (None, "default"):
        found, complaints = store.find_baseline("beauty-3", name, LATER)
        assert found is None
        assert ids(complaints) == ["baseline.damaged"]
    store.keep_baseline(GOOD)  # a new one takes its place
    assert store.find_baseline("beauty-3", None, LATER)[1] == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_of_it_can_be_changed_unnoticed(folder, data):
    path = store.keep_baseline(GOOD)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 2))  # but for the line end
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    found, complaints = store.find_baseline("beauty-3", None, LATER)
    is_same = found is not None and np.array_equal(found.cameras["main"].picture, GOOD.cameras["main"].picture)
    assert (is_same and found.figures == GOOD.figures) or ids(complaints) == ["baseline.damaged"]


@pytest.mark.parametrize("what", ["folder", "link", "bytes"])
def test_what_is_no_file_of_text_is_damaged_too(folder, what):
    path = store.keep_baseline(GOOD)
    path.unlink()
    if what == "folder":
        path.mkdir()
    elif what == "link":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"\xff\xfe\x00" * 100)
    assert ids(store.shelf_of("beauty-3", LATER).complaints) == ["baseline.damaged"]


def test_a_state_folder_that_is_none_reads_as_empty_and_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert store.find_baseline("beauty-3", None, LATER) == (None, ())
    assert store.clear_baselines("beauty-3", None) == 0
    with pytest.raises(UnwritableError):
        store.keep_baseline(GOOD)


def test_what_cannot_be_removed_is_an_error(folder):
    path = store.keep_baseline(GOOD)
    path.unlink()
    path.mkdir()
    with pytest.raises(UnwritableError):
        store.clear_baselines("beauty-3", "default")

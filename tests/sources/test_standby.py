"""Real files, good and bad, read as a standby video; what was seen of them, and of drills, comes back from a recording."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
import numpy as np
import pytest
from standby_files import make_file
from test_store import same

from rigcheck.backup_state import DrilledRequest, DrillHistory, StandbyFile, StandbyRequest
from rigcheck.cli.evidence import only_main
from rigcheck.drill_plan import Backup, BackupContent, BackupDevice, BackupNetwork, BackupPower, Drill, Step, Within
from rigcheck.drill_state import Drilled
from rigcheck.errors import NotSeen
from rigcheck.loading import dump_profile, load_profile
from rigcheck.measure.standby import measure_standby
from rigcheck.model import Stage, Status
from rigcheck.profile import Profile, Setting
from rigcheck.selftest.backup import plays
from rigcheck.sources.codec import decode, encode
from rigcheck.sources.live import LiveSource
from rigcheck.sources.plain import UnfitError
from rigcheck.sources.record import without_names
from rigcheck.sources.standby import place_of, read_standby
from rigcheck.sources.store import Recording, read_recording, write_recording

MOVES, STANDS, TONE = "testsrc2=s=360x640:r=30", "color=teal:s=360x640:r=30", "sine=440:sample_rate=44100"
SETTING = Setting(Profile(), Stage.HOST, datetime(2026, 11, 22, tzinfo=UTC).date())


def figures(path: Path, seconds: float = 15.0) -> tuple[StandbyFile, dict[str, object]]:
    seen = read_standby(StandbyRequest("content", path.name, str(path.parent / "r.yaml"), seconds))
    return seen, {each.metric.id: each.value for each in measure_standby(seen, SETTING, "content")}


def test_a_video_that_moves_and_sounds(tmp_path):
    seen, found = figures(make_file(tmp_path / "a.mp4", MOVES, TONE))
    assert (seen.outcome, seen.width_px, seen.height_px, seen.rate_hz) == ("read", 360, 640, 44_100)
    assert seen.fps == pytest.approx(30)
    assert found["backup.content_s"] == pytest.approx(6, abs=0.1)
    assert (found["backup.content_moving_pct"], found["backup.content_voiced_pct"]) == (100, 100)


def test_only_its_first_seconds_are_looked_at(tmp_path):
    seen, found = figures(make_file(tmp_path / "a.mp4", MOVES, TONE), seconds=2.0)
    assert seen.t_s.size == 60
    assert seen.sound_dbfs.size == 20
    assert found["backup.content_s"] == pytest.approx(6, abs=0.1)


def test_a_title_card_without_a_sound(tmp_path):
    _, found = figures(make_file(tmp_path / "a.mp4", STANDS, None))
    assert (found["backup.content"], found["backup.content_moving_pct"], found["backup.content_voiced_pct"]) == (
        "ok",
        0,
        0,
    )


def test_a_sound_track_of_silence(tmp_path):
    _, found = figures(make_file(tmp_path / "a.mp4", MOVES, "anullsrc"))
    assert found["backup.content_voiced_pct"] == 0


def test_a_picture_plays_but_does_not_move(tmp_path):
    seen, found = figures(make_file(tmp_path / "a.png", MOVES, None))
    assert (seen.width_px, seen.height_px, seen.fps, seen.rate_hz) == (360, 640, None, None)
    assert (found["backup.content"], found["backup.content_s"], found["backup.content_moving_pct"]) == ("ok", None, 0)


def test_sound_alone(tmp_path):
    assert figures(make_file(tmp_path / "a.wav", None, TONE))[1]["backup.content"] == "no-picture"


@pytest.mark.parametrize("spoil", ["cut", "text", "empty", "folder", "pipe"])
@pytest.mark.timeout(20)
def test_what_is_no_video_is_damaged_and_keeps_nobody_waiting(tmp_path, spoil):
    path = tmp_path / "a.mp4"
    match spoil:
        case "cut":
            whole = make_file(tmp_path / "whole.mp4", MOVES, None, seconds=1).read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
        case "text":
            path.write_text("hello")
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)
    assert figures(path)[1]["backup.content"] == "damaged"


def test_what_is_not_there_or_not_ours_to_read(tmp_path, monkeypatch):
    assert figures(tmp_path / "a.mp4")[1]["backup.content"] == "missing"
    (tmp_path / "a.mp4").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    assert figures(tmp_path / "a.mp4")[1]["backup.content"] == "denied"


def test_where_a_file_of_the_profile_is(monkeypatch):
    monkeypatch.setenv("HOME", "/home/li")
    assert place_of("media/a.mp4", "/rooms/r.yaml") == Path("/rooms/media/a.mp4")
    assert place_of("/media/a.mp4", "/rooms/r.yaml") == Path("/media/a.mp4")
    assert place_of("~/a.mp4", "/rooms/r.yaml") == Path("/home/li/a.mp4")
    assert place_of("a.mp4", None) == Path("a.mp4")


DRILL = Drilled(
    "camera-lost", "camera", datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "Li", Status.OK, 0.5, 2.0, None, 4.0, "obs"
)


def test_the_live_source_reads_the_file_in_a_worker_and_the_drills_of_one_kind(tmp_path):
    path = make_file(tmp_path / "a.mp4", MOVES, None, seconds=1)
    source = LiveSource(drilled=lambda: (DRILL, replace(DRILL, covers="mic")))

    async def look():
        seen = await source.acquire(StandbyRequest("content", str(path)))
        return seen, await source.acquire(DrilledRequest("camera")), await source.acquire(DrilledRequest("pc"))

    seen, held, none = anyio.run(look)
    assert seen.outcome == "read"
    assert (held.drills, none.drills) == ((DRILL,), ())


def test_without_a_history_there_are_no_drills():
    assert anyio.run(LiveSource().acquire, DrilledRequest("camera")).drills == ()


@pytest.mark.parametrize(
    ("key", "sample"),
    [
        ("standby@content", plays()),
        ("standby@content", replace(plays(), seconds=None, fps=None, rate_hz=None)),
        ("drilled@camera", DrillHistory((DRILL,))),
        ("drilled@mic", DrillHistory()),
    ],
)
def test_what_was_seen_comes_back_from_a_recording(tmp_path, key, sample):
    write_recording(tmp_path / "r", Recording(DRILL.at, Stage.HOST, True, "room: a\n", {key: sample}), "0.1.0")
    back = read_recording(tmp_path / "r").outcomes[key]
    assert not isinstance(back, NotSeen)
    assert same(back, sample)


def test_a_recording_names_nobody():
    kept = without_names(DrillHistory((DRILL,)))
    assert isinstance(kept, DrillHistory)
    assert kept.drills == (replace(DRILL, operator=None),)


@pytest.mark.parametrize("at", ["2026-11-01T09:30:00", "yesterday", 5, None, "\ud800"])
def test_a_time_that_is_none_is_refused(at):
    fields, arrays = encode(DrillHistory((DRILL,)))
    fields["drills"][0]["at"] = at
    with pytest.raises(UnfitError):
        decode("drilled", fields, arrays)


@pytest.mark.parametrize(
    "changes",
    [
        {"change": np.zeros(3, np.float32)},
        {"same": np.zeros(451, np.bool_)},
        {"t_s": np.full(450, np.nan)},
        {"t_s": np.arange(450.0)[::-1]},
        {"change": np.full(450, np.inf, np.float32)},
        {"outcome": "missing"},
        {"outcome": "fine"},
        {"fps": 0.0},
    ],
)
def test_a_standby_video_that_cannot_be_is_refused(changes):
    fields, arrays = encode(plays())
    fields |= {name: value for name, value in changes.items() if name in fields}
    arrays |= {name: value for name, value in changes.items() if name in arrays}
    with pytest.raises(UnfitError):
        decode("standby", fields, arrays)


def test_a_recorded_room_keeps_what_stands_by_but_nothing_that_is_said_or_done_in_a_drill(tmp_path):
    backup = Backup(
        network=BackupNetwork("backup"),
        camera=BackupDevice("backup", "Cam 2"),
        power=BackupPower("main", ("pc",), 12.5),
        content=BackupContent("Standby", r"C:\Users\Li Wei\standby.mp4"),
        drilled_within_days=30,
    )
    drill = Drill(
        "plug-pulled",
        "power",
        fault=(Step("ask", "Li pulls the plug", who="Li"),),
        switch=(Step("run", {"argv": ["/home/li/switch"], "undo": ["true"]}),),
        within=Within(outage_s=1.5),
        crew={"Li": "138 0000"},
    )
    room = Profile(backup=backup, drills=(drill, Drill("pc-dead", "pc")), people={"Li": "138 0000"})
    text = dump_profile(room)
    assert "Li" not in text
    assert "138" not in text
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    back = load_profile(tmp_path / "r.yaml")
    assert back.backup == replace(backup, content=BackupContent("Standby", "standby.mp4"))
    assert back.drills == (
        Drill("plug-pulled", "power", fault=(Step("ask"),), within=Within(outage_s=1.5)),
        Drill("pc-dead", "pc"),
    )


def test_a_room_without_a_backup_is_recorded_without_one():
    assert not re.search("^(backup|drills):", dump_profile(Profile()), re.MULTILINE)


def test_one_plain_file_is_no_evidence_of_a_backup():
    room = only_main(Profile(backup=Backup(camera=BackupDevice("backup")), drills=(Drill("d", "pc"),)))
    assert (room.backup, room.drills) == (Backup(), ())

"""Real encodes of a small room: how fast, how good, by which way, and that nothing is left when they are called off."""

import os
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
import psutil
import pytest
from services_obs import ObsStudio
from services_video import make_clip, mjpeg
from show_clip import make_show, play_show
from signals_video import film, write_video

from rigcheck.encoder_state import Candidate, EncoderRequest, EncoderTrials, Trial
from rigcheck.errors import BadInputError, NotSeen
from rigcheck.model import Reason, Stage
from rigcheck.samples import PROGRAM
from rigcheck.sources import encoder, encoder_bench
from rigcheck.sources.encoder_bench import CLEAR, played, try_candidate
from rigcheck.sources.encoder_picture import pictures_of
from rigcheck.sources.encoder_probe import HARDWARE, refusal_of
from rigcheck.sources.live import LiveSource
from rigcheck.sources.replay import open_replay
from rigcheck.sources.store import Recording, read_recording, write_recording

SMALL = Candidate(180, 320, 30, 300, ("superfast", "veryfast"))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frames = film(95, height=640, width=360)
    return write_video(tmp_path_factory.mktemp("clip") / "room.mkv", frames, options={"preset": "ultrafast", "qp": "8"})


def acquire(request: EncoderRequest) -> EncoderTrials:
    return anyio.run(LiveSource().acquire, request)


def asked(device, *candidates: Candidate, **more) -> EncoderRequest:
    return EncoderRequest(device=str(device), candidates=candidates or (SMALL,), **more)


def test_each_preset_is_tried_in_turn_on_the_room_s_picture(room):
    request = asked(room, replace(SMALL, width_px=360, height_px=640), SMALL)
    started_s = time.monotonic()
    found = acquire(request)
    assert time.monotonic() - started_s < request.deadline_s
    assert [(t.preset, t.width_px, t.height_px) for t in found.trials if t.encoder == "x264"] == [
        ("superfast", 360, 640),
        ("veryfast", 360, 640),
        ("superfast", 180, 320),
        ("veryfast", 180, 320),
    ]
    assert all(trial.wall_fps > 30 and 0 < trial.cpu_ms < 100 and trial.xpsnr_db is None for trial in found.trials)
    large, small = found.trials[0], found.trials[2]
    assert large.cpu_ms > small.cpu_ms
    assert (found.frames, found.via) == (60, "device")
    assert found.cores == len(os.sched_getaffinity(0))


def test_hardware_is_usable_told_why_not_or_not_built_in(room):
    found = acquire(asked(room, SMALL))
    usable = {trial.encoder for trial in found.trials} - {"x264"}
    assert usable | found.unusable.keys() == set(HARDWARE)
    foreign = "videotoolbox" if sys.platform != "darwin" else "mf"
    assert found.unusable[foreign] == ""
    if not Path("/dev/dri").exists() and not Path("/dev/nvidia0").exists():
        assert "cuda" in found.unusable["nvenc"]


def test_an_encoder_that_encodes_one_picture_is_usable():
    assert refusal_of("x264") is None


def crash(_: str) -> str | None:
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_driver_that_crashes_costs_only_its_own_encoder(room, monkeypatch):
    monkeypatch.setattr(encoder, "refusal_of", crash)
    found = acquire(asked(room))
    assert set(found.unusable.values()) == {"crashed"}
    assert {trial.encoder for trial in found.trials} == {"x264"}


def test_without_candidates_no_camera_is_opened():
    found = acquire(EncoderRequest(device="no such camera"))
    assert (found.trials, found.frames) == ((), 0)
    assert found.unusable


@pytest.fixture(scope="module")
def scene(room):
    return pictures_of(asked(room), None)


def test_nothing_slower_is_tried_than_what_is_hopeless(scene, monkeypatch):
    runs = []
    real = encoder_bench._Bench._run
    monkeypatch.setattr(encoder_bench._Bench, "_run", lambda *words: runs.append(words[2]) or real(*words))
    (trial,) = try_candidate(replace(SMALL, fps=20_000), scene, tuple(HARDWARE), 1)
    assert trial.cpu_ms * 20 > CLEAR * 0.5
    assert runs == ["superfast"]


def test_what_is_clearly_quick_enough_is_run_once_and_what_is_near_its_limit_thrice(scene, monkeypatch):
    runs = []

    def near(_bench, _encoder, preset):
        runs.append(preset)
        return (300.0, 1.0) if preset == "superfast" else (60.0 + len(runs), 20.0 - len(runs))

    monkeypatch.setattr(encoder_bench._Bench, "_run", near)
    quick, close = try_candidate(SMALL, scene, tuple(HARDWARE), 1)
    assert runs == ["superfast", "veryfast", "veryfast", "veryfast"]
    assert (quick.wall_fps, close.wall_fps, close.cpu_ms) == (300.0, 64.0, 16.0)


def test_no_run_begins_when_the_time_is_used_up(scene, monkeypatch):
    monkeypatch.setattr(encoder_bench, "BUDGET_S", 0.0)
    assert len(try_candidate(SMALL, scene, tuple(HARDWARE), 1)) == 1


def test_a_run_that_takes_too_long_is_judged_by_what_was_done(scene, monkeypatch):
    monkeypatch.setattr(encoder_bench, "RUN_LIMIT_S", 0.0)
    trial = try_candidate(SMALL, scene, tuple(HARDWARE), 1)[0]
    assert trial.cpu_ms > 0


def test_a_short_clip_is_played_to_and_fro_without_a_cut():
    assert list(played([0, 1, 2, 3], 9)) == [0, 1, 2, 3, 2, 1, 0, 1, 2]


def test_more_bits_look_better_at_the_viewer_s_size(room):
    poor, rich = (
        replace(SMALL, width_px=360, height_px=640, video_kbps=kbps, presets=("veryfast",)) for kbps in (200, 900)
    )
    small = replace(rich, width_px=90, height_px=160)
    found = acquire(asked(room, poor, rich, small, quality=True))
    figures = [trial.xpsnr_db for trial in found.trials if trial.encoder == "x264"]
    assert all(15 < figure < 60 for figure in figures)
    assert figures[0] + 1 < figures[1]
    assert figures[2] < figures[1]  # too few pixels, scaled up to the size of the largest


def test_only_the_encoder_to_choose_is_compared(room):
    found = acquire(asked(room, quality=True))
    assert [trial.preset for trial in found.trials if trial.xpsnr_db is not None][-1:] == ["veryfast"]
    assert sum(trial.xpsnr_db is not None for trial in found.trials) == 1


def test_ssim_stands_in_where_there_is_no_xpsnr(scene, monkeypatch):
    from rigcheck.sources import encoder_quality

    trial = Trial("x264", "veryfast", 180, 320, 30, 300, 100, 1)
    monkeypatch.setattr(encoder_quality, "_FILTERS", {"none such": "", "ssim": "lavfi.ssim.Y"})
    (found,) = encoder_quality.with_quality([trial], SMALL, scene, 2)
    assert found.xpsnr_db is None
    assert 3 < found.ssim_db < 40
    monkeypatch.setattr(encoder_quality, "_FILTERS", {})
    assert encoder_quality.with_quality([trial], SMALL, scene, 2) == [trial]


@pytest.mark.svc
def test_a_network_camera_is_encoded_too(tmp_path):
    with mjpeg(make_clip(tmp_path / "clip.mp4")) as (url, _):
        found = acquire(asked(url, Candidate(640, 360, 30, 800, ("superfast",))))
    assert [(trial.width_px, trial.height_px) for trial in found.trials if trial.encoder == "x264"] == [(640, 360)]
    assert 40 <= found.frames <= 61


@pytest.mark.svc
def test_obs_s_programme_is_encoded_and_its_recording_deleted(tmp_path):
    with ObsStudio(tmp_path) as obs:
        play_show(obs, make_show(tmp_path, 4))
        request = replace(asked(PROGRAM, Candidate(360, 640, 30, 800, ("superfast",))), obs=obs.address)
        with LiveSource() as source:
            found = anyio.run(source.acquire, request)
        assert not list(obs.recordings.iterdir())
        assert obs.ask("GetRecordStatus")["outputActive"] is False
    assert found.via == "obs-record"
    assert [(trial.width_px, trial.height_px) for trial in found.trials if trial.encoder == "x264"] == [(202, 360)]


@pytest.mark.parametrize("device", ["obs:Cam 1", PROGRAM])
def test_single_pictures_of_obs_are_no_clip(device):
    with pytest.raises(NotSeen) as caught:
        acquire(asked(device))
    assert caught.value.reason is (Reason.NEEDS_OBS if device == PROGRAM else Reason.NOT_THIS_WAY)


def test_a_plain_file_is_replayed_by_encoding_it_here(room):
    source = open_replay(str(room))
    found = anyio.run(source.acquire, EncoderRequest(candidates=(SMALL,)))
    assert [trial.preset for trial in found.trials if trial.encoder == "x264"] == ["superfast", "veryfast"]


TRIALS = EncoderTrials(
    (Trial("x264", "fast", 360, 640, 29.97, 800, 95.5, 7.25, 38.5),), {"amf": "no", "mf": ""}, 8, None, 60
)


def recorded(tmp_path, sample: EncoderTrials) -> Path:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    write_recording(tmp_path / "room", Recording(moment, Stage.HOST, False, "room: a\n", {"encoder@main": sample}), "0")
    return tmp_path / "room"


def test_recorded_trials_come_back_as_they_were(tmp_path):
    source = open_replay(str(recorded(tmp_path, TRIALS)))
    found = anyio.run(source.acquire, asked("whatever"))
    (trial,) = found.trials
    assert [getattr(trial, name) for name in Trial.__slots__] == [
        getattr(TRIALS.trials[0], name) for name in Trial.__slots__
    ]
    assert (found.unusable, found.cores, found.load, found.frames) == (TRIALS.unusable, 8, None, 60)


@pytest.mark.parametrize(
    "changes",
    [{"fps": 0.0}, {"cpu_ms": float("nan")}, {"wall_fps": float("inf")}, {"width_px": 0}, {"height_px": 10**6}],
)
def test_recorded_trials_that_cannot_be_are_refused(tmp_path, changes):
    (trial,) = TRIALS.trials
    with pytest.raises(BadInputError):
        read_recording(recorded(tmp_path, replace(TRIALS, trials=(replace(trial, **changes),))))
    with pytest.raises(BadInputError):
        read_recording(recorded(tmp_path, replace(TRIALS, cores=0)))


@pytest.mark.parametrize("after_s", [0.05, 1.0, 2.0])
def test_called_off_it_leaves_no_process(room, after_s):
    async def call_off() -> None:
        with anyio.move_on_after(after_s):
            await LiveSource().acquire(asked(room, *[Candidate(360, 640, 30, 800 + n) for n in range(8)]))

    before = {child.pid for child in psutil.Process().children(recursive=True)}
    anyio.run(call_off)
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    assert [child for child in left if child.status() != psutil.STATUS_ZOMBIE] == []

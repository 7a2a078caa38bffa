"""The clip for a phone, read back by the same code that reads a room: as written, converted, shifted, and filmed."""

import subprocess
from datetime import date
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from services_pulse import need

from rigcheck.measure.sync import measure_sync
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import SyncClip
from rigcheck.sources.pattern import EVENTS_S, LENGTH_S, RATE_HZ, make_pattern, pattern_sound
from rigcheck.sources.together import read_together
from rigcheck.sync_state import STEP_S

SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 22))
EVENTS = np.array(EVENTS_S)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pattern") / "pattern.mp4"
    path.write_bytes(make_pattern())
    return path


def offset(clip: SyncClip):
    return measure_sync(clip, SETTING, "main")[0]


def test_it_reads_back_as_together(clip: Path) -> None:
    found, drift = measure_sync(read_together(clip), SETTING, "main")
    assert found.value == pytest.approx(0, abs=1)
    assert (found.estimate, found.params) == (False, {"events": len(EVENTS_S)})
    assert drift.value == pytest.approx(0, abs=1)


def test_what_is_in_it(clip: Path) -> None:
    with av.open(str(clip)) as box:
        picture, sound = box.streams.video[0], box.streams.audio[0]
        assert (picture.codec_context.name, picture.width, picture.height) == ("h264", 1080, 1920)
        assert (sound.codec_context.name, sound.codec_context.sample_rate) == ("aac", RATE_HZ)
        means = [float(frame.to_ndarray()[:1920:64].mean()) for frame in box.decode(picture)]
    assert len(means) == LENGTH_S * 60
    lit = np.array(means) > 200
    starts = np.flatnonzero(np.diff(lit.astype(int), prepend=0) == 1)
    stops = np.flatnonzero(np.diff(lit.astype(int), append=0) == -1) + 1
    assert (starts / 60).tolist() == pytest.approx(list(EVENTS_S))
    assert set(stops - starts) == {12}
    assert set(np.rint(np.array(means)[~lit])) == {16}


def test_each_beep_begins_with_its_flash() -> None:
    loud = np.abs(pattern_sound()) > 0.01
    first = np.flatnonzero(np.diff(loud.astype(int), prepend=0) == 1)
    begins = first[np.diff(first, prepend=-RATE_HZ) > RATE_HZ // 2]
    assert (begins / RATE_HZ).tolist() == pytest.approx(list(EVENTS_S), abs=1 / RATE_HZ)


def test_there_are_enough_and_they_are_a_second_apart() -> None:
    assert len(EVENTS_S) >= 12
    assert EVENTS_S[0] > 1
    assert EVENTS_S[-1] + 0.2 < LENGTH_S
    assert min(later - earlier for earlier, later in pairwise(EVENTS_S)) > 1


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_at_a_wrong_offset_hardly_any_go_together(true_s: float, tried_s: float) -> None:
    """However late the sound is, up to a second, and whatever else within a second is tried."""
    if abs(true_s - tried_s) > 0.05:
        apart = np.abs((EVENTS + true_s)[:, None] - (EVENTS + tried_s)[None, :]).min(axis=1)
        assert (apart < 0.025).sum() <= 1


@pytest.mark.svc
@pytest.mark.parametrize("fps", [25, 30, 60])
def test_converted_it_still_reads_as_together(clip: Path, tmp_path: Path, fps: int) -> None:
    """A converter moves flashes to its own pictures: by half of one at most, and by none at the same rate."""
    need("ffmpeg")
    made = tmp_path / "made.mp4"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        clip,
        "-vf",
        f"fps={fps},scale=270:-2",
        "-c:a",
        "aac",
        "-b:a",
        "48k",
        made,
    ]
    subprocess.run(list(map(str, command)), check=True, timeout=100)
    found = offset(read_together(made))
    assert found.value == pytest.approx(0, abs=5 if fps == 60 else 500 / fps)
    assert not found.estimate


def filmed(fps: float, shutter_s: float, phase_s: float, late_s: float) -> SyncClip:
    """The pattern as a camera sees it whose pictures begin at `phase_s`, and the sound that much late."""
    opens = phase_s + np.arange(int(LENGTH_S * fps)) / fps
    lit = np.clip(np.minimum(opens[:, None] + shutter_s, EVENTS + 0.2) - np.maximum(opens[:, None], EVENTS), 0, None)
    noise = np.random.default_rng(1).normal(0, 0.3, opens.size)
    sound = np.abs(np.random.default_rng(2).normal(0, 0.001, int((LENGTH_S + 1) / STEP_S)))
    for at in EVENTS + late_s:
        sound[round(at / STEP_S) : round((at + 0.2) / STEP_S)] += 0.3
    luma = 40 + 60 * lit.sum(axis=1) / shutter_s + noise
    return SyncClip(opens, luma.astype(np.float32), sound.astype(np.float32), 0.0)


@pytest.mark.parametrize(("fps", "within_ms"), [(25, 5), (29.97, 5), (30, 10), (50, 5), (60, 8)])
@pytest.mark.parametrize("shutter_s", [1 / 100, 1 / 60])
@pytest.mark.parametrize("late_s", [0.0, 0.2, -0.15, 0.04])
def test_filmed_it_tells_the_offset(fps: float, within_ms: float, shutter_s: float, late_s: float) -> None:
    """A camera at just 30 or 60 a second meets the phone's pictures at one or two places in its own: no closer."""
    for phase_s in np.arange(0, 1 / fps, 1 / fps / 5):
        found = offset(filmed(fps, shutter_s, float(phase_s), late_s))
        assert found.value == pytest.approx(1000 * late_s, abs=within_ms), phase_s


@pytest.mark.parametrize("late_s", [0.7, -0.8, 1.0, -1.0])
def test_beyond_what_is_looked_for_there_is_no_answer_rather_than_a_wrong_one(late_s: float) -> None:
    found = offset(filmed(30, 1 / 60, 0.01, late_s))
    assert (found.value, found.reason) == (None, Reason.NO_CLAP)

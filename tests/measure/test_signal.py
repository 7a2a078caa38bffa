"""A capture card's own picture against a camera's, moving or frozen."""

import dataclasses
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_video import film, noisy, reduced, texture, write_video

from rigcheck.measure.camera import measure_camera
from rigcheck.measure.picture import grey
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import CameraRequest
from rigcheck.sources.media import read_clip

SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 22))
HEIGHT, WIDTH = 540, 960
BARS = [(180, 180, 180), (16, 180, 180), (180, 180, 16), (16, 180, 16), (180, 16, 180), (16, 16, 180), (180, 16, 16)]


def plain(colour):
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def bars():
    """75 % colour bars (BGR), the lower part as SMPTE EG 1 has it: castellations, then black with a pluge."""
    picture = np.repeat(np.repeat(np.array([BARS], np.uint8), HEIGHT, axis=0), -(-WIDTH // 7), axis=1)[:, :WIDTH].copy()
    picture[HEIGHT * 2 // 3 : HEIGHT * 3 // 4] = picture[HEIGHT * 2 // 3 : HEIGHT * 3 // 4, ::-1]
    picture[HEIGHT * 3 // 4 :] = 16
    for place, level in ((1, 235), (5, 7), (6, 25)):
        picture[HEIGHT * 3 // 4 :, place * WIDTH // 8 : (place + 1) * WIDTH // 8] = level
    return picture


def lettered(colour, ink=(255, 255, 255), words="NO SIGNAL", scale=3.0):
    picture = plain(colour)
    cv2.putText(picture, words, (200, 300), cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 8, cv2.LINE_AA)
    cv2.rectangle(picture, (60, 60), (140, 120), ink, -1)
    return picture


CARDS = {
    "blue": plain((255, 0, 0)),
    "blue with words": lettered((200, 30, 0)),
    "black with words": lettered((0, 0, 0)),
    "black with a logo": lettered((16, 16, 16), (0, 140, 255), "hdmi?"),
    "grey with words": lettered((90, 90, 90), (20, 20, 20)),
    "white with words": lettered((255, 255, 255), (60, 60, 60)),
    "bars": bars(),
}


def signal(clip):
    return next(item for item in measure_camera(clip, SETTING, "main") if item.metric.id == "camera.signal")


def still(picture, count=60):
    return reduced([grey(picture) if picture.ndim == 3 else picture] * count)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_cards_own_picture_is_no_signal(card):
    found = signal(still(card))
    assert (found.value, found.estimate) == (False, False)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_through_an_encoder_too(card, tmp_path: Path):
    path = write_video(tmp_path / "card.mp4", [card] * 60, options={"crf": "23"})
    found = signal(read_clip(path, CameraRequest(), whole=True))
    assert (found.value, found.estimate) == (False, True)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_through_a_motion_jpeg_card_too(card):
    good, coded = cv2.imencode(".jpg", card, [cv2.IMWRITE_JPEG_QUALITY, 80])
    assert good
    assert signal(still(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE))).value is False


def scenes():
    """Rooms that a camera froze on: textured, dark, soft, before a white sheet, a lamp in the night."""
    rng, room = np.random.default_rng(7), texture(HEIGHT, WIDTH)
    soft = cv2.GaussianBlur(room, (0, 0), 12)
    white = np.full((HEIGHT, WIDTH), 255.0)
    white[150:400, 350:600] = room[150:400, 350:600]
    night = np.zeros((HEIGHT, WIDTH))
    night[200:330, 420:560] = room[200:330, 420:560]
    wall = np.linspace(175, 205, WIDTH)[None, :] * np.linspace(1.02, 0.97, HEIGHT)[:, None]
    return {
        "room": noisy(room, 2, rng),
        "room without noise": noisy(room, 0, rng),
        "soft": noisy(soft, 0.5, rng),
        "dark": noisy(room * 0.12, 1, rng),
        "hazy": noisy(160 + (room - 128) * 0.15, 1, rng),
        "on white": noisy(white, 1, rng),
        "lit in the night": noisy(night, 0, rng),
        "wall": noisy(wall, 0.7, rng),
        "smooth wall": noisy(wall, 0, rng),
        "even wall": noisy(np.full((HEIGHT, WIDTH), 150.0), 0.4, rng),
    }


@pytest.mark.parametrize("scene", scenes().values(), ids=scenes())
def test_a_frozen_camera_is_no_card(scene):
    assert signal(still(scene)).value is True


@pytest.mark.parametrize(("name", "scene"), scenes().items(), ids=scenes())
def test_nor_is_one_through_an_encoder(name, scene, tmp_path: Path):
    frames = [np.repeat(scene[..., None], 3, axis=2)] * 60
    path = write_video(tmp_path / "scene.mp4", frames, options={"crf": "23"})
    found = signal(read_clip(path, CameraRequest(), whole=True))
    assert found.value is True or (name == "even wall" and found.estimate)  # of which the encoder leaves one tone


@pytest.mark.material
def test_no_photograph_passes_for_a_card(material: Path):
    photographs = [path for path in sorted((material / "images").rglob("*")) if path.suffix in (".jpg", ".png")]
    photographs = [path for path in photographs if "slant" not in path.name]  # drawn: it is as a card's is
    assert photographs
    for path in photographs:
        picture = cv2.imread(str(path))
        small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        assert signal(still(grey(small), 40)).value is True, path.name


@pytest.mark.material
def test_no_recording_passes_for_a_card(material: Path):
    recordings = [path for path in sorted((material / "video").rglob("*")) if path.suffix in (".mp4", ".mkv", ".mov")]
    assert recordings
    for path in recordings:
        found = signal(read_clip(path, CameraRequest(), whole=False))
        assert found.value in (True, None), path.name


def test_a_moving_picture_is_a_picture_however_plain():
    frames = []
    for at in range(60):
        picture = plain((200, 30, 0))
        cv2.circle(picture, (100 + 10 * at, 270), 60, (255, 255, 255), -1)
        frames.append(grey(picture))
    assert signal(reduced(frames)).value is True


def test_a_signal_that_goes_is_missed():
    card = grey(CARDS["blue with words"])
    assert signal(reduced([*film(40), *[card] * 20])).value is True  # 0.7 s: a mode change
    assert signal(reduced([*film(40), *[card] * 60])).value is False
    assert signal(reduced([*[card] * 60, *film(40)])).value is False


def test_noise_is_a_cameras():
    rng, card = np.random.default_rng(2), grey(CARDS["bars"]).astype(float)
    assert signal(reduced([noisy(card, 1, rng) for _ in range(60)])).value is True  # a chart before a camera


def test_a_breath_of_noise_is_a_cameras_too():
    """So little that the picture counts as frozen: one pixel in thirty flickers by a code."""
    rng, card = np.random.default_rng(2), grey(CARDS["bars"])
    frames = [card + (rng.random(card.shape) < 0.03).astype(np.uint8) for _ in range(60)]
    assert signal(reduced(frames)).value is True


def test_black_and_white_could_be_either():
    for luma in (0, 16, 255):
        found = signal(still(plain((luma, luma, luma))))
        assert (found.value, found.reason) == (None, Reason.NONE_HERE)


def test_what_cannot_tell_says_why():
    card = grey(CARDS["bars"])
    assert signal(reduced([card], clock="none")).reason is Reason.STILL
    assert signal(reduced([card] * 40, clock="none")).reason is Reason.NO_CLOCK
    assert signal(reduced([card] * 10)).reason is Reason.TOO_SHORT
    assert signal(reduced([card], clock="shots")).reason is Reason.TOO_SHORT
    assert signal(reduced(film(10))).value is True


def test_single_pictures_tell_too():
    clip = reduced([grey(CARDS["bars"])] * 10, fps=5, clock="shots")
    assert signal(dataclasses.replace(clip, via="obs-shot")).value is False


@given(
    st.integers(0, 2**31),
    st.integers(1, 6),
    st.tuples(*[st.integers(0, 255)] * 3).filter(lambda bgr: 30 < sum(bgr) < 720),
)
@settings(max_examples=25, deadline=None)
def test_any_drawn_picture_is_a_card_and_no_noise_ever_is(seed, count, colour):
    rng = np.random.default_rng(seed)
    picture = plain(colour)
    for _ in range(count):
        x, y = rng.integers(0, WIDTH - 200), rng.integers(0, HEIGHT - 150)
        picture[y : y + 140, x : x + 190] = rng.integers(0, 256, 3)
    codes = grey(picture)
    if codes.max() > 25 and codes.min() < 250:
        assert signal(still(codes, 40)).value is False
    assert signal(still(noisy(np.clip(codes.astype(float), 12, 243), 1.5, rng), 40)).value is True

"""The room's picture for trial encodes: the right part of it, the right way up, never larger than it came."""

import wave
from pathlib import Path

import cv2
import numpy as np
import pytest
from signals_video import film, rounded, texture, write_video

from rigcheck.encoder_state import Candidate, EncoderRequest
from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Box
from rigcheck.sources.encoder_picture import FEWEST, pictures_of, size_for

LOSSLESS = {"preset": "ultrafast", "qp": "0"}


def corners(count: int, height: int, width: int):
    """A dark picture whose upper left quarter is bright."""
    frame = np.full((height, width), 40, np.uint8)
    frame[: height // 2, : width // 2] = 200
    return [frame] * count


def look(path, *candidates: Candidate, **more):
    request = EncoderRequest(device=str(path), candidates=candidates or (Candidate(360, 640, 30, 800),), **more)
    return pictures_of(request, None)


def quarters(picture):
    """Whether each quarter is bright: upper left, upper right, lower left, lower right."""
    luma = picture.to_ndarray(format="gray")
    h, w = luma.shape[0] // 2, luma.shape[1] // 2
    return [bool(part.mean() > 120) for part in (luma[:h, :w], luma[:h, w:], luma[h:, :w], luma[h:, w:])]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frames = corners(40, 360, 640)
    return write_video(tmp_path_factory.mktemp("clip") / "wide.mkv", frames, options=LOSSLESS)


def test_a_turned_camera_s_picture_is_upright(wide):
    pictures = look(wide, rotate=90)
    assert (pictures[0].width, pictures[0].height, pictures[0].format.name) == (360, 640, "yuv420p")
    assert quarters(pictures[0]) == [False, True, False, False]
    assert quarters(look(wide, rotate=270)[0]) == [False, False, True, False]


def test_the_crop_of_the_room_is_what_is_encoded(wide):
    candidate = Candidate(320, 180, 30, 500)
    (left, *_) = look(wide, candidate, crop=Box(0, 0, 0.5, 0.5))
    assert quarters(left) == [True, True, True, True]
    (right, *_) = look(wide, candidate, crop=Box(0.5, 0, 0.5, 0.5))
    assert quarters(right) == [False] * 4


def test_a_portrait_out_of_a_landscape_is_its_middle_and_not_enlarged(wide):
    (picture, *_) = look(wide, Candidate(1080, 1920, 30, 4450))
    assert (picture.width, picture.height) == (202, 360)
    assert quarters(picture) == [True, False, False, False]


def test_two_seconds_are_looked_at_and_three_for_a_comparison(tmp_path):
    path = write_video(tmp_path / "a.mkv", film(100, height=64, width=64), options=LOSSLESS)
    assert len(look(path)) == 60
    assert len(look(path, quality=True)) == 90


def test_the_largest_candidate_s_size_is_kept():
    assert size_for(Candidate(720, 1280, 30, 2500), 1080, 1920) == (720, 1280)
    assert size_for(Candidate(1080, 1920, 30, 4450), 607, 1080) == (608, 1080)
    assert size_for(Candidate(540, 960, 30, 1500), 540, 961) == (540, 960)


def test_moving_pictures_move(tmp_path):
    path = write_video(tmp_path / "a.mkv", film(30, height=128, width=128), options=LOSSLESS)
    pictures = [picture.to_ndarray(format="gray").astype(int) for picture in look(path, Candidate(128, 128, 30, 500))]
    assert len(pictures) == 30
    assert np.abs(pictures[0] - pictures[10]).mean() > 1


def unseen(path) -> Reason:
    with pytest.raises(NotSeen) as caught:
        look(path)
    return caught.value.reason


def test_what_is_no_moving_picture_says_so(tmp_path):
    cv2.imwrite(str(tmp_path / "still.png"), rounded(texture(64, 64)))
    assert unseen(tmp_path / "still.png") is Reason.STILL
    short = write_video(tmp_path / "short.mkv", corners(FEWEST - 1, 64, 64), options=LOSSLESS)
    assert unseen(short) is Reason.TOO_SHORT
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    assert unseen(tmp_path / "sound.wav") is Reason.NO_STREAM
    (tmp_path / "junk.mp4").write_bytes(b"junk" * 100)
    assert unseen(tmp_path / "junk.mp4") is Reason.JUNK


def test_a_damaged_middle_costs_only_its_pictures(tmp_path, wide):
    content = bytearray(wide.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = bytes(200)
    (tmp_path / "hurt.mkv").write_bytes(content)
    assert FEWEST <= len(look(tmp_path / "hurt.mkv")) <= 40

"""The reducer: what of a stream is kept, where it lies after rotate and crop, and that memory stays bounded."""

import numpy as np
import pytest
from signals_video import film, limited, noisy, reduced, texture

from rigcheck.measure.frame import FrameReducer
from rigcheck.profile import Box

RNG = np.random.default_rng(5)


@pytest.mark.parametrize(("rotate", "size"), [(0, (640, 360)), (90, (360, 640)), (180, (640, 360)), (270, (360, 640))])
def test_the_size_is_upright_and_not_that_of_the_crop(rotate, size):
    clip = reduced([texture(360, 640).astype(np.uint8)], rotate=rotate, crop="portrait")
    assert (clip.width_px, clip.height_px) == size
    assert clip.rotate == rotate
    assert clip.rows.shape == (1, 360)  # sensor rows, whatever is upright


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_statistics_thumbs_and_frames_see_the_same_part(rotate):
    picture = RNG.integers(0, 256, (120, 200), np.uint8)
    clip = reduced([picture], rotate=rotate, crop=Box(0.5, 0.25, 0.5, 0.5))
    up = np.rot90(picture, -rotate // 90)
    height, width = up.shape
    part = up[height // 4 : height * 3 // 4, width // 2 :]
    assert np.array_equal(clip.frames[0, ..., 0], part)
    assert np.array_equal(clip.thumbs[0], part)  # small enough to be kept whole
    assert clip.mean[0] == pytest.approx(part.mean(), abs=0.01)


def test_portrait_of_a_landscape_picture_is_its_middle():
    clip = reduced([texture(360, 640).astype(np.uint8)], crop="portrait")
    assert clip.frames.shape == (1, 360, 202, 3)  # 9:16 of 360 rows


def test_luma_of_a_camera_that_interleaves_it_is_read_in_place():
    packed = RNG.integers(0, 256, (240, 640), np.uint8)
    plain, view = reduced([packed[:, ::2].copy()]), reduced([packed[:, ::2]])
    assert view.mean[0] == plain.mean[0]
    assert np.allclose(view.rows, plain.rows, atol=12)  # thinned out
    assert np.array_equal(view.thumbs, plain.thumbs)


def test_limited_codes_are_expanded():
    picture = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    full, narrow = reduced([picture]), reduced([limited(picture)], limited=True)
    assert narrow.mean[0] == pytest.approx(full.mean[0], abs=0.1)
    assert np.abs(narrow.thumbs.astype(int) - full.thumbs).max() <= 1
    assert np.allclose(narrow.rows, full.rows, atol=0.5)
    for trace in ("dark", "bright", "deep"):
        assert getattr(narrow, trace)[0] == pytest.approx(getattr(full, trace)[0], abs=0.005)
    assert narrow.dark[0] == pytest.approx(26 / 256, abs=0.005)


def test_change_and_sameness():
    first = RNG.integers(0, 200, (90, 160), np.uint8)
    clip = reduced([first, first + 51, first + 51])
    assert np.isnan(clip.change[0])
    assert clip.change[1] == pytest.approx(0.2)
    assert clip.same.tolist() == [False, False, True]


def test_bt709_luma_is_corrected_through_chroma():
    bgr = np.zeros((64, 64, 3))
    bgr[:] = (30, 60, 200)
    blue, green, red = bgr[0, 0]
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    u, v = (blue - luma) / 1.8556 + 128, (red - luma) / 1.5748 + 128
    reducer = FrameReducer(asked=None, rotate=0, crop=None, clock="pts", limited=False, keep=0)
    planes = tuple(np.full((32, 32), round(plane), np.uint8) for plane in (u, v))
    reducer.add(np.full((64, 64), round(luma), np.uint8), 0.0, chroma=planes)
    bt601 = 0.299 * red + 0.587 * green + 0.114 * blue
    assert abs(bt601 - luma) > 10
    assert reducer.clip(fourcc="", first_frame_ms=None).mean[0] == pytest.approx(bt601, abs=0.7)


@pytest.mark.parametrize("trait", ["focus"])
def test_blur_lowers_detail_step_by_step(trait):
    import cv2

    sharp = texture(540, 960).astype(np.uint8)
    blurred = [sharp, *(cv2.GaussianBlur(sharp, (0, 0), sigma) for sigma in (0.5, 1, 2, 4, 8))]
    detail = [getattr(reduced([picture]), trait)[0] for picture in blurred]
    assert detail == sorted(detail, reverse=True)
    assert detail[0] > 5 * detail[2]


def test_kept_frames_are_spread_and_never_black_where_others_are():
    black = np.zeros((90, 160), np.uint8)
    frames = [black] * 5 + list(film(95, height=90, width=160))
    assert reduced(frames).frame_at.tolist() == [5, 84]
    assert reduced([black] * 4).frame_at.tolist() == [0]
    assert len(reduced(frames, keep=3).frame_at) == 3
    assert reduced(frames, keep=1).frame_at.tolist() == [5]


def test_small_pictures_are_kept_of_the_first_frames_only():
    picture = np.full((40, 60), 90, np.uint8)
    clip = reduced(noisy(picture, 3, RNG) for _ in range(320))
    assert len(clip.t_s) == len(clip.change) == len(clip.focus) == 320
    assert len(clip.thumbs) == len(clip.rows) == 300


def test_a_stream_that_changes_its_size_is_still_judged():
    frames = [np.full((90, 160), 90, np.uint8)] * 3 + [np.full((45, 80), 90, np.uint8)] * 3
    clip = reduced(frames)
    assert (clip.width_px, clip.height_px, len(clip.t_s), len(clip.thumbs)) == (160, 90, 6, 3)
    assert np.isnan(clip.change[3])


def test_nothing_added_is_no_clip():
    reducer = FrameReducer(asked=None, rotate=0, crop=None, clock="grab", limited=False, keep=2)
    with pytest.raises(ValueError, match="no frame"):
        reducer.clip(fourcc="", first_frame_ms=None)

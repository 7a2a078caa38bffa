"""One grey and one colour, laid out as cameras deliver them: luma and BGR must come back."""

import cv2
import numpy as np
import pytest

from rigcheck.sources.pixel_layout import layout_of

H, W = 48, 64
BGR = np.zeros((H, W, 3), np.uint8)
BGR[:, : W // 2], BGR[:, W // 2 :] = (180, 60, 40), (30, 90, 200)
GREY = cv2.cvtColor(BGR, cv2.COLOR_BGR2GRAY)


def delivered(fourcc):
    packed = {
        "YUYV": cv2.COLOR_BGR2YUV_YUYV,
        "UYVY": cv2.COLOR_BGR2YUV_UYVY,
        "YU12": cv2.COLOR_BGR2YUV_I420,
        "YV12": cv2.COLOR_BGR2YUV_YV12,
    }
    if fourcc in packed:
        return cv2.cvtColor(BGR, packed[fourcc])
    if fourcc == "NV12":
        planes = cv2.cvtColor(BGR, cv2.COLOR_BGR2YUV_I420)
        u, v = planes[H : H + H // 4].reshape(-1), planes[H + H // 4 :].reshape(-1)
        return np.vstack([planes[:H], np.stack([u, v], axis=-1).reshape(H // 2, W)])
    if fourcc == "MJPG":
        return cv2.imencode(".jpg", BGR, [cv2.IMWRITE_JPEG_QUALITY, 98])[1].reshape(1, -1)
    return GREY if fourcc == "GREY" else BGR


@pytest.mark.parametrize("fourcc", ["YUYV", "UYVY", "YU12", "YV12", "NV12", "MJPG", "GREY", "BGR3", ""])
def test_luma_and_colour_come_back(fourcc):
    buffer = delivered(fourcc)
    layout = layout_of(fourcc, buffer)
    luma = layout.luma(buffer).astype(float)
    full = (luma - 16) * 255 / 219 if layout.limited else luma
    assert luma.shape == (H, W)
    assert np.abs(full - GREY).max() <= 3
    wanted = cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGR) if fourcc == "GREY" else BGR
    middle = np.s_[:, [W // 4, 3 * W // 4]]  # JPEG and 4:2:0 bleed at the edge
    assert np.abs(layout.bgr(buffer)[middle].astype(int) - wanted[middle]).max() <= 4


@pytest.mark.parametrize("fourcc", ["YUYV", "NV12", "YU12"])
def test_raw_luma_is_a_view(fourcc):
    buffer = delivered(fourcc)
    assert np.shares_memory(layout_of(fourcc, buffer).luma(buffer), buffer)


@pytest.mark.parametrize(
    ("fourcc", "limited"), [("YUYV", True), ("NV12", True), ("MJPG", False), ("BGR3", False), ("", False)]
)
def test_range(fourcc, limited):
    assert layout_of(fourcc, delivered(fourcc)).limited is limited


def test_damaged_jpeg_is_no_picture():
    layout = layout_of("MJPG", delivered("MJPG"))
    junk = np.frombuffer(b"\xff\xd8\xff\xe0garbage", np.uint8).reshape(1, -1).copy()
    assert layout.luma(junk) is None
    assert layout.bgr(junk) is None

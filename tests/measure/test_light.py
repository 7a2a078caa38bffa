"""Every light metric of a clip: against OpenCV's grey, against counted pixels, against lit patches."""

from datetime import date

import numpy as np
import pytest
from signals_video import film, flickering, reduced, rounded, texture, write_video

from rigcheck import metrics
from rigcheck.measure.light import measure_light
from rigcheck.model import Reason, Stage
from rigcheck.profile import Box, CameraDevice, Profile, Setting
from rigcheck.samples import CameraRequest
from rigcheck.sources.media import read_clip

FACE = Box(177 / 512, 66 / 512, 95 / 512, 95 / 512)


def values(clip, **device):
    setting = Setting(Profile(camera={"main": CameraDevice(**device)}), Stage.HOST, date(2026, 11, 21))
    found = {item.metric.id: item for item in measure_light(clip, setting, "main")}
    assert set(found) == {name for name in metrics.METRICS if name.startswith("light.")}
    return found


def patches(background=90, subject=180, size=(360, 640)):
    picture = np.full(size, background, np.uint8)
    picture[size[0] // 4 : size[0] * 3 // 4, size[1] // 4 : size[1] * 3 // 4] = subject
    return picture


def test_subject_is_the_profiles_box_or_else_the_centre():
    clip = reduced([patches()] * 3)
    centre, corner = values(clip), values(clip, subject=Box(0, 0, 0.2, 0.2))
    assert centre["light.subject_ire"].value == pytest.approx(180 / 2.55, abs=0.1)
    assert corner["light.subject_ire"].value == pytest.approx(90 / 2.55, abs=0.1)
    assert centre["light.subject_ire"].params["box"] == "centre"
    assert corner["light.subject_ire"].params["box"] == "profile"


def test_backlight_is_a_ratio_of_linear_light():
    clip = reduced([patches(background=200, subject=100)])
    assert values(clip)["light.backlight_ratio"].value == pytest.approx(2**2.2, rel=0.02)
    backdrop = values(clip, backdrop=Box(0, 0, 1, 0.2))["light.backlight_ratio"]
    assert backdrop.value == pytest.approx(2**2.2, rel=0.02)
    hidden = values(clip, subject=Box(0, 0, 1, 1))["light.backlight_ratio"]
    assert hidden.reason is Reason.NOT_IN_PROFILE


def test_evenness_is_the_least_of_nine_fields_against_their_mean():
    light = np.kron(np.array([[1, 1, 1], [1, 1, 1], [1, 1, 0.5]]), np.ones((60, 90))) * 0.4
    clip = reduced([rounded(255 * light ** (1 / 2.2))])
    found = values(clip, backdrop=Box(0, 0, 1, 1))["light.evenness"]
    assert found.value == pytest.approx(0.5 / (8.5 / 9), abs=0.02)
    assert values(clip)["light.evenness"].reason is Reason.NOT_IN_PROFILE
    assert values(clip, backdrop="green")["light.evenness"].reason is Reason.NONE_HERE


@pytest.mark.parametrize("share", [0, 0.0007, 0.02, 0.3])
def test_clipped_pixels_are_all_counted(share):
    picture = np.clip(texture(), 20, 235).astype(np.uint8)
    spots = np.random.default_rng(0).permutation(picture.size)
    count = round(share * picture.size)
    picture.flat[spots[:count]] = 251
    picture.flat[spots[count : 2 * count]] = 4
    found = values(reduced([picture] * 2))
    assert found["light.highlights_pct"].value == pytest.approx(100 * share, abs=0.1)
    assert found["light.shadows_pct"].value == pytest.approx(100 * share, abs=0.1)


def test_shares_of_a_moving_picture_are_those_of_the_whole_clip():
    frames = [np.where(np.arange(640) < 6 * at, 255, 120).astype(np.uint8)[None].repeat(360, 0) for at in range(100)]
    want = np.mean([np.mean(frame >= 250) for frame in frames])
    assert values(reduced(frames))["light.highlights_pct"].value == pytest.approx(100 * want, abs=0.5)


def test_the_products_highlights_count_from_the_detected_ceiling():
    picture = rounded(np.minimum(16 + texture(contrast=60) * 0.8, 220))
    picture[200:300, 300:500] = 235
    box = Box(300 / 960, 150 / 540, 200 / 960, 200 / 540)
    share = 100 * np.mean(picture[150:350, 300:500] >= 230)
    assert values(reduced([picture]), product=box)["light.product_highlights_pct"].value == pytest.approx(
        share, abs=0.1
    )
    picture[200:300, 300:500] = 255
    assert values(reduced([picture]), product=box)["light.product_highlights_pct"].value == pytest.approx(50, abs=0.1)
    assert values(reduced([picture]))["light.product_highlights_pct"].reason is Reason.NOT_IN_PROFILE


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
def test_mean_is_opencvs_grey_of_the_colours(matrix, tmp_path):
    import cv2

    bgr = np.stack([rounded(texture(seed=1) * share) for share in (0.4, 0.6, 0.95)], axis=2)
    path = tmp_path / "room.mp4"
    if matrix == "bt601":
        write_video(path, [bgr] * 3, options={"crf": "5"})
    else:
        _write_bt709(path, bgr)
    found = values(read_clip(path, CameraRequest(), whole=True))
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    assert found["light.mean_ire"].value == pytest.approx(grey.mean() / 2.55, abs=1)
    assert found["light.subject_ire"].value == pytest.approx(grey[135:405, 240:720].mean() / 2.55, abs=1)


def _write_bt709(path, bgr):
    import av

    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=30, options={"crf": "5"})
        stream.height, stream.width, stream.pix_fmt = *bgr.shape[:2], "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format="yuv420p", dst_colorspace="itu709")
            frame.colorspace, frame.color_range = 1, 1
            box.mux(stream.encode(frame))
        box.mux(stream.encode())


def test_flicker_is_reported_with_its_cause():
    lit = values(reduced(flickering(60, np.full((270, 480), 120), hz=100, fps=30, depth=0.1, sigma=1)))
    assert lit["light.flicker_pct"].value == pytest.approx(7.6, rel=0.2)
    assert lit["light.flicker_hz"].value == 100
    dimmed = values(reduced(flickering(60, np.full((270, 480), 120), hz=217, fps=30, depth=0.3, sigma=1)))
    assert dimmed["light.flicker_hz"].value == "dimmer"
    dark = values(reduced(film(40, height=180, width=320)))
    assert dark["light.flicker_pct"].value == 0
    assert dark["light.flicker_hz"].reason is Reason.NO_FLICKER


def test_reasons_where_there_is_no_value():
    still = values(reduced([patches()], clock="none"))
    assert still["light.flicker_pct"].reason is Reason.STILL
    assert still["light.flicker_hz"].reason is Reason.STILL
    assert values(reduced([patches()] * 9, clock="none"))["light.flicker_pct"].reason is Reason.NO_CLOCK
    assert values(reduced([patches()] * 9))["light.flicker_pct"].reason is Reason.TOO_SHORT
    assert values(reduced([patches()] * 9, keep=0))["light.mean_ire"].reason is Reason.NONE_HERE


@pytest.mark.material
@pytest.mark.parametrize(
    ("name", "mean", "bright", "dark"), [("EV-2", 24.6, 0, 57), ("EV0", 54.5, 4.6, 1.4), ("EV2", 150.6, 15.6, 0)]
)
def test_exposure_brackets(name, mean, bright, dark, material):
    clip = read_clip(material / "images" / f"skimage-UNIS_{name}.jpg", CameraRequest(), whole=True)
    found = values(clip)
    assert found["light.mean_ire"].value == pytest.approx(mean / 2.55, abs=0.1)
    assert found["light.shadows_pct"].value == pytest.approx(dark, abs=0.5)
    assert bright <= found["light.highlights_pct"].value + 0.05 <= bright + 1  # the brightest channel, not luma
    share = 100 * np.mean(clip.frames[0].max(axis=2) >= 250)
    assert found["light.highlights_pct"].value == pytest.approx(share, abs=0.1)


@pytest.mark.material
def test_a_face_in_its_box(material):
    clip = read_clip(material / "images" / "imageio-astronaut.png", CameraRequest(), whole=True)
    assert values(clip, subject=FACE)["light.subject_ire"].value == pytest.approx(61, abs=1)


def test_a_cameras_boxes_do_not_hold_in_the_programme():
    import dataclasses

    clip = reduced([patches()] * 9)
    box = Box(0.0, 0.0, 0.1, 0.1)
    for via, device, which in (
        ("device", "cam", "profile"),
        ("obs-record", "cam", "centre"),
        ("obs-record", "obs:program", "profile"),
    ):
        profile = Profile(camera={"main": CameraDevice(device, subject=box)})
        seen = measure_light(
            dataclasses.replace(clip, via=via), Setting(profile, Stage.HOST, date(2026, 11, 22)), "main"
        )
        (subject,) = (item for item in seen if item.metric.id == "light.subject_ire")
        assert subject.params["box"] == which

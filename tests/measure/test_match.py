"""Two cameras of one show: the same card in both, a known difference between them, live and from a recorded room."""

import dataclasses
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_colour import CHART_RGB, SQUARE, TILTED, colour_clip, encoded, scene_with_chart, seen, tinted

from rigcheck.checks.camera import CAMERA_CHECKS, ask_camera, ask_match
from rigcheck.errors import NotSeen
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.measure.colour import ciede2000, lab, lab_of_linear
from rigcheck.measure.match import measure_match
from rigcheck.model import Impact, Reason, Stage, Status
from rigcheck.pair import Pair, PairRequest
from rigcheck.plan import Run
from rigcheck.profile import Box, CameraDevice, Profile, Setting
from rigcheck.samples import CameraRequest, OnAirState
from rigcheck.sources.record import Recorder
from rigcheck.sources.replay import open_replay
from rigcheck.value import Corners

NOW = datetime(2026, 11, 22, 19, 48, tzinfo=UTC)
CARD = Box(0.4, 0.4, 0.2, 0.2)
SHIFTS = [(1, 1, 1), (1.1, 1, 0.9), (1.3, 1.3, 1.3), (0.8, 1, 1.1)]


def card(gains=(1, 1, 1), sigma=2.0, seed=0):
    """A grey card in light that falls off a little, as this camera shows it."""
    light = 0.3 * np.linspace(1.05, 0.95, 320)[None, :, None] * np.ones((180, 320, 3))
    return colour_clip(seen(tinted(encoded(light), gains), sigma, seed))


def chart(corners, gains=(1, 1, 1), seed=0):
    return colour_clip(seen(tinted(scene_with_chart(corners), gains), 2, seed))


def at(corners):
    return Corners(*(tuple(map(float, corner)) for corner in corners))


def match(first, second, main=None, other=None):
    devices = {"main": main or CameraDevice("a", grey=CARD), "close": other or CameraDevice("b", grey=CARD)}
    setting = Setting(Profile(camera=devices), Stage.HOST, date(2026, 11, 21))
    (found,) = measure_match(Pair(first, second), setting, "close")
    return found


@pytest.mark.parametrize("gains", SHIFTS, ids=str)
def test_grey_cards_tell_how_far_two_cameras_are_apart(gains) -> None:
    grey = np.full(3, 0.3)
    wanted = float(ciede2000(lab_of_linear(grey), lab_of_linear(grey * gains)))
    found = match(card(), card(gains, seed=1))
    assert found.value == pytest.approx(wanted, abs=0.5)
    assert found.params["what"] == ("grey",)


@pytest.mark.parametrize("gains", SHIFTS, ids=str)
def test_charts_do_where_both_have_one(gains) -> None:
    wanted = float(ciede2000(lab(CHART_RGB), lab(tinted(CHART_RGB, gains))).mean())
    devices = CameraDevice("a", chart=at(SQUARE), grey=CARD), CameraDevice("b", chart=at(TILTED), grey=CARD)
    found = match(chart(SQUARE), chart(TILTED, gains, 1), *devices)
    assert found.value == pytest.approx(wanted, abs=0.5)
    assert found.params["what"] == ("chart",)


@given(st.floats(0, 0.5), st.floats(0, 0.5))
@settings(max_examples=15, deadline=None)
def test_a_larger_difference_is_never_smaller_and_has_no_direction(one, other) -> None:
    near, far = sorted((one, other))
    reads = [match(card(seed=1), card((1 + k, 1, 1))).value for k in (near, far)]
    assert reads[1] >= reads[0] - 0.1
    assert match(card((1 + far, 1, 1)), card(seed=1)).value == pytest.approx(reads[1], abs=1e-6)


def test_without_a_common_card_there_is_no_telling() -> None:
    bare = CameraDevice("b")
    with_chart = CameraDevice("b", chart=at(SQUARE))
    assert match(card(), card(seed=1), other=bare).reason is Reason.NOT_IN_PROFILE
    assert match(card(), chart(SQUARE), other=with_chart).reason is Reason.NOT_IN_PROFILE
    both = CameraDevice("a", chart=at(SQUARE)), CameraDevice("b", chart=at(SQUARE))
    assert match(card(), chart(SQUARE), *both).reason is Reason.NO_CHART
    assert match(card((5, 5, 5)), card()).reason is Reason.BADLY_EXPOSED


def test_a_missing_chart_is_made_up_for_by_the_grey_cards() -> None:
    both = CameraDevice("a", chart=at(SQUARE), grey=CARD), CameraDevice("b", chart=at(SQUARE), grey=CARD)
    found = match(card(), card(seed=1), *both)
    assert found.value == pytest.approx(0, abs=0.5)
    assert found.params["what"] == ("grey",)


def test_one_picture_twice_is_no_comparison() -> None:
    clip = card()
    assert match(clip, clip).reason is Reason.NONE_HERE
    assert match(clip, dataclasses.replace(card(seed=1), frames=clip.frames[:0])).reason is Reason.NONE_HERE


def test_obs_programme_is_laid_out_otherwise() -> None:
    programme = dataclasses.replace(card(), via="obs-record")
    assert match(programme, card(seed=1)).reason is Reason.NOT_THIS_WAY


def test_a_stand_in_is_an_estimate() -> None:
    assert match(dataclasses.replace(card(), is_estimate=True), card(seed=1)).estimate


def test_every_camera_but_the_main_one_is_compared_with_it() -> None:
    profile = Profile(camera={"main": CameraDevice("a"), "close": CameraDevice("b")})
    setting = Setting(profile, Stage.HOST, date(2026, 11, 21))
    main, close = ask_camera(setting, "main"), ask_camera(setting, "close")
    assert ask_match(setting, "close") == PairRequest("close", main, close)
    assert ask_match(setting, "main") == main
    (alone,) = measure_match(card(), setting, "main")
    assert alone.reason is Reason.NOT_IN_PROFILE


class Studio:
    """A live source of two cameras, one of them off in its white balance; a third one is gone."""

    name = "live"
    is_live = True

    def __init__(self) -> None:
        self.asked = []

    async def acquire(self, request):
        self.asked.append(request)
        if not isinstance(request, CameraRequest):
            return OnAirState()
        if request.name == "top":
            raise NotSeen(Reason.MISSING, {"device": "c"})
        return card((1.4, 1, 0.7) if request.name == "backup-close" else (1, 1, 1), seed=sum(request.name.encode()))


ROOM = """\
camera:
  main: {device: a, grey: [0.4, 0.4, 0.2, 0.2]}
  wide: {device: d, grey: [0.4, 0.4, 0.2, 0.2]}
  backup-close: {device: b, grey: [0.4, 0.4, 0.2, 0.2]}
  top: {device: c}
mic: {}
power: {}
"""


@pytest.mark.anyio
async def test_the_finding_is_the_same_live_and_from_the_recording(tmp_path) -> None:
    (tmp_path / "room.yaml").write_text(ROOM)
    profile, recorder, studio = load_profile(tmp_path / "room.yaml"), Recorder.at(tmp_path / "kept"), Studio()
    live = await judged(profile, studio, recorder)
    recorder.finish(tmp_path / "kept", profile, stage=Stage.HOST, attended=True, now=NOW)
    source = open_replay(str(tmp_path / "kept"))
    again = await judged(load_profile(source.profile_path), source)
    assert {f.device: (f.status, f.reason) for f in live} == {
        "main": (Status.SKIP, Reason.NOT_IN_PROFILE),
        "wide": (Status.OK, None),
        "backup-close": (Status.FAIL, None),
        "top": (Status.UNKNOWN, Reason.MISSING),
    }
    assert {f.device: (f.status, f.value, f.impact) for f in again} == {
        f.device: (f.status, f.value, f.impact) for f in live
    }
    impacts = {f.device: f.impact for f in live}
    assert (impacts["wide"], impacts["backup-close"]) == (Impact.DEGRADE, Impact.BACKUP)
    assert sorted(r.name for r in studio.asked if isinstance(r, CameraRequest)) == [
        "backup-close",
        "main",
        "top",
        "wide",
    ]


async def judged(profile, source, *watchers):
    checks = [check for check in CAMERA_CHECKS if check.id == "camera.match"]
    setting = Setting(profile, Stage.HOST, NOW.date())
    return (await run(Run("preflight", checks, setting, source, NOW, load_limits(), watchers=watchers))).findings

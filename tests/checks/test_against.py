"""Levels and noise against the baseline: leeway, never looser than the built-in limits, only of the same device and way."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_baseline import TAKEN_AT

from rigcheck import metrics as m
from rigcheck.baseline import Baseline, CameraBaseline, MicBaseline
from rigcheck.checks import CHECKS
from rigcheck.checks.against import LEEWAYS, limit_against, narrowed
from rigcheck.judge import judge
from rigcheck.loading import load_limits
from rigcheck.model import Limit, Measurement, OneOf, Span, Stage, Status
from rigcheck.profile import CameraDevice, MicDevice, Mode, Profile, Setting

PICTURE = CameraBaseline("Cam", Mode(1280, 720, 30), 90, "device", np.zeros((4, 3, 3), np.uint8), 10.0)
BASELINE = Baseline(
    name="default",
    taken_at=TAKEN_AT,
    room=None,
    cameras={"main": PICTURE},
    mics={"main": MicBaseline("Lav", "mono", "device"), "backup": MicBaseline("Boom", "mono", "device")},
    figures={
        "mic.speech_dbfs": -20.0,
        "mic.noise_dbfs": -60.0,
        "camera.noise_sigma": 1.0,
        "mic.noise_dbfs@backup": -50.0,
    },
)
ROOM = Profile(
    camera={"main": CameraDevice("Cam", mode=Mode(1280, 720, 30), rotate=90)},
    mic={"main": MicDevice("Lav", layout="mono"), "backup": MicDevice("Boom", layout="mono")},
)
SETTING = Setting(ROOM, Stage.HOST, date(2026, 11, 21), baseline=BASELINE)


@pytest.mark.parametrize(
    ("metric", "name", "ok"),
    [
        (m.MIC_SPEECH, "main", Span(-26, -14)),
        (m.MIC_NOISE, "main", Span(None, -54)),
        (m.MIC_NOISE, "backup", Span(None, -44)),
        (m.CAMERA_NOISE, "main", Span(None, 2)),
    ],
)
def test_a_figure_may_go_so_far(metric, name, ok):
    limit = limit_against(SETTING, name, metric)
    assert limit == Limit(ok, Span(None, None), "baseline")
    worse = ok.high + 40
    assert judge(Measurement(metric, worse), limit).status is Status.WARN


@pytest.mark.parametrize(
    "changed",
    [
        replace(SETTING, baseline=None),
        replace(SETTING, baseline=replace(BASELINE, mics={}, cameras={})),
        replace(SETTING, baseline=replace(BASELINE, figures={})),
        replace(
            SETTING,
            profile=replace(ROOM, mic={"main": MicDevice("New", layout="mono")}, camera={"main": CameraDevice()}),
        ),
        replace(
            SETTING,
            profile=replace(
                ROOM,
                mic={"main": MicDevice("Lav", layout="split")},
                camera={"main": CameraDevice("Cam", mode=Mode(1920, 1080, 30), rotate=90)},
            ),
        ),
        replace(SETTING, obs_answers=True),
    ],
    ids=["no baseline", "no devices in it", "no figures", "other device", "other mode", "through OBS now"],
)
def test_no_figure_of_another_device_or_way_is_a_limit(changed):
    assert limit_against(changed, "main", m.MIC_NOISE) is None
    assert limit_against(changed, "main", m.CAMERA_NOISE) is None


def test_metrics_without_a_leeway_have_no_such_limit():
    assert limit_against(SETTING, "main", m.CAMERA_FOCUS) is None


def test_every_leeway_is_judged_by_a_check():
    asked = {metric for check in CHECKS if check.limit_of is limit_against for metric in check.metrics}
    assert set(LEEWAYS) <= asked


bounds = st.none() | st.floats(-100, 100)
spans = st.tuples(bounds, bounds).filter(lambda b: None in b or b[0] <= b[1]).map(lambda b: Span(*b))


@given(spans, spans, st.floats(-200, 200))
def test_a_baseline_only_narrows_and_only_by_warning(built_in, against, value):
    limit = Limit(built_in)
    both = narrowed(limit, Limit(against, Span(None, None), "baseline"))
    before, after = (judge(Measurement(m.CAMERA_NOISE, value), each).status for each in (limit, both))
    assert after.severity >= before.severity
    assert (after is Status.FAIL) == (before is Status.FAIL)
    if before is Status.OK and value not in against and both is not limit:
        assert (after, both.origin) == (Status.WARN, "baseline")


def test_where_both_cannot_be_met_the_built_in_limit_stays():
    limit = load_limits()["camera.noise_sigma"]
    assert narrowed(limit, Limit(Span(9, None), None, "baseline")) is limit
    flags = Limit(OneOf((True,)))
    assert narrowed(flags, Limit(Span(0, 1), None, "baseline")) is flags

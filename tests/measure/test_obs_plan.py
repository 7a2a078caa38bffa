"""What OBS is set to against the plan: each field's own way of being the same."""

from dataclasses import replace
from datetime import date

import pytest
from planned import AS_PLANNED, ENCODE, PLAN, obs_set_to

from rigcheck.measure.obs_plan import measure_plan, planned
from rigcheck.model import Message, Reason, Stage
from rigcheck.profile import Profile, Setting


def compared(settings=AS_PLANNED, plan=PLAN):
    return measure_plan(obs_set_to(settings), Setting(Profile(), Stage.HOST, date(2026, 11, 22), plan=plan))


def differing(plan=PLAN, **settings):
    return compared(AS_PLANNED | settings, plan).params.get("what", ())


def test_what_is_as_planned_is_no_difference():
    found = compared()
    assert (found.value, found.estimate, found.params) == (0, False, {})
    assert AS_PLANNED.keys() - {"base"} == planned(ENCODE).keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("output", "720x1280"),
        ("fps", "25"),
        ("encoder", "jim_nvenc"),
        ("rate_control", "VBR"),
        ("preset", "fast"),
        ("h264_profile", "main"),
        ("bframes", "3"),
        ("video_kbps", "2500"),
        ("audio_kbps", "128"),
        ("keyint_s", "auto"),
        ("keyint_s", "4"),
        ("audio_rate_hz", "44100"),
        ("channels", "Mono"),
        ("color_space", "2100PQ"),
        ("color_range", "Full"),
    ],
)
def test_each_field_is_told_with_both_values(name, value):
    found = compared(AS_PLANNED | {name: value})
    assert (found.value, found.params) == (
        1,
        {"what": (name,), "found": (value,), "wanted": (planned(ENCODE)[name],)},
    )


@pytest.mark.parametrize(
    ("name", "value"), [("fps", "30"), ("fps", "29.97"), ("bframes", "0"), ("channels", "stereo"), ("keyint_s", "2.0")]
)
def test_what_comes_to_the_same_is_no_difference(name, value):
    assert differing(**{name: value}) == ()


@pytest.mark.parametrize(
    ("encoder", "codec", "named"),
    [
        ("nvenc", "h264", "nvenc_h264_tex"),
        ("nvenc", "hevc", "nvenc_hevc"),
        ("amf", "h264", "amd"),
        ("qsv", "h264", "qsv11_v2"),
        ("videotoolbox", "h264", "apple_h264"),
        ("any", "h264", "whatever"),
    ],
)
def test_obs_has_several_names_for_one_encoder(encoder, codec, named):
    plan = replace(PLAN, encode=replace(ENCODE, encoder=encoder, codec=codec, preset=""))
    assert differing(plan, encoder=named, preset="p5") == ()


def test_another_encoder_is_one_difference_not_four():
    assert differing(encoder="nvenc", preset="p5", bframes="4", h264_profile="baseline") == ("encoder",)
    hevc = replace(PLAN, encode=replace(ENCODE, encoder="nvenc", codec="hevc"))
    assert differing(hevc, encoder="nvenc") == ("encoder",)


def test_what_obs_does_not_say_is_not_counted_and_makes_it_an_estimate():
    said = {name: value for name, value in AS_PLANNED.items() if name not in ("video_kbps", "keyint_s")}
    assert (compared(said).value, compared(said).estimate) == (0, True)
    assert compared({name: AS_PLANNED[name] for name in AS_PLANNED if name != "preset"}).estimate is False
    assert compared({}).reason is Reason.NOT_PUBLISHED


def test_without_a_plan_for_obs_there_is_nothing_to_compare():
    assert compared(plan=None).reason is Reason.NO_PLAN
    assert compared(plan=replace(PLAN, encode=None, refusal=Message("x"))).reason is Reason.NO_PLAN
    assert compared(plan=replace(PLAN, pusher="companion")).reason is Reason.NONE_HERE

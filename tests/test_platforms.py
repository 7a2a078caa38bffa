"""The platform facts: strictly read, every figure with its source, nothing unconfirmed as a limit."""

import re
from typing import get_args

import pytest

from rigcheck.loading import ProfileError, dump_profile, load_platforms, load_profile
from rigcheck.loading.platforms import FactError
from rigcheck.platform import USABLE, platform_named
from rigcheck.profile import Profile
from rigcheck.push_plan import Mark
from rigcheck.recommend.constraint import cap_of
from rigcheck.recommend.shape import ladder

KNOWN = load_platforms()
WANTED = [
    "taobao",
    "douyin",
    "kuaishou",
    "wechat_channels",
    "xiaohongshu",
    "jd",
    "pdd",
    "bilibili",
    "tiktok",
    "shopee",
    "lazada",
    "youtube",
    "twitch",
    "facebook",
    "instagram",
    "x",
    "kick",
    "trovo",
    "nimo",
    "huya",
    "douyu",
    "amazon_live",
    "generic_rtmp",
    "generic_srt",
]
SPEAKING = [
    "bilibili",
    "youtube",
    "twitch",
    "facebook",
    "instagram",
    "x",
    "kick",
    "trovo",
    "nimo",
    "generic_rtmp",
    "generic_srt",
]
"""Those that publish limits, or have none."""
SILENT = [name for name in WANTED if name not in SPEAKING]


def facts(platform):
    """Every figure of a platform."""
    for name in platform.__slots__:
        value = getattr(platform, name)
        if name in ("rates", "hints"):
            yield from value
        elif name not in ("id", "name", "aliases") and value is not None:
            yield value


def test_the_platforms_that_there_are():
    assert list(KNOWN) == WANTED


@pytest.mark.parametrize("platform", KNOWN.values(), ids=KNOWN)
def test_every_figure_has_a_page_a_date_and_a_mark(platform):
    for fact in facts(platform):
        assert fact.origin.page
        assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", fact.origin.date)
        assert fact.origin.mark in get_args(Mark)


@pytest.mark.parametrize("name", SILENT)
def test_who_publishes_nothing_has_our_policy(name):
    platform = KNOWN[name]
    assert not platform.publishes_rate
    assert {row.origin.mark for row in platform.rates} == {"policy"}
    assert [(row.value.height_px, row.value.kbps) for row in platform.rates] == [(720, 4000), (1080, 6000)]


@pytest.mark.parametrize("platform", KNOWN.values(), ids=KNOWN)
def test_what_limits_is_sure_enough(platform):
    for shape in ladder("portrait", sixty=True):
        cap = cap_of([platform], shape)
        assert cap is None or cap.origin.mark in USABLE


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("twitch", {"max_kbps": 6000, "keyint_s": 2, "audio_kbps": 320}),
        ("youtube", {"max_kbps": 51000, "audio_kbps": 160, "codecs": ("h264", "hevc", "av1")}),
        ("facebook", {"max_kbps": 9000, "profile": "main", "audio_kbps": 128, "max_fps": 60, "locked": True}),
        ("x", {"max_kbps": 12000, "keyint_s": 3, "audio_kbps": 128, "max_fps": 60}),
        ("trovo", {"max_kbps": 9000, "audio_kbps": 160}),
        ("nimo", {"max_kbps": 6000, "audio_kbps": 160}),
        ("bilibili", {"max_kbps": 8000, "codecs": ("h264", "hevc")}),
        ("tiktok", {"pause_s": 300, "simulcast_forbidden_in": ("id",), "max_fps": 30}),
        ("shopee", {"idle_s": 300, "orientation": "portrait"}),
    ],
)
def test_figures_as_the_sources_have_them(name, wanted):
    assert {key: getattr(KNOWN[name], key).value for key in wanted} == wanted


def test_aliases_in_whatever_spelling():
    for name in ("wechat-channels", "WeChat_Channels", "shipinhao", "wechat"):
        assert platform_named(name, KNOWN) is KNOWN["wechat_channels"]
    assert platform_named("pinduoduo", KNOWN) is KNOWN["pdd"]
    assert platform_named("tao", KNOWN) is None


GOOD = """
sources:
  page: {mark: official, page: somewhere, date: "2026-11-22"}
platforms:
  a:
    name: A
    max_kbps: {value: 6000, source: page}
    rates: [{size: 1280x720, fps: 30, kbps: 4000, source: page}]
"""


def test_the_smallest_file(tmp_path):
    path = tmp_path / "platforms.yaml"
    path.write_text(GOOD)
    (one,) = load_platforms(path).values()
    assert (one.max_kbps.value, one.rates[0].value.pixels) == (6000, 921_600)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mark: official", "mark: rumour", "mark is not one"),
        ('date: "2026-11-22"', "date: yesterday", "date should be"),
        ("page: somewhere, ", "", "should have mark, page, date"),
        ("source: page}\n    rates", "source: pages}\n    rates", "not one of the sources"),
        ("value: 6000, source: page", "value: 6000", "should have value, source"),
        ("value: 6000", 'value: "6000"', "wrong kind"),
        ("value: 6000", "value: true", "wrong kind"),
        ("value: 6000", "value: -1", "negative"),
        ("max_kbps", "max_kbp", "unknown keys"),
        ("size: 1280x720", "size: 720p", "WIDTHxHEIGHT"),
        ("fps: 30", "fps: 0", "whole numbers"),
        ("name: A", "aliases: [b]", "should have name"),
        ("platforms:\n  a:", "platforms:\n  b: {name: B, aliases: [a]}\n  a:", "is taken"),
        ("max_kbps: {value: 6000", "profile: {value: highest", "none of its words"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, old, new, said):
    path = tmp_path / "platforms.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(FactError, match=said):
        load_platforms(path)


def test_what_a_room_knows_better_is_kept_in_its_recording(tmp_path):
    path = tmp_path / "room.yaml"
    path.write_text("platforms: {taobao: {max_kbps: 8000}, tiktok: {simulcast: true}}\nrecommend: {headroom: 0.6}\n")
    profile = load_profile(path)
    path.write_text(dump_profile(profile))
    back = load_profile(path)
    assert (back.platforms, back.recommend) == (profile.platforms, profile.recommend)
    assert back.recommend.headroom == 0.6
    assert "recommend" not in dump_profile(Profile())


@pytest.mark.parametrize(
    "text",
    [
        "platforms: {taobao: {max_kbps: 50}}",
        "platforms: {taobao: {max_kbp: 5000}}",
        "platforms: {tao bao: {max_kbps: 5000}}",
        "recommend: {headroom: 1.0}",
        "recommend: {degraded: 0}",
        "recommend: {head_room: 0.5}",
    ],
)
def test_what_a_room_cannot_mean_is_refused(tmp_path, text):
    path = tmp_path / "room.yaml"
    path.write_text(text + "\n")
    with pytest.raises(ProfileError):
        load_profile(path)

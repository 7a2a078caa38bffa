"""Whatever is written: a profile or a ProfileError; whatever is dumped loads back."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from profile_text import SKETCH, writer

from rigcheck.address import host_of, place_of
from rigcheck.loading import ProfileError, dump_profile, load_profile
from rigcheck.metrics import METRICS
from rigcheck.model import OneOf, Span
from rigcheck.profile import Box, CameraDevice, Mode, ObsPc, Profile


@pytest.fixture
def write(tmp_path):
    return writer(tmp_path)


def test_a_dump_loads_back_equal_without_hosts_and_secrets(write) -> None:
    profile = load_profile(write(SKETCH.replace("device: 0", "device: 'rtsp://li:env:CAM_PW@cam.lan/1'")))
    text = dump_profile(profile)
    for word in (
        "127.0.0.1:",
        "cam.lan",
        "CAM_PW",
        "STREAM_KEY",
        "live.example",
        "far-end",
        "shop.example",
        "OBS_PASSWORD",
        "key:",
    ):
        assert word not in text
    back = load_profile(write(text))
    for name in ("room", "site", "show", "mic", "host", "limits", "waivers", "require_backup"):
        assert getattr(back, name) == getattr(profile, name), name
    assert back.camera["main"] == profile.camera["main"]
    assert back.camera["backup"].device == "rtsp://recorded"
    assert back.power["ups"].nut == "ups@recorded"
    assert [(drill.name, drill.covers) for drill in back.drills] == [
        (drill.name, drill.covers) for drill in profile.drills
    ]
    assert {step.wants for drill in back.drills for step in drill.fault} <= {None}
    assert back.backup.kinds == profile.backup.kinds
    assert dump_profile(back) == text


def test_what_obs_should_show_survives_a_dump(write) -> None:
    profile = load_profile(write(SKETCH))
    back = load_profile(write(dump_profile(profile)))
    assert back.obs == {"main": replace(profile.obs["main"], url="ws://recorded", password=None)}


@pytest.mark.parametrize(
    ("url", "kept"), [("rtmp://127.0.0.1:1935/live", "loopback"), ("rtmp://relay.lan/live", "private")]
)
def test_that_the_ingest_is_in_the_house_survives_a_dump(write, url: str, kept: str) -> None:
    text = dump_profile(load_profile(write(f"room: a\npush: {{url: '{url}', key: env:STREAM_KEY}}\n")))
    assert place_of(load_profile(write(text)).push.url) == kept
    assert "1935" not in text
    assert "relay" not in text
    assert "STREAM_KEY" not in text


LINES = """
network:
  main: {interface: "以太网 2", shared: true}
  backup: {interface: wwan0, max_mb: 50.5}
  third: {via: router, far_end_port: 8081}
  engines: [iperf3, http]
  http: {url: "http://far-end.example:8080", token: env:TOKEN}
  iperf3: {server: "far-end.example:5201"}
  turns: //nas.lan/turns
push:
  url: rtmps://live.example:443/app/sekrit
  key: env:STREAM_KEY
  backup: {url: rtmp://backup.example/app, key: env:BACKUP_KEY}
  test: {url: rtmp://10.0.0.5/trial, key: env:TEST_KEY, stat: "http://10.0.0.5/stat"}
backends:
- {name: 优惠券, url: "https://li:env:SHOP_PW@shop.example/coupons?id=sekrit", status: 204, within_ms: 800}
- {name: orders, url: "https://shop.example/orders"}
"""


def test_the_ways_out_survive_a_dump_without_where_they_lead(write) -> None:
    profile = load_profile(write(LINES))
    text = dump_profile(profile)
    for word in ("example:", "live.", "far-end", "sekrit", "KEY", "TOKEN", "shop", "10.0", "nas", "PW", "app"):
        assert word not in text
    back = load_profile(write(text))
    assert back.network.lines == profile.network.lines
    assert back.network.engines == profile.network.engines
    assert (back.network.http.url, back.network.iperf3.server) == ("http://recorded", "recorded")
    assert [place_of(one.url) for one in (back.push, back.push.backup, back.push.test)] == [
        "public",
        "public",
        "private",
    ]
    assert back.push.url.startswith("rtmps://")
    assert back.push.test.stat == "http://recorded"
    assert back.backends == tuple(replace(one, url="https://recorded") for one in profile.backends)
    assert dump_profile(back) == text


@pytest.mark.parametrize(
    ("main", "test", "same"),
    [
        ("rtmp://live.example/app", "rtmp://live.example/app", (True, True)),
        ("rtmp://live.example/app", "rtmp://live.example/trial", (True, False)),
        ("rtmp://live.example/app", "rtmp://trial.example/app", (False, False)),
        ("rtmp://127.0.0.1/app", "rtmp://localhost/app", (False, False)),
        ("rtmp://z.lan/app", "rtmp://a.lan/app", (False, False)),
    ],
)
def test_whether_two_ingests_are_one_survives_a_dump(write, main: str, test: str, same: tuple[bool, bool]) -> None:
    text = dump_profile(load_profile(write(f"push: {{url: '{main}', test: {{url: '{test}'}}}}\n")))
    push = load_profile(write(text)).push
    assert push.test is not None
    assert (host_of(push.url) == host_of(push.test.url), push.url == push.test.url) == same
    assert dump_profile(load_profile(write(text))) == text


def test_no_obs_is_not_one_with_defaults(write) -> None:
    assert load_profile(write(dump_profile(Profile(obs={})))).obs == {}
    assert load_profile(write(dump_profile(Profile(obs={"main": ObsPc()})))).obs == {"main": ObsPc("ws://recorded")}


def test_the_built_in_default_survives_a_dump(write) -> None:
    back = load_profile(write(dump_profile(Profile())))
    for name in ("camera", "mic", "power", "show", "network", "push", "backends"):
        assert getattr(back, name) == getattr(Profile(), name), name


def outcome(path: Path) -> tuple[Profile | None, ProfileError | None]:
    try:
        return load_profile(path), None
    except ProfileError as error:
        return None, error


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\ufffe\uffff"), min_size=1, max_size=40
)
SHARE = st.floats(0, 0.5)


@given(
    TEXT,
    TEXT.filter(lambda text: "://" not in text),
    st.floats(0.5, 48),
    st.builds(Box, SHARE, SHARE, st.floats(0.1, 0.5), st.floats(0.1, 0.5)),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("true", "010", 1.0, Box(0, 0, 1, 1))
@example("0o10", "on", 1e-5 + 1, Box(1e-7, 0, 0.5, 1))
def test_any_text_and_number_survives_a_dump(tmp_path, room: str, device: str, hours: float, box: Box) -> None:
    profile = Profile(room=room, camera={"main": CameraDevice(device, Mode(640, 480, 29.97), subject=box)})
    back = load_profile(writer(tmp_path)(dump_profile(profile)))
    assert (back.room, back.camera) == (profile.room, profile.camera)
    assert hours


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(b"\xef\xbb\xbfroom: a")
@example(b"&a : *a")
@example(b"room: |\n  a\n b")
@example(b"%YAML 9.9\n---\na: b")
def test_any_bytes_are_a_profile_or_a_profile_error(tmp_path, raw: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(raw)
    profile, error = outcome(path)
    assert isinstance(profile, Profile) or error.issues


KEYS = st.sampled_from(
    """extends room site show camera mic power host limits waivers require_backup network obs push backends checklist backup far_end
    drills main device mode rotate crop subject platforms starts hours layout speak_s nut os silent bought url key test password scene
    check until why ok warn mic.muted mic.snr_db camera.levels name covers fault within detect_s ask who engines http via content""".split()  # noqa: SIM905 - sixty quoted words are harder to read
)  # fmt: skip
LEAVES = st.sampled_from(
    [
        "",
        "null",
        "true",
        "on",
        "0",
        "-1",
        "1.5",
        "1e999",
        "010",
        ".nan",
        "1:30",
        "2026-12-31",
        "env:A",
        "centre",
        "a.b",
        '"x"',
    ]
)
YAML = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(KEYS, inner, max_size=4).map(lambda d: f"{{{', '.join(f'{k}: {v}' for k, v in d.items())}}}")
    ),
    max_leaves=12,
)


@given(st.dictionaries(KEYS.filter(lambda key: key != "extends"), YAML, min_size=1, max_size=4))
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_structure_is_a_profile_or_a_profile_error(tmp_path, sections: dict[str, str]) -> None:
    path = tmp_path / "any.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in sections.items()), encoding="utf-8")
    profile, error = outcome(path)
    if profile is None:
        assert error.issues
        assert all(issue.line > 0 and issue.what for issue in error.issues)
        return
    numbers = [profile.show.hours, profile.host.record_kbps, *(mic.speak_s for mic in profile.mic.values())]
    assert all(type(number) is float for number in numbers)
    assert all(type(limit.ok) in (Span, OneOf) for limit in profile.limits.values())
    assert set(profile.limits) <= set(METRICS)

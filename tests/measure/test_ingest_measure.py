"""What an ingest's state and a push's trace come to: known answers, one fault at a time, junk never green."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigcheck import metrics as m
from rigcheck.checks.ingest import INGEST_CHECKS, ask_ingest, ask_push, limit_key, limit_match, limit_rate, planned
from rigcheck.ingest_state import IngestState, PushTrace
from rigcheck.measure.ingest import measure_ingest
from rigcheck.measure.push import measure_push
from rigcheck.model import OneOf, Reason, Span, Stage
from rigcheck.profile import Profile, Secret, Setting
from rigcheck.push_plan import Encode, PushPlan, Target
from rigcheck.uplink import Ingest, Line, Network, Push, PushTest

KEY, OTHER = Secret("env:KEY"), Secret("env:OTHER")
MAIN = "rtmps://push.example/live"
GOOD = IngestState(
    "accepted", key_set=True, dns_ms=3.0, connect_ms=20.0, tls_ms=45.0, handshake_ms=120.0, certificate="ok",
    certificate_days=60.0,
)  # fmt: skip


def setting(stage: Stage = Stage.HOST, **push) -> Setting:
    return Setting(Profile(push=Push(**{"url": MAIN, "key": KEY} | push)), stage, date(2026, 11, 22))


def of(state: IngestState, name: str = "main", **push):
    return {one.metric: one for one in measure_ingest(state, setting(**push), name)}


def test_a_good_ingest():
    found = of(GOOD)
    assert found[m.INGEST_ACCEPTED].value is True
    assert found[m.INGEST_HANDSHAKE].value == 120.0
    assert (found[m.INGEST_CERTIFICATE].value, found[m.INGEST_CERTIFICATE_DAYS].value) == ("ok", 60.0)
    assert found[m.INGEST_KEY].value is True
    assert found[m.INGEST_DIFFERS].reason is Reason.NOT_IN_PROFILE


@pytest.mark.parametrize("outcome", ["refused", "unknown-app", "hung", "timeout", "no-name", "tls"])
def test_who_is_not_let_in_is_told_why(outcome):
    found = of(IngestState(outcome, "go away", certificate="expired" if outcome == "tls" else None))
    assert found[m.INGEST_ACCEPTED].value is False
    assert found[m.INGEST_ACCEPTED].params == {"what": (outcome,), "names": ("go away",)}
    assert found[m.INGEST_HANDSHAKE].reason is Reason.NONE_HERE
    assert found[m.INGEST_CERTIFICATE].value == ("expired" if outcome == "tls" else None)


def test_tls_that_fails_before_a_certificate_came_is_not_told_twice():
    assert of(IngestState("tls", certificate="fault"))[m.INGEST_CERTIFICATE].reason is Reason.NONE_HERE


def test_srt_that_answers_is_all_there_is_to_ask():
    found = of(IngestState("answered", handshake_ms=30.0))
    assert found[m.INGEST_ACCEPTED].value is True
    assert found[m.INGEST_CERTIFICATE].reason is Reason.NONE_HERE
    assert found[m.INGEST_KEY].reason is Reason.NOT_IN_PROFILE


@pytest.mark.parametrize(
    ("backup", "keys", "what"),
    [
        (Ingest("rtmps://b.example/live", OTHER), (True, True), ()),
        (Ingest("rtmps://b.example/live", OTHER), (False, False), ()),
        (Ingest("rtmps://b.example/live", OTHER), (False, True), ("key",)),
        (Ingest("rtmps://b.example/live", None), (None, True), ("key",)),
        (Ingest("rtmp://b.example/live", OTHER), (True, True), ("scheme",)),
        (Ingest(MAIN + "/", KEY), (True, True), ("same",)),
    ],
)
def test_a_backup_is_held_against_the_main_one(backup, keys, what):
    state = replace(GOOD, key_set=keys[0], main_key_set=keys[1])
    found = of(state, "backup", backup=backup)[m.INGEST_DIFFERS]
    assert (found.value, found.params.get("what", ())) == (len(what), what)


def test_a_backup_without_an_address_is_not_compared():
    assert of(GOOD, "backup", backup=Ingest(None, OTHER))[m.INGEST_DIFFERS].reason is Reason.NOT_IN_PROFILE


def trace(seconds: float = 8.0, kbps: float = 4000.0, **changes) -> PushTrace:
    """A push whose key frames are a third of their GOP of 2 s, sent at once; then small frames."""
    t_s = np.arange(1, round(seconds * 10) + 1) / 10
    gop_bytes = kbps * 125 * 2
    small = np.full(t_s.size, gop_bytes * 2 / 3 / 20)
    small[::20] += gop_bytes / 3
    none = np.zeros(0)
    whole = PushTrace(
        *("held", "", kbps, t_s, np.round(small).astype(np.int64), "acknowledged"),
        *(np.full(t_s.size, 20.0), none, np.zeros((0, 2))),
    )
    return replace(whole, **changes)


def push(one: PushTrace):
    return {found.metric: found for found in measure_push(one, setting(), "main")}


@given(st.floats(3.0, 30.0), st.floats(300, 50_000))
def test_the_rate_is_right_wherever_the_push_ends(seconds, kbps):
    found = push(trace(seconds, kbps))[m.INGEST_SUSTAINED]
    assert found.value == pytest.approx(kbps, rel=0.01)
    assert not found.estimate


def test_less_than_a_group_of_pictures_and_a_senders_own_count_are_estimates():
    assert push(trace(1.5))[m.INGEST_SUSTAINED].estimate
    assert push(trace(8.0, counted="sender"))[m.INGEST_SUSTAINED].estimate


def test_a_line_at_half_the_rate():
    full = trace(10.0)
    half = replace(full, acknowledged=np.full(full.t_s.size, 25_000), queue_ms=full.t_s * 500)
    found = push(half)
    assert found[m.INGEST_SUSTAINED].value == pytest.approx(2000.0)
    assert found[m.INGEST_SUSTAINED].params["asked_kbps"] == 4000
    assert found[m.INGEST_QUEUE].value == pytest.approx(4750, rel=0.01)


def test_the_servers_own_count():
    looks = np.arange(0.4, 8.0, 0.5)
    counted = np.stack([looks, np.interp(looks, [0, 8], [0, 4e6])], axis=1)
    assert push(trace(received=counted, received_by="stat"))[m.INGEST_RECEIVED].value == pytest.approx(4000)
    assert push(trace(received=counted[:1]))[m.INGEST_RECEIVED].reason is Reason.NOT_PUBLISHED


def test_pauses_are_added_up():
    found = push(trace(stalls_ms=np.array([300.0, 1200.0])))[m.INGEST_STALLED]
    assert (found.value, found.params) == (1500.0, {"stalls": 2, "longest_ms": 1200})
    assert push(trace())[m.INGEST_STALLED].value == 0


def test_a_push_that_never_began():
    none = np.zeros(0)
    found = push(
        PushTrace("wrong-key", "no such key", 1.0, none, np.zeros(0, np.int64), "sender", none, none, np.zeros((0, 2)))
    )
    assert found[m.INGEST_TRIAL].value is False
    assert found[m.INGEST_TRIAL].params == {"what": ("wrong-key",), "names": ("no such key",)}
    assert {one.reason for metric, one in found.items() if metric is not m.INGEST_TRIAL} == {Reason.NOT_STREAMING}


@pytest.mark.parametrize(
    "broken",
    [
        {"t_s": np.zeros(80)},
        {"queue_ms": np.full(80, np.nan)},
        {"stalls_ms": np.array([np.inf])},
        {"asked_kbps": float("nan")},
        {"received": np.array([[2.0, 5], [1.0, 9]])},
        {"gop_s": 0.0},
    ],
)
def test_junk_is_junk(broken):
    found = push(trace(**broken))
    assert {one.reason for metric, one in found.items() if metric is not m.INGEST_TRIAL} == {Reason.JUNK}


def test_requests_follow_the_profile():
    room = setting(backup=Ingest("rtmp://b.example/live", OTHER), test=PushTest("rtmp://t.example/x", OTHER))
    main, backup = ask_ingest(room, "main"), ask_ingest(room, "backup")
    assert (main.url, main.stream_key, main.main_key) == (MAIN, KEY, None)
    assert (backup.url, backup.stream_key, backup.main_key) == ("rtmp://b.example/live", OTHER, KEY)
    assert not main.disturbs
    asked = ask_push(room, "main")
    assert (asked.url, asked.stream_key, asked.seconds, asked.disturbs) == ("rtmp://t.example/x", OTHER, 8.0, True)
    assert asked.show == (Ingest(MAIN, KEY), Ingest("rtmp://b.example/live", OTHER))
    assert asked.resource == main.resource
    nothing = ask_push(setting(), "main")
    assert (nothing.url, nothing.disturbs) == ("", False)


def test_a_trial_is_as_long_as_asked():
    room = setting(test=PushTest("rtmp://t.example/x"))
    assert ask_push(replace(room, seconds=5.0), "main").seconds == 5.0
    soak = ask_push(replace(room, seconds=5.0, minutes=2.0), "main")
    assert soak.seconds == 120.0
    assert soak.deadline_s > 140


def test_a_trial_goes_over_the_main_line():
    profile = Profile(
        push=Push(test=PushTest("rtmp://t.example/x")),
        network=Network({"main": Line("eth7"), "backup": Line("wwan0")}),
    )
    assert ask_push(Setting(profile, Stage.HOST, date(2026, 11, 22)), "main").interface == "eth7"
    none = replace(profile, network=Network({}))
    assert ask_push(Setting(none, Stage.HOST, date(2026, 11, 22)), "main").interface is None


def test_what_is_pushed_is_the_plan_and_several_pushes_are_one_of_their_sum():
    room = replace(setting(), target=Target(1080, 1920, 30.0, 4000, 160, outputs=2))
    assert planned(room) == Target(1080, 1920, 30.0, 8160, 160)
    plan = PushPlan(Encode(720, 1280, 25.0, 2000, audio_kbps=128), (), "uplink", "high", ())
    assert planned(replace(room, plan=plan)) == Target(720, 1280, 25.0, 2000, 128)
    assert limit_rate(replace(room, plan=plan), "main", m.INGEST_SUSTAINED).ok == Span(2085, None)


def test_a_missing_key_is_normal_until_the_show_starts():
    for stage in (Stage.ROOM, Stage.HOST):
        assert limit_key(setting(stage), "main", m.INGEST_KEY) is None
        assert limit_match(setting(stage), "backup", m.INGEST_DIFFERS).warn == Span(None, None)
    found = limit_key(setting(Stage.GO), "main", m.INGEST_KEY)
    assert found is not None
    assert found.ok == OneOf((True,))
    assert limit_match(setting(Stage.GO), "backup", m.INGEST_DIFFERS).warn is None


def test_only_what_shuts_the_show_out_stops_it():
    stops = {check.id for check in INGEST_CHECKS if check.impact == "stop"}
    assert stops == {"ingest.link", "ingest.certificate", "ingest.key"}

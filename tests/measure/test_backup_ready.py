"""What stands by, alive and dead in every way that can be seen: each has its word, and nothing else is called ready."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from obs_states import AT_REST

from rigcheck import metrics as m
from rigcheck.backup_state import DrillHistory
from rigcheck.drill_plan import Backup, BackupContent, BackupDevice, BackupNetwork, BackupPower
from rigcheck.link_state import LinkState
from rigcheck.measure.backup import measure_ready, measure_runtime, misnamed
from rigcheck.model import Reason, Stage
from rigcheck.pair import Pair
from rigcheck.profile import CameraDevice, MicDevice, ObsPc, PowerDevice, Profile, Setting
from rigcheck.samples import AudioClip, CameraClip, LevelTrace, PowerState
from rigcheck.uplink import Line, Network

ROOM = Profile(
    camera={"main": CameraDevice(), "backup": CameraDevice(device="second")},
    mic={"main": MicDevice(), "backup": MicDevice(device="second")},
    network=Network({"main": Line("eth0"), "backup": Line("wwan0")}),
    power={"ups": PowerDevice(nut="ups@127.0.0.1")},
    obs={"main": ObsPc()},
    backup=Backup(
        network=BackupNetwork("backup"),
        camera=BackupDevice("backup", "Cam 1"),
        mic=BackupDevice("backup"),
        power=BackupPower("ups", ("pc", "router"), 10.0),
        content=BackupContent("Standby"),
    ),
)
N = 90
RNG = np.random.default_rng(1)


def clip(**changes: Any) -> CameraClip:
    """Three seconds of a room that lives."""
    zeros = np.zeros(N, np.float32)
    good = CameraClip(
        asked=None, width_px=64, height_px=64, fourcc="", clock="grab", limited=False, rotate=0, first_frame_ms=None,
        t_s=np.arange(N) / 30, mean=zeros + 120, dark=zeros, bright=zeros, deep=zeros, change=zeros + 0.02,
        same=np.zeros(N, np.bool_), key=np.zeros(N, np.bool_), focus=zeros + 9,
        thumbs=RNG.integers(60, 200, (N, 32, 32), np.uint8), stride=2, rows=np.zeros((N, 64), np.float32),
        frames=np.zeros((1, 64, 64, 3), np.uint8), frame_at=np.zeros(1, np.int64),
    )  # fmt: skip
    return replace(good, **changes)


FROZEN = {"change": np.zeros(N, np.float32), "same": np.ones(N, np.bool_)}
BLACK = {"dark": np.ones(N, np.float32)}
BARS = {**FROZEN, "thumbs": np.repeat(np.repeat([[180, 140, 90, 40]], 32, 0), 8, 1)[None].repeat(N, 0).astype(np.uint8)}
VOICE = RNG.normal(0, 0.1, (48_000, 1)).astype(np.float32)
UPS = PowerState("nut", {"ups.status": "OL", "battery.charge": "100", "battery.runtime": "1200"})
LINE = LinkState("wwan0", "bound", True, None, "mobile", None, 1500, "answered", rtt_ms=(40.0,))


def setting(stage: Stage = Stage.HOST, **changes: Any) -> Setting:
    return Setting(replace(ROOM, **changes), stage, date(2026, 11, 22))


def ready(sample: Any, kind: str, room: Setting | None = None):
    (found,) = measure_ready(sample, room or setting(), kind)
    assert found.metric is m.BACKUP_READY
    return found


def ups(**values: str) -> PowerState:
    return replace(UPS, values={**UPS.values, **{name.replace("_", "."): value for name, value in values.items()}})


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        (Pair(clip(), AT_REST), "camera"),
        (AudioClip(48_000, VOICE), "mic"),
        (LINE, "network"),
        (UPS, "power"),
        (AT_REST, "content"),
    ],
)
def test_what_is_alive_is_ready(sample, kind):
    assert ready(sample, kind).value is True


@pytest.mark.parametrize(
    ("sample", "kind", "words"),
    [
        (Pair(clip(**BLACK), AT_REST), "camera", ("black",)),
        (Pair(clip(**FROZEN), AT_REST), "camera", ("frozen",)),
        (Pair(clip(**BARS), AT_REST), "camera", ("no-signal",)),
        (Pair(clip(), replace(AT_REST, inputs=())), "camera", ("not-in-obs",)),
        (Pair(clip(**BLACK), replace(AT_REST, inputs=())), "camera", ("not-in-obs", "black")),
        (AudioClip(48_000, np.zeros_like(VOICE)), "mic", ("silent",)),
        (replace(LINE, is_up=False, outcome="no-route", rtt_ms=()), "network", ("down",)),
        (replace(LINE, portal=True), "network", ("portal",)),
        (ups(ups_status="OB DISCHRG"), "power", ("on-battery",)),
        (ups(ups_status="OL LB"), "power", ("battery-low",)),
        (ups(ups_status="OL RB"), "power", ("replace",)),
        (replace(AT_REST, scenes=("Live",)), "content", ("not-in-obs",)),
    ],
)
def test_what_is_dead_is_not_ready_and_says_how(sample, kind, words):
    found = ready(sample, kind)
    assert found.value is False
    assert found.params["what"] == words


def test_what_obs_lacks_is_named():
    assert ready(replace(AT_REST, scenes=()), "content").params["names"] == ("Standby",)


def test_a_room_without_lights_may_be_black():
    assert ready(Pair(clip(**BLACK), AT_REST), "camera", setting(Stage.ROOM)).value is True


def test_a_look_that_is_black_for_a_while_is_the_cameras_own_matter():
    dark = np.zeros(N, np.float32)
    dark[:60] = 1
    assert ready(Pair(clip(dark=dark), AT_REST), "camera").value is True


@pytest.mark.parametrize("muted", [True, False])
@pytest.mark.parametrize(("level", "is_ready"), [(0.01, True), (0, False)])
def test_a_reserve_may_be_muted_in_obs_until_it_is_needed_and_its_pack_must_be_on(muted, level, is_ready):
    peak = np.full((40, 2), level, np.float32)
    found = ready(LevelTrace(np.arange(40) / 20, np.zeros_like(peak) if muted else peak / 4, peak, muted=muted), "mic")
    assert (found.value, found.estimate) == (is_ready, True)


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (ups(ups_status="WAIT"), Reason.STALE),
        (PowerState("silent", {}), Reason.NOT_PUBLISHED),
        (replace(UPS, values={"battery.charge": "100"}), Reason.JUNK),
    ],
)
def test_a_ups_that_does_not_tell_is_never_ready(sample, reason):
    found = ready(sample, "power")
    assert (found.value, found.reason) == (None, reason)


def test_a_line_of_which_the_system_says_nothing_is_not_up_for_that():
    assert ready(LinkState(None, "system", None, None, None, None, None, None), "network").value is not True


@pytest.mark.parametrize(
    ("backup", "kind", "why"),
    [
        (Backup(camera=BackupDevice("spare")), "camera", "not-in-profile"),
        (Backup(camera=BackupDevice("main")), "camera", "same"),
        (Backup(network=BackupNetwork("phone")), "network", "not-in-profile"),
        (Backup(power=BackupPower("other")), "power", "not-in-profile"),
    ],
)
def test_a_reserve_that_the_profile_itself_does_not_have_is_none(backup, kind, why):
    room = setting(backup=backup)
    assert misnamed(room, kind) == why
    assert ready(DrillHistory(), kind, room).params["what"] == (why,)


def test_the_only_ups_is_the_reserve_of_the_mains():
    assert misnamed(setting(), "power") is None


def test_a_notice_alone_cannot_be_looked_at():
    room = setting(backup=Backup(content=BackupContent(notice="back soon")))
    assert ready(DrillHistory(), "content", room).reason is Reason.NOT_IN_PROFILE


def test_without_an_obs_a_scene_cannot_be_looked_for():
    assert ready(DrillHistory(), "content", setting(obs={})).reason is Reason.NOT_IN_PROFILE


def test_the_ups_says_how_long_it_lasts_for_what_must_stay_up():
    (found,) = measure_runtime(UPS, setting(), "power")
    assert (found.value, found.params) == (1200, {"names": ("pc", "router")})


def test_without_minutes_in_the_profile_there_is_nothing_to_hold_it_against():
    (found,) = measure_runtime(UPS, setting(backup=Backup(power=BackupPower("ups"))), "power")
    assert found.reason is Reason.NOT_IN_PROFILE


def test_a_runtime_that_is_junk_is_none():
    (found,) = measure_runtime(ups(battery_runtime="nan"), setting(), "power")
    assert found.value is None
    assert found.reason is not None

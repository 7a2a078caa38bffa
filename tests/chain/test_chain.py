"""Every link broken alone is the one that is named; several: the first; what could not be seen is unknown, never ok."""

from dataclasses import replace
from datetime import timedelta

import pytest
from chain_world import LIVE, NOW, ROOM, mains, room_with, setting, world

from rigcheck.chain import questions, walk
from rigcheck.chain.link import LINKS, Chain, LinkStatus
from rigcheck.checks.power import ask_power
from rigcheck.drill_plan import Backup, BackupNetwork, FarEnd
from rigcheck.errors import Exit, NotSeen
from rigcheck.i18n import languages, load_catalogue
from rigcheck.link_state import LineState, Reach
from rigcheck.model import Limit, OneOf, Reason, Status
from rigcheck.obs_state import ObsState
from rigcheck.profile import CameraDevice, MicDevice, ObsPc, PowerDevice, Profile, Show
from rigcheck.samples import ObsRequest, OnAirState
from rigcheck.uplink import Ingest, Line, Network, Push


def chain(profile: Profile = ROOM, now=NOW, **changes) -> Chain:
    return walk(setting(profile), world(profile, **changes), now)


def obs(**changes) -> ObsState:
    return replace(LIVE, **changes)


def with_input(name: str, **changes) -> ObsState:
    return obs(inputs=tuple(replace(each, **changes) if each.name == name else each for each in LIVE.inputs))


def without(name: str) -> ObsState:
    return obs(inputs=tuple(each for each in LIVE.inputs if each.name != name))


def missing(what: str = "x") -> NotSeen:
    return NotSeen(Reason.MISSING, {"device": what})


def status(found: Chain) -> dict[str, str]:
    return {link.id: str(link.status) for link in found.links}


FAULTS = [
    ("power", "now.power.on_battery", {"power": mains(ups_status="OB DISCHRG")}),
    ("power", "now.power.low", {"power": mains(ups_status="OB DISCHRG LB")}),
    ("power", "now.power.overloaded", {"power": mains(ups_status="OL OVER")}),
    ("camera", "now.camera.missing", {"camera": missing("BRIO")}),
    ("input", "now.obs.gone", {"obs": NotSeen(Reason.UNREACHABLE)}),
    ("input", "now.obs.gone", {"obs": NotSeen(Reason.LOST)}),
    ("input", "now.obs.hangs", {"obs": NotSeen(Reason.TIMEOUT, {"seconds": 4.0})}),
    ("input", "now.input.missing", {"obs": without("Cam 1")}),
    ("input", "now.input.missing", {"obs": without("Lav 1")}),
    ("input", "now.input.missing", {"obs": without("Clip")}),
    ("input", "now.input.hidden", {"obs": with_input("Cam 1", is_active=False)}),
    ("input", "now.input.hidden", {"obs": with_input("Lav 1", is_active=False)}),
    ("input", "now.input.muted", {"obs": with_input("Lav 1", muted=True)}),
    ("input", "now.input.silent", {"obs": with_input("Lav 1", peak_dbfs=None, silent=True)}),
    ("input", "now.input.not_playing", {"obs": with_input("Clip", media="error")}),
    ("input", "now.input.not_playing", {"obs": with_input("Clip", media="ended")}),
    ("input", "now.input.no_file", {"obs": with_input("Clip", file_missing=True)}),
    ("scene", "now.scene.other", {"obs": obs(scene="Standby")}),
    ("scene", "now.scene.missing", {"obs": obs(scenes=("Standby",), scene="Standby")}),
    ("scene", "now.scene.collection", {"obs": obs(collection="old", inputs=())}),
    ("encoder", "now.encoder.profile", {"obs": obs(profile="douyin")}),
    ("encoder", "now.encoder.late", {"obs": obs(render_skipped=(3, 8))}),
    ("encoder", "now.encoder.late", {"obs": obs(encode_skipped=(2, 7))}),
    ("encoder", "now.encoder.late", {"obs": obs(encoded=(5000, 40), encode_skipped=(700, 4))}),  # started again
    ("encoder", "now.encoder.still", {"obs": obs(rendered=(1000, 1000))}),
    ("encoder", "now.encoder.still", {"obs": obs(encoded=(900, 900))}),
    ("uplink", "now.uplink.missing", {"line": missing("eth0")}),
    ("uplink", "now.uplink.down", {"line": LineState(False, 0)}),
    ("uplink", "now.uplink.no-address", {"line": LineState(True, 0)}),
    ("uplink", "now.uplink.no-route", {"reach": Reach("no-route", 2.0)}),
    ("uplink", "now.uplink.no-resolver", {"reach": Reach("no-resolver")}),
    ("uplink", "now.uplink.reconnecting", {"obs": obs(reconnecting=True, sent=None, dropped=None)}),
    ("uplink", "now.uplink.dropping", {"obs": obs(dropped=(10, 15))}),
    ("uplink", "now.uplink.stopped", {"obs": obs(streaming=False, sent=None, dropped=None)}),
    ("ingest", "now.ingest.refused", {"reach": Reach("refused", 2.0)}),
    ("ingest", "now.ingest.timeout", {"reach": Reach("timeout", 2.0)}),
    ("ingest", "now.ingest.no-name", {"reach": Reach("no-name")}),
    ("ingest", "now.ingest.silent", {"reach": Reach("silent", 2.0, 3.0)}),
    ("ingest", "now.ingest.silent", {"reach": Reach("silent", 2.0, 3.0), "obs": obs(reconnecting=True)}),
    ("ingest", "now.ingest.no-rtmp", {"reach": Reach("no-rtmp", 2.0, 3.0)}),
    ("ingest", "now.ingest.untrusted", {"reach": Reach("untrusted", 2.0, 3.0), "obs": obs(streaming=False)}),
    ("ingest", "now.ingest.refused", {"reach": Reach("refused", 2.0), "obs": obs(reconnecting=True)}),
    ("ingest", "now.ingest.refused", {"reach": Reach("refused", 2.0), "obs": obs(streaming=False)}),
    ("ingest", "now.ingest.test", {"obs": obs(target="test")}),
]


def test_where_all_works_nothing_is_broken():
    found = chain()
    assert [link.id for link in found.links] == list(LINKS)
    assert status(found) == {**dict.fromkeys(LINKS, "ok"), "far_end": "skip"}
    assert (found.first_broken, found.plan, found.on_air) == (None, None, True)
    assert (found.status, found.exit_code) == (Status.OK, Exit.OK)


@pytest.mark.parametrize(("link", "seen", "changes"), FAULTS, ids=lambda value: str(value)[:40])
def test_each_link_broken_alone_is_named_and_comes_with_steps(link, seen, changes):
    found = chain(**changes)
    first = found.first_broken
    assert first is not None
    assert (first.id, first.seen.id) == (link, seen)
    assert [each.id for each in found.links if each.status is LinkStatus.BROKEN] == [link]
    assert (found.status, found.exit_code) == (Status.FAIL, Exit.FAIL)
    assert found.plan is not None
    assert found.plan.steps
    steps = [step.text.id for step in (*found.plan.mend, *found.plan.steps)]
    for language in languages():
        words = load_catalogue(language)
        assert words.has(seen)
        assert all(words.has(step) for step in steps)
        assert all("?" not in words.text(step.text.id, step.text.params) for step in found.plan.mend)
        assert "?" not in words.text(first.seen.id, first.seen.params)


def test_the_first_of_several_wins_and_the_later_ones_are_listed():
    found = chain(camera=missing(), obs=obs(scene="Standby", dropped=(0, 40)), reach=Reach("refused"))
    assert found.first_broken is not None
    assert found.first_broken.id == "camera"
    assert [link for link, said in status(found).items() if said == "broken"] == ["camera", "scene", "uplink", "ingest"]


def test_an_input_out_of_the_programme_is_not_at_fault_while_another_scene_is_on():
    out = tuple(replace(each, is_active=False) for each in LIVE.inputs)
    found = chain(obs=obs(scene="Standby", inputs=out))
    assert status(found)["input"] == "ok"
    assert found.first_broken is not None
    assert found.first_broken.id == "scene"


def test_what_is_not_in_the_profile_is_skipped_and_nothing_but_skips_is_unknown():
    bare = Profile(camera={}, mic={}, power={})
    found = walk(setting(bare), {}, NOW)
    assert set(status(found).values()) == {"skip"}
    assert (found.status, found.exit_code) == (Status.UNKNOWN, Exit.UNKNOWN)
    assert found.on_air is None
    assert {link.id: link.seen.id for link in found.links} == {
        "power": "now.not_in_profile",
        "camera": "now.not_in_profile",
        "input": "now.obs.not_configured",
        "scene": "now.obs.not_configured",
        "encoder": "now.obs.not_configured",
        "uplink": "now.uplink.unseen",
        "ingest": "now.ingest.not_configured",
        "far_end": "now.far_end.not_configured",
    }


@pytest.mark.parametrize("reason", [Reason.DENIED, Reason.TOO_OLD, Reason.REFUSED, Reason.CRASHED])
def test_an_obs_that_will_not_talk_to_us_is_no_broken_link(reason):
    found = chain(obs=NotSeen(reason))
    said = status(found)
    assert (said["input"], said["scene"], said["encoder"]) == ("unknown",) * 3
    assert said["uplink"] == "ok"  # the platform answers
    assert found.first_broken is None
    assert (found.status, found.exit_code) == (Status.UNKNOWN, Exit.UNKNOWN)


@pytest.mark.parametrize(
    ("link", "changes"),
    [
        ("power", {"power": NotSeen(Reason.TIMEOUT, {"url": "127.0.0.1:3493"})}),
        ("power", {"power": mains(ups_status="")}),
        ("camera", {"camera": NotSeen(Reason.CRASHED)}),
        (
            "ingest",
            {"reach": NotSeen(Reason.FAILED, {"error": "EPERM"}), "obs": obs(reconnecting=False, streaming=False)},
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_one_link_that_could_not_be_seen_is_no_green_room(link, changes):
    before = NOW - timedelta(hours=2)
    found = chain(now=before, **changes)
    assert [each.id for each in found.links if each.status is LinkStatus.UNKNOWN] == [link]
    assert (found.first_broken, found.exit_code) == (None, Exit.UNKNOWN)


@pytest.mark.parametrize(
    ("link", "room", "changes"),
    [
        ("power", room_with(power={"ups": PowerDevice(silent="SANTAK")}), {"power": NotSeen(Reason.NOT_PUBLISHED)}),
        ("camera", room_with(camera={"main": CameraDevice("obs:Cam 1")}), {}),
        ("camera", ROOM, {"camera": NotSeen(Reason.NOT_IN_FILE)}),
        ("scene", room_with(obs={"main": ObsPc(inputs=("Cam 1",))}), {}),
        ("uplink", ROOM, {"obs": obs(streaming=False, sent=None, dropped=None)}),
        (
            "ingest",
            room_with(push=Push("srt://a.example:9")),
            {"reach": NotSeen(Reason.NOT_THIS_WAY), "obs": obs(streaming=False)},
        ),
        ("ingest", room_with(push=Push()), {"obs": obs(streaming=False)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_this_room_has_not_or_now_does_not_look_at_makes_no_healthy_room_unknown(link, room, changes):
    found = chain(room, now=NOW - timedelta(hours=2), **changes)
    assert status(found)[link] == "skip"
    assert found.exit_code is Exit.OK


def test_of_several_supplies_one_that_is_not_seen_is_told():
    room = room_with(power={"ups": PowerDevice(nut="ups@127.0.0.1"), "router": PowerDevice(nut="router@127.0.0.1")})
    frozen = {ask_power(setting(room), "router"): NotSeen(Reason.TIMEOUT)}
    found = walk(setting(room), {**world(ROOM), ask_power(setting(room), "ups"): mains(), **frozen}, NOW)
    assert (status(found)["power"], found.exit_code) == ("unknown", Exit.UNKNOWN)


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.CRASHED, Reason.AMBIGUOUS])
def test_a_camera_list_that_did_not_come_says_nothing_about_the_camera(reason):
    assert status(chain(camera=NotSeen(reason)))["camera"] == "unknown"


def test_a_dead_obs_breaks_one_link_and_hides_two():
    said = status(chain(obs=NotSeen(Reason.UNREACHABLE)))
    assert (said["input"], said["scene"], said["encoder"]) == ("broken", "unknown", "unknown")


@pytest.mark.parametrize(
    ("name", "link"), [("power", "power"), ("camera", "camera"), ("obs", "scene"), ("reach", "ingest")]
)
def test_what_did_not_answer_in_time_is_never_ok(name, link):
    late = {"obs": obs(streaming=False), name: NotSeen(Reason.TIMEOUT)}
    assert status(chain(**late))[link] != "ok"


def test_a_stream_that_does_not_run_is_a_fault_only_while_the_show_is_on():
    idle = obs(streaming=False, sent=None, dropped=None)
    for now, wanted in (
        (NOW, "broken"),
        (NOW - timedelta(hours=1), "skip"),
        (NOW + timedelta(hours=3.6), "skip"),
    ):
        assert status(chain(now=now, obs=idle))["uplink"] == wanted
    past_midnight = replace(ROOM, show=Show(starts="22:00", hours=6))
    assert status(chain(past_midnight, now=NOW + timedelta(hours=6), obs=idle))["uplink"] == "broken"
    unsaid = replace(ROOM, show=Show())
    assert status(chain(unsaid, obs=idle))["uplink"] == "skip"


def test_a_certificate_that_only_we_distrust_does_not_break_a_running_stream():
    found = chain(reach=Reach("untrusted", 2.0, 3.0))
    assert (status(found)["ingest"], found.exit_code) == ("ok", Exit.OK)


def test_a_door_that_opens_on_silence_is_no_fault_of_the_line():
    found = chain(obs=NotSeen(Reason.DENIED), reach=Reach("silent", 2.0, 3.0))
    assert (status(found)["uplink"], status(found)["ingest"]) == ("ok", "broken")


def test_a_shut_door_is_the_ingests_fault_not_the_lines():
    found = chain(obs=obs(reconnecting=True), reach=Reach("timeout"))
    assert (status(found)["uplink"], status(found)["ingest"]) == ("unknown", "broken")


TWO_DOORS = replace(
    ROOM,
    push=Push("rtmp://ingest.example/live", backup=Ingest("rtmp://other.example/live")),
    backup=Backup(),
    drills=(),
)


@pytest.mark.parametrize(
    "other", [Reach("answered", 3.0, 9.0), NotSeen(Reason.NOT_THIS_WAY)], ids=["answers", "cannot-be-asked"]
)
def test_the_backup_ingest_stands_in_for_the_main_one(other):
    found = chain(TWO_DOORS, reach=Reach("refused", 2.0), reach_backup=other)
    assert found.plan is not None
    assert (found.plan.cover, found.plan.origin) == ("ingest", "push.backup")
    assert [(step.text.id, step.text.params) for step in found.plan.steps] == [
        ("now.step.ingest", {"host": "other.example"})
    ]


def test_two_shut_doors_are_rather_the_lines_fault():
    room = replace(TWO_DOORS, backup=Backup(network=BackupNetwork("backup")))
    shut = chain(room, reach=Reach("timeout", 2.0), reach_backup=Reach("timeout", 2.0))
    assert (shut.first_broken.covers, shut.plan.origin) == (("network",), "backup.network")
    one = chain(room, reach=Reach("timeout", 2.0))
    assert (one.first_broken.covers, one.plan.origin) == (("ingest", "network"), "push.backup")


def test_a_backup_ingest_that_is_the_main_one_is_none():
    same = replace(
        ROOM,
        push=Push("rtmp://ingest.example/live", backup=Ingest("rtmp://ingest.example/live")),
        backup=Backup(),
        drills=(),
    )
    assert chain(same, reach=Reach("refused", 2.0)).plan.origin is None


def test_without_an_address_the_running_stream_speaks_for_the_ingest():
    room = replace(ROOM, push=Push())
    assert status(chain(room))["ingest"] == "ok"
    assert status(chain(room, obs=obs(reconnecting=True)))["ingest"] == "skip"
    srt = replace(ROOM, push=Push("srt://ingest.example:9000"))
    assert status(chain(srt, reach=NotSeen(Reason.NOT_THIS_WAY)))["ingest"] == "ok"
    idle = chain(srt, reach=NotSeen(Reason.NOT_THIS_WAY), obs=obs(streaming=False))
    assert status(idle)["ingest"] == "skip"


def test_a_companion_application_needs_the_virtual_camera_and_no_stream():
    room = replace(ROOM, show=Show(pusher="companion", starts="20:00"))
    idle = obs(streaming=False, virtualcam=True)
    assert status(chain(room, obs=idle))["encoder"] == "ok"
    assert status(chain(room, obs=idle))["uplink"] == "ok"
    assert chain(room, obs=replace(idle, virtualcam=False)).first_broken.seen.id == "now.encoder.virtualcam_off"


def test_rooms_without_mains_may_be_on_battery():
    room = replace(ROOM, limits={"power.on_mains": Limit(OneOf((True, False)), origin="profile")})
    assert status(chain(room, power=mains(ups_status="OB")))["power"] == "ok"
    assert status(chain(room, power=mains(ups_status="OB LB")))["power"] == "broken"


def test_a_supply_that_says_nothing_is_unknown():
    silent = replace(ROOM, power={"ups": PowerDevice(silent="SANTAK")})
    assert status(chain(silent, power=NotSeen(Reason.UNREACHABLE, {"url": "127.0.0.1:3493"})))["power"] == "unknown"
    assert status(chain(power=mains(ups_status="")))["power"] == "unknown"


def test_spares_are_not_part_of_the_chain():
    assert {request.name for request in questions(setting()) if request.kind == "presence"} == {"main"}
    room = replace(ROOM, camera={"backup": CameraDevice("C920")})  # the only one is the main one
    assert {request.name for request in questions(setting(room)) if request.kind == "presence"} == {"backup"}


def test_cameras_that_only_obs_sees_are_not_looked_for():
    room = replace(ROOM, camera={"main": CameraDevice("obs:Cam 1")}, mic={"main": MicDevice("obs:Lav 1")})
    assert status(chain(room))["camera"] == "skip"
    assert chain(room, obs=without("Cam 1")).first_broken.seen.params == {"name": "Cam 1"}
    assert chain(room, obs=with_input("Lav 1", muted=True)).first_broken.covers == ("mic",)


def test_network_cameras_are_asked_at_their_door():
    room = replace(ROOM, camera={"main": CameraDevice("rtsp://10.0.0.9/cam")})
    assert status(chain(room, camera=Reach("answered", 1.0, 2.0)))["camera"] == "ok"
    for fault in ("timeout", "silent", "no-rtmp"):
        assert chain(room, camera=Reach(fault, 1.0)).first_broken.seen.id == "now.camera.no_answer"
    udp = replace(ROOM, camera={"main": CameraDevice("udp://10.0.0.9:5000")})
    assert status(chain(udp))["camera"] == "skip"


def test_a_room_that_names_no_inputs_has_only_what_cannot_be_meant():
    room = Profile(camera={}, mic={}, power={}, obs={"main": ObsPc()})
    assert status(chain(room, obs=with_input("Lav 1", muted=True)))["input"] == "skip"
    assert status(chain(room, obs=with_input("Clip", media="error")))["input"] == "broken"
    assert status(chain(room, obs=with_input("Clip", file_missing=True)))["input"] == "broken"
    assert status(chain(room))["scene"] == "skip"
    several = replace(room, obs={"main": ObsPc(scenes=("Live", "Standby"))})
    assert status(chain(several, obs=obs(scene="Standby")))["scene"] == "ok"
    assert status(chain(several, obs=obs(scene="Test")))["scene"] == "broken"


def test_a_muted_camera_input_is_as_it_should_be():
    assert status(chain(obs=with_input("Cam 1", muted=True, silent=True)))["input"] == "ok"


def test_nothing_that_is_asked_disturbs_or_is_asked_of_anybody_else():
    asked = questions(setting())
    assert not any(request.disturbs for request in asked)
    assert {request.kind for request in asked} == {"power", "presence", "obs", "line", "reach", "on_air"}
    assert all(request.compare is None for request in asked if isinstance(request, ObsRequest))
    router = replace(ROOM, network=Network({"main": Line(via="router", far_end_port=8081)}))
    assert "line" not in {request.kind for request in questions(setting(router))}


def test_on_air_is_what_obs_says_else_what_is_seen():
    quiet = obs(streaming=False)
    assert chain(obs=quiet, on_air=OnAirState()).on_air is False
    assert chain(obs=quiet, on_air=OnAirState((), ("vMix",))).on_air is None
    assert chain(obs=quiet, on_air=OnAirState(("vMix",))).on_air is True
    assert chain(obs=quiet, on_air=NotSeen(Reason.CRASHED)).on_air is None


@pytest.mark.parametrize(
    ("far_end", "seen"), [(FarEnd(person="phone"), "person"), (FarEnd(url="http://far.example/a.flv"), "not_here")]
)
def test_the_far_end_is_never_said_to_be_seen(far_end, seen):
    link = chain(room_with(far_end=far_end)).links[-1]
    assert (link.status, link.seen.id) == (LinkStatus.SKIP, f"now.far_end.{seen}")

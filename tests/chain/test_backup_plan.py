"""The steps: what may mend it, then the profile's drill, else its backup, else ours; who does what, in order."""

from dataclasses import replace

import pytest
from chain_world import BACKUP, DRILL, ROOM, with_later

from rigcheck.chain.backup import plan_for
from rigcheck.chain.link import Cover, Link, broken
from rigcheck.i18n import load_catalogue
from rigcheck.later import Backup, BackupContent, BackupDevice
from rigcheck.model import Message
from rigcheck.profile import ObsPc
from rigcheck.uplink import Line, Network

ENGLISH = load_catalogue("en")


def fault(*covers: Cover, mend: Message | None = None) -> Link:
    return broken("camera", Message("now.camera.missing", {"device": "BRIO"}), *covers, mend=mend)


def told(steps) -> list[tuple[str, str]]:
    texts = [s.text if isinstance(s.text, str) else ENGLISH.text(s.text.id, s.text.params) for s in steps]
    return [(step.who, text) for step, text in zip(steps, texts, strict=True)]


def test_a_drill_is_told_as_rehearsed():
    plan = plan_for(fault("camera"), with_later(backup=BACKUP, drills=(DRILL,)))
    assert plan.origin == "drill:camera-lost"
    assert told(plan.steps) == [
        ("场控", "In OBS, bring the scene onto the programme: Cam 2"),
        ("技术", "拔掉1号机"),
        ("tech", "run: switch --to 2"),
        ("主播", "继续讲解"),
        ("host", "Tell viewers: 画面切换中"),
    ]
    assert (plan.steps[0].at, plan.steps[0].within_s) == ("obs.main", 5.0)


def test_a_drill_of_another_kind_or_without_steps_is_passed_over():
    empty = replace(DRILL, switch=(), crew=None, notice=None)
    plan = plan_for(fault("camera"), with_later(backup=BACKUP, drills=(replace(DRILL, covers="mic"), empty)))
    assert plan.origin == "backup.camera"


BACKUPS = {
    "camera": [
        ("tech", "Take the backup camera (backup)."),
        ("tech", "Bring its input onto the programme in OBS: Cam 2"),
    ],
    "mic": [
        ("tech", "Take the backup microphone (backup)."),
        ("tech", "Unmute its input in OBS and mute the other: Lav 2"),
    ],
    "network": [("tech", "Change over to the line backup (wwan0).")],
    "power": [
        ("tech", "ups carries the room, for 15 min; it keeps up: router, pc."),
        ("tech", "Switch off what is not on that list; find out why the mains are gone."),
    ],
    "content": [
        ("tech", "In OBS, bring the scene onto the programme: Standby"),
        ("tech", "Play the file standby.mp4."),
        ("host", "Tell viewers: 马上回来"),
    ],
}


@pytest.mark.parametrize("cover", BACKUPS)
def test_each_kind_of_backup_has_its_steps(cover):
    plan = plan_for(fault(cover), with_later(backup=BACKUP))
    assert (plan.cover, plan.origin, told(plan.steps)) == (cover, f"backup.{cover}", BACKUPS[cover])


@pytest.mark.parametrize("cover", ["network", "camera", "mic", "power", "content", "ingest", "pc", "app"])
def test_without_a_backup_there_is_a_generic_step_and_it_is_said_so(cover):
    for backup in (None, Backup()):
        plan = plan_for(fault(cover), with_later(backup=backup))
        assert (plan.cover, plan.origin) == (cover, None)
        assert [step.text.id for step in plan.steps] == [f"now.generic.{cover}"]


def test_the_nearest_backup_that_there_is_stands_in():
    plan = plan_for(fault("ingest", "network"), with_later(backup=BACKUP))
    assert (plan.cover, plan.origin) == ("network", "backup.network")
    assert plan_for(fault("ingest", "network"), ROOM).cover == "ingest"


def test_what_may_mend_it_comes_first():
    plan = plan_for(fault("mic", mend=Message("now.mend.muted", {"name": "Lav 1"})), with_later(backup=BACKUP))
    assert told(plan.mend) == [("tech", "In OBS, unmute this input: Lav 1")]
    assert told(plan.steps) == BACKUPS["mic"]


def test_a_spare_pc_stands_in_for_a_dead_one():
    room = replace(ROOM, obs={**ROOM.obs, "spare": ObsPc("ws://10.0.0.8:4455")})
    plan = plan_for(fault("app", "pc"), room)
    assert (plan.origin, told(plan.steps)) == ("obs.spare", [("tech", "Start the show on the spare PC's OBS.")])


def test_parts_that_the_profile_leaves_out_are_left_out():
    little = Backup(camera=BackupDevice("backup"), content=BackupContent(notice="back soon"))
    room = with_later(backup=little)
    assert told(plan_for(fault("camera"), room).steps) == BACKUPS["camera"][:1]
    assert told(plan_for(fault("content"), room).steps) == [("host", "Tell viewers: back soon")]


def test_a_line_behind_the_router_is_the_routers_to_change():
    network = Network({"main": Line("eth0"), "backup": Line(via="router", far_end_port=8081)})
    plan = plan_for(fault("network"), with_later(replace(ROOM, network=network), backup=BACKUP))
    assert told(plan.steps) == [("tech", "Let the router change over to the line backup.")]
    unlisted = plan_for(fault("network"), with_later(replace(ROOM, network=Network()), backup=BACKUP))
    assert told(unlisted.steps) == [("tech", "Change over to the line backup.")]

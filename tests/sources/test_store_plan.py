"""A recorded room keeps the push plan that its OBS was held against; rooms of before had none."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import anyio
import pytest
from planned import AS_PLANNED, PLAN, obs_set_to

from rigcheck.checks.obs import OBS_CHECKS
from rigcheck.errors import BadInputError
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.model import Message, Stage, Status
from rigcheck.plan import Run
from rigcheck.profile import Setting
from rigcheck.push_plan import Why
from rigcheck.sources.manifest import MANIFEST, seal_of
from rigcheck.sources.replay import open_replay
from rigcheck.sources.store import Recording, read_recording, write_recording

ROOM = "room: a\nobs: {url: 'ws://127.0.0.1:4455'}\ncamera: {}\nmic: {}\n"
WHY = Why("video_kbps", "derived", Message("plan.rate", {"kbps": 3850, "of": ("5500", "70 %"), "share": 0.7}), "facts")


def kept(tmp_path, **changes):
    state = obs_set_to(AS_PLANNED | changes)
    plan = replace(PLAN, why=(WHY,))
    recording = Recording(
        datetime(2026, 11, 22, 8, tzinfo=UTC), Stage.HOST, False, ROOM, {"obs@main": state}, plan=plan
    )
    write_recording(tmp_path / "room", recording, "0")
    return tmp_path / "room"


def changed(room, **fields):
    tree = json.loads((room / MANIFEST).read_text())
    tree = {name: value for name, value in (tree | fields).items() if value != "gone"}
    (room / MANIFEST).write_text(json.dumps({**tree, "seal": seal_of(tree)}))


def replayed(room):
    source = open_replay(str(room))
    setting = Setting(load_profile(source.profile_path), source.stage, date(2026, 11, 22), plan=source.plan)
    report = anyio.run(run, Run("obs", OBS_CHECKS, setting, source, source.recorded_at, load_limits()))
    (found,) = (finding for finding in report.findings if finding.check == "obs.plan")
    return found


def test_a_plan_comes_back_as_it_was(tmp_path):
    plan = read_recording(kept(tmp_path)).plan
    assert plan.encode == PLAN.encode
    assert plan.why == (WHY,)


def test_the_replay_of_a_room_finds_what_was_found(tmp_path):
    found = replayed(kept(tmp_path, video_kbps="6000"))
    assert (found.status, found.value) == (Status.WARN, 1)
    assert found.message.params["what"] == ("video_kbps",)
    assert replayed(kept(tmp_path)).status is Status.OK


def test_a_room_of_before_has_no_plan(tmp_path):
    room = kept(tmp_path)
    changed(room, plan="gone")
    assert read_recording(room).plan is None
    assert replayed(room).status is Status.SKIP


@pytest.mark.parametrize("plan", [{}, 5, {"encode": None}])
def test_what_is_no_plan_is_refused(tmp_path, plan):
    room = kept(tmp_path)
    changed(room, plan=plan)
    with pytest.raises(BadInputError):
        read_recording(room)

"""`rigcheck recommend` on recorded rooms, as a user runs it: the whole way from samples to a plan."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command import ROOT, rigcheck
from plan_rooms import GOOD, PROFILE, plan_room, trace, tried
from rich.cells import cell_len

from rigcheck.errors import NotSeen
from rigcheck.model import Reason

GOLDEN = ROOT / "tests" / "golden"
TOOK = re.compile(r"(took |用时 |耗時 )\d+\.\d")


@pytest.fixture
def room(tmp_path):
    """The good room, its line carrying 4 Mbit/s."""
    return plan_room(tmp_path / "room", {"uplink@main": trace(4000), "encoder@main": tried()})


def plan_of(done) -> dict:
    made = json.loads(done.stdout)
    assert made["exit_code"] == done.returncode
    return made["plan"]


def recommend(tmp_path, room, *options, code: int = 0):
    done = rigcheck(tmp_path, "recommend", "--replay", room, *options)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize(("name", "platforms"), [("plan", "taobao"), ("two", "taobao,facebook")])
def test_the_table_word_by_word(tmp_path, room, language, name, platforms) -> None:
    done = recommend(tmp_path, room, "--lang", language, "--platform", platforms)
    assert done.stderr == ""
    made = TOOK.sub(r"\g<1>0.0", done.stdout)
    assert all(cell_len(line) <= 79 for line in made.splitlines())
    path = GOLDEN / f"recommend-{name}.{language}.exit0.txt"
    if os.environ.get("RIGCHECK_GOLDEN") == "write":
        path.write_text(made, encoding="utf-8", newline="\n")
    assert made == path.read_text(encoding="utf-8")


def test_json_is_complete_and_the_same_in_every_language(tmp_path, room) -> None:
    plan = plan_of(recommend(tmp_path, room, "--format", "json", "--lang", "en"))
    assert plan["encode"] | {"width_px": 720, "height_px": 1280, "fps": 30, "video_kbps": 2250} == plan["encode"]
    assert (plan["binding"], plan["confidence"], plan["upload_kbps"]) == ("camera", "high", 2507)
    assert {why["field"] for why in plan["why"]} >= {
        "binding",
        "max_kbps",
        "upload",
        "headroom",
        "budget",
        "video_kbps",
    }
    assert all(why["mark"] and why["message"]["text"] for why in plan["why"])
    chinese = recommend(tmp_path, room, "--format", "json", "--lang", "zh").stdout
    strip = re.compile(r'"(text|took_s)": .*')
    assert strip.sub("", chinese) == strip.sub("", recommend(tmp_path, room, "--export", "json", "--lang", "en").stdout)


def test_a_room_without_an_upload_is_not_known(tmp_path) -> None:
    made = plan_room(tmp_path / "room", {})
    done = recommend(tmp_path, made, "--lang", "en", code=3)
    assert done.stdout.startswith("NOT KNOWN WHAT TO PUSH")
    plan = plan_of(recommend(tmp_path, made, "--format", "json", code=3))
    assert (plan["encode"], plan["binding"]) == (None, "evidence")


def test_why_there_is_no_upload_is_told(tmp_path) -> None:
    made = plan_room(tmp_path / "room", {"uplink@main": NotSeen(Reason.ON_AIR)})
    said = recommend(tmp_path, made, "--lang", "en", code=3).stdout
    assert "Upload: a show is on air" in said
    assert "--allow-on-air" in said


def test_a_camera_that_was_not_seen_costs_confidence_only(tmp_path) -> None:
    made = plan_room(tmp_path / "room", {"uplink@main": trace(20_000)}, drop=("camera@main",))
    plan = plan_of(recommend(tmp_path, made, "--format", "json"))
    assert plan["encode"]["width_px"] == 1080
    assert plan["confidence"] == "low"


def test_a_line_that_cannot_carry_a_show_is_refused_with_three_ways_out(tmp_path) -> None:
    made = plan_room(tmp_path / "room", {"uplink@main": trace(1200)})
    done = recommend(tmp_path, made, "--lang", "en", code=2)
    assert done.stdout.startswith("NO PLAN")
    assert "648 kbit/s are left" in " ".join(done.stdout.split())
    assert done.stdout.count("way out") == 3


def test_loss_and_bloat_are_warned_of(tmp_path) -> None:
    bad = trace(20_000, probes_sent=1000, probes_lost=10, loaded_rtt_ms=np.full(20, 400.0))
    done = recommend(tmp_path, plan_room(tmp_path / "room", {"uplink@main": bad}), "--format", "json", code=1)
    plan = plan_of(done)
    assert [warning["id"] for warning in plan["warnings"]] == ["plan.warn.loss", "plan.warn.bloat"]
    assert plan["binding"] == "loss"
    assert rigcheck(tmp_path, "recommend", "--replay", tmp_path / "room", "--warn-ok").returncode == 0


def test_the_backup_line_has_its_tier(tmp_path) -> None:
    profile = "network: {main: {}, backup: {interface: wwan0}}\n"
    both = {"uplink@main": trace(20_000), "uplink@backup": trace(5000)}
    plan = plan_of(recommend(tmp_path, plan_room(tmp_path / "room", both, profile), "--format", "json"))
    # half of a mobile line: 5000 x 0.5 / 1.04 - 160
    assert plan["tiers"]["backup_line"]["video_kbps"] == 2200
    assert plan["encode"]["video_kbps"] == 2250


def test_the_rules_of_the_room_count(tmp_path) -> None:
    made = plan_room(tmp_path / "room", {"uplink@main": trace(4000)}, "recommend: {headroom: 0.5, talking_head: 1.0}\n")
    plan = plan_of(recommend(tmp_path, made, "--format", "json"))
    assert plan["encode"]["video_kbps"] == 1750  # 4000 x 0.5 / 1.04 - 160 = 1763
    assert {why["mark"] for why in plan["why"] if why["field"] in ("headroom", "content")} == {"room"}


def test_a_forbidden_simulcast_is_refused_and_may_be_allowed(tmp_path, room) -> None:
    two = ("--platform", "tiktok", "--platform", "shopee")
    assert plan_of(recommend(tmp_path, room, *two, "--format", "json", code=2))["binding"] == "conduct"
    made = plan_room(
        tmp_path / "allowed", {"uplink@main": trace(20_000)}, "platforms: {tiktok-shop: {simulcast: true}}\n"
    )
    assert plan_of(recommend(tmp_path, made, *two, "--format", "json"))["outputs"] == 2


def test_a_name_nobody_knows_is_wrong_usage(tmp_path, room) -> None:
    done = recommend(tmp_path, room, "--platform", "twich", "--lang", "en", code=64)
    assert "do you mean twitch" in done.stderr


@pytest.mark.parametrize("options", [("--export", "xml"), ("--export", "obs:"), ("--format", "junit")])
def test_forms_that_there_are_not(tmp_path, room, options) -> None:
    assert recommend(tmp_path, room, *options, code=64).stdout == ""


def test_an_obs_profile_is_written_whole(tmp_path, room) -> None:
    folder = tmp_path / "profile"
    done = recommend(tmp_path, room, "--export", f"obs:{folder}", "--lang", "en")
    assert done.stdout.startswith("PUSH PLAN")
    assert {path.name for path in folder.iterdir()} == {"basic.ini", "streamEncoder.json", "service.json"}
    assert "OutputCX=720" in (folder / "basic.ini").read_text()


def test_a_command_goes_to_stdout_alone(tmp_path, room) -> None:
    done = recommend(tmp_path, room, "--export", "ffmpeg", "--lang", "en")
    (command,) = done.stdout.splitlines()
    assert command.startswith("ffmpeg ")
    assert "2250k" in command
    assert done.stderr.startswith("PUSH PLAN")


def test_a_refusal_is_not_exported(tmp_path) -> None:
    made = plan_room(tmp_path / "room", {"uplink@main": trace(1000)})
    assert recommend(tmp_path, made, "--export", "ffmpeg", code=2).stdout == ""
    recommend(tmp_path, made, "--export", f"obs:{tmp_path / 'profile'}", code=2)
    assert not (tmp_path / "profile").exists()


@pytest.mark.parametrize("pusher", ["companion", "hardware", "phone"])
def test_who_pushes_elsewhere_types_the_values_in(tmp_path, pusher) -> None:
    made = plan_room(tmp_path / "room", {"uplink@main": trace(4000)})
    text = Path(made / "profile.yaml").read_text().replace("pusher: obs", f"pusher: {pusher}")
    other = tmp_path / "other.yaml"
    other.write_text(text)
    done = recommend(tmp_path, made, other, "--lang", "en")
    assert "there is nothing to export." in " ".join(done.stdout.split())
    assert "your encoder's own" in done.stdout
    refused = recommend(tmp_path, made, other, "--export", f"obs:{tmp_path / 'x'}", "--lang", "en", code=64)
    assert pusher in refused.stderr


def test_a_cut_out_of_a_landscape_camera_warns_with_its_numbers(tmp_path) -> None:
    from rigcheck.sources.store import read_recording

    clip = read_recording(GOOD).outcomes["camera@main"]
    frames = np.ascontiguousarray(clip.frames[:, :1080, :608])
    cut = replace(clip, width_px=1920, height_px=1080, rotate=0, asked=None, frames=frames)
    other = tmp_path / "other.yaml"
    other.write_text(PROFILE.replace("mode: 1280x720@30, rotate: 90", "mode: 1920x1080@30, crop: centre"))
    made = plan_room(tmp_path / "room", {"uplink@main": trace(20_000), "camera@main": cut})
    plan = plan_of(recommend(tmp_path, made, other, "--format", "json", code=1))
    (warning,) = plan["warnings"]
    assert warning["id"] == "plan.warn.crop"
    assert (warning["params"]["width"], warning["params"]["height"], warning["params"]["times"]) == (608, 1080, 1.78)
    assert plan["encode"]["width_px"] == 1080


def test_a_replay_remembers_nothing(tmp_path, room) -> None:
    recommend(tmp_path, room)
    state = tmp_path / "state"
    assert (
        not [path for path in state.rglob("*") if path.name.startswith(("plan-", "uploads-"))]
        if state.exists()
        else True
    )

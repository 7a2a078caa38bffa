"""What is written about drills, held against the room before anything begins."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from drill_world import Paper, drill

from rigcheck.drill_plan import Drill, Step
from rigcheck.drills.actions import actions_of
from rigcheck.drills.ask import AskWants
from rigcheck.drills.line_limit import LimitWants
from rigcheck.drills.lint import LintError, lint, steps_of
from rigcheck.drills.obs_scene import ItemWants
from rigcheck.drills.obs_sound import MediaWants
from rigcheck.drills.obs_stream import StreamWants
from rigcheck.drills.process import ProcessWants
from rigcheck.drills.program import RunWants
from rigcheck.drills.ups_test import UpsWants
from rigcheck.errors import Exit
from rigcheck.obs_state import ObsInput, ObsState
from rigcheck.profile import ObsPc, Profile

ACTIONS = actions_of(Paper())
SCENE = Step("obs_scene", {"scene": "Standby"})


def obs(*scenes: str) -> ObsState:
    silent = dict.fromkeys(field.name for field in fields(ObsState))
    inputs = (ObsInput("Cam 1", "v4l2_input", is_active=True),)
    return ObsState(**{**silent, "scenes": scenes, "inputs": inputs})


def told(one: Drill, *others: Drill, of: ObsState | None = None, checks=("camera", "camera.fps")) -> list[str]:
    return [wrong.id for wrong in lint(one, Profile(drills=(one, *others)), ACTIONS, checks, of)]


def run_for(limit_s: float) -> Step:
    return Step("run", {"argv": ["true"], "undo": ["true"], "limit_s": limit_s})


def plain(*steps: Step, **changes) -> Drill:
    return Drill("one", "camera", fault=steps, **changes)


def test_a_drill_that_fits_has_nothing_wrong() -> None:
    one = plain(Step("relay", "cut"), before=("camera.fps", "camera"))
    assert told(one) == []


@pytest.mark.parametrize(
    ("wrong", "ids"),
    [
        (plain(), ["drill.lint.empty"]),
        (plain(Step("relay", "cut"), before=("camera.fsp",)), ["drill.lint.before"]),
        (plain(Step("relai", "cut")), ["drill.lint.action"]),
        (plain(Step("relay", "explode")), ["error.drill.relay-wants"]),
        (plain(run_for(30)), []),
        (plain(run_for(30.5)), ["error.drill.run-late"]),
        (plain(replace(run_for(60), deadline_s=60)), []),
        (plain(replace(run_for(20), deadline_s=10)), ["error.drill.run-late"]),
    ],
)
def test_what_does_not_fit_is_told(wrong: Drill, ids: list[str]) -> None:
    assert told(wrong) == ids


def test_everything_is_told_at_once_with_what_may_be_meant() -> None:
    one = plain(Step("relai"), Step("obs_scen"), before=("camera.fsp",))
    wrong = lint(one, Profile(drills=(one,)), ACTIONS, ("camera.fps",), None)
    assert [each.id for each in wrong] == ["drill.lint.before", *["drill.lint.action"] * 2]
    assert [each.params.get("hint") for each in wrong] == [("camera.fps",), ("relay",), ("obs_scene",)]


def test_scenes_and_inputs_are_those_of_this_obs() -> None:
    one = plain(Step("obs_input_off", {"input": "Cam 2"}), switch=(SCENE,))
    found = lint(one, Profile(drills=(one,)), ACTIONS, (), obs("Live"))
    assert [(each.id, each.params["name"], each.params["hint"]) for each in found if "lint" in each.id] == [
        ("drill.lint.input", "Cam 2", ("Cam 1",)),
        ("drill.lint.scene", "Standby", ()),
    ]
    assert not [each for each in lint(plain(SCENE), Profile(), ACTIONS, (), obs("Standby")) if "lint" in each.id]


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        (Step("obs_scene", "Standby"), ["drill.lint.scene"]),
        (Step("obs_scene", "Live"), []),
        (Step("obs_mute", "Lav 9"), ["drill.lint.input"]),
        (Step("obs_stream", "stop"), []),
        (Step("obs_scene", "Standby", at="obs.main"), ["drill.lint.scene"]),
        (Step("obs_scene", "Standby", at="obs.spare"), []),
        (Step("obs_scene", {"scene": "Standby"}, at="obs.spare"), []),
    ],
)
def test_a_bare_name_is_looked_up_too_and_only_in_the_obs_that_is_meant(step: Step, wrong: list[str]) -> None:
    room = Profile(obs={"main": ObsPc(), "spare": ObsPc()})
    assert [each.id for each in lint(plain(step), room, ACTIONS, (), obs("Live"))] == wrong


@pytest.mark.parametrize(
    "kind", [ItemWants, MediaWants, StreamWants, LimitWants, ProcessWants, UpsWants, RunWants, AskWants]
)
def test_the_readme_has_each_deed_s_words_as_an_error_says(kind: type) -> None:
    deeds = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").split("- Deeds and their words:")[1]
    words = "[^}]*".join(rf"\b{field.name}\b" for field in fields(kind))
    assert re.search(rf"\{{[^}}]*{words}", deeds.split("\n- ")[0])


def test_an_error_of_the_profile_has_its_exit_code() -> None:
    assert LintError(("one: two",)).exit_code == Exit.BAD_INPUT
    assert LintError(("one: two",)).message.params == {"n": 1, "issues": ("one: two",)}


def test_steps_come_in_their_order(tmp_path: Path) -> None:
    one = drill(tmp_path)
    assert steps_of(one) == (*one.fault, *one.switch, *one.restore)

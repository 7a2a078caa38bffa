"""Faults of OBS: as it was left after the rehearsal, or in trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from rigcheck.model import Reason, Status
from rigcheck.obs_state import ObsInput, ObsState
from rigcheck.selftest.fault import Fault, Inject, Scene
from rigcheck.selftest.line import unseen, with_fields
from rigcheck.selftest.scene import COMPANION, FULL, GO, GOOD

_STOPS = ("scene", "muted", "names", "virtualcam", "target", "key", "reconnecting")


def input_with(name: str, **fields: Any) -> Callable[[ObsState], ObsState]:  # noqa: ANN401 - any field of an input
    """One input with other values in some of its fields."""

    def changed(each: ObsInput) -> ObsInput:
        return replace(each, **fields) if each.name == name else each

    return lambda state: replace(state, inputs=tuple(map(changed, state.inputs)))


def setting_of(**settings: str) -> Callable[[ObsState], ObsState]:
    """Some settings otherwise."""
    return lambda state: replace(state, settings={**state.settings, **settings})


def overloaded(state: ObsState) -> ObsState:
    """One frame in nine rendered too late."""
    due = state.rendered[1] - state.rendered[0]
    return replace(state, render_skipped=(state.render_skipped[0], state.render_skipped[0] + due // 9))


def _fault(check: str, inject: Inject, scene: Scene = GOOD, *, red: Status = Status.FAIL, name: str = "") -> Fault:
    return Fault(check, scene, {"obs@main": inject}, red=red, name=name)


OBS_FAULTS: tuple[Fault, ...] = (
    Fault(
        "obs.link",
        GOOD,
        {"obs@main": partial(unseen, Reason.UNREACHABLE), "on_air@main": with_fields(obs_answers=False)},
        red=Status.UNKNOWN,
        also={f"obs.{name}": "unasked" for name in _STOPS},
    ),
    _fault("obs.scene", with_fields(scene="Standby"), GO),
    _fault("obs.muted", input_with("Lav 1", muted=True)),
    _fault("obs.silent", input_with("Lav 1", silent=True)),
    _fault("obs.names", with_fields(scenes=("Live",))),
    _fault("obs.profile", with_fields(profile="douyin-2")),
    _fault("obs.collection", with_fields(collection="wedding")),
    _fault("obs.media", input_with("Back in a moment", file_missing=True)),
    _fault("obs.virtualcam", with_fields(virtualcam=False), COMPANION),
    _fault("obs.canvas", setting_of(base="1920x1080", output="1280x720")),
    _fault("obs.canvas", setting_of(fps="24"), name="rate"),
    _fault("obs.target", with_fields(target="loopback")),
    _fault("obs.key", with_fields(has_key=False), GO),
    _fault("obs.late", overloaded),
    _fault("obs.dropped", with_fields(dropped=(12, 19)), FULL),
    _fault("obs.reconnecting", with_fields(reconnecting=True), FULL),
    _fault("obs.delay", with_fields(delay_s=30.0)),
    _fault("obs.disk", with_fields(disk_free_gb=3.1)),
    _fault("obs.log", with_fields(log_warnings=("encoder-fallback",)), red=Status.WARN),
    _fault("obs.plan", setting_of(video_kbps="6000"), FULL, red=Status.WARN),
    Fault("obs.spare", FULL, {"obs@spare": with_fields(differs=("output", "video_kbps"))}, device="spare"),
)

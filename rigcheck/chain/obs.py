"""The links inside OBS: its inputs, its scene, and its encoder."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.chain.ask import ask_main_obs, in_show
from rigcheck.chain.link import Cover, Link, broken, ok, skip, unknown, whole_of
from rigcheck.chain.room import Outcomes, unseen
from rigcheck.errors import NotSeen
from rigcheck.measure.obs import grown
from rigcheck.model import Message, Reason
from rigcheck.obs_state import ObsInput, ObsState
from rigcheck.profile import CameraDevice, MicDevice, ObsPc, Profile, Setting
from rigcheck.samples import PROGRAM

LATE_PCT = 10.0
"""Our own rule: OBS shows more than 5 % of frames late or dropped in red over a whole show; twice that in 1.5 s is broken."""
_DEAD = frozenset({Reason.UNREACHABLE, Reason.LOST, Reason.TIMEOUT})
"""OBS does not run, died, or hangs."""
_NOT_PLAYING = frozenset({"error", "ended", "stopped"})


def obs_of(setting: Setting, outcomes: Outcomes) -> ObsState | None:
    """What OBS said, if it did."""
    request = ask_main_obs(setting)
    outcome = outcomes.get(request) if request else None
    return outcome if isinstance(outcome, ObsState) else None


def obs_links(setting: Setting, outcomes: Outcomes) -> tuple[Link, Link, Link]:
    """Input, scene and encoder. A dead OBS breaks the first of them; of the others nothing is known then."""
    request = ask_main_obs(setting)
    if request is None:
        none = Message("now.obs.not_configured")
        return skip("input", none), skip("scene", none), skip("encoder", none)
    state = obs_of(setting, outcomes)
    if state is not None:
        profile = setting.profile
        return input_link(profile, state), scene_link(profile.obs["main"], state), encoder_link(profile, state)
    outcome = outcomes.get(request)
    if isinstance(outcome, NotSeen) and outcome.reason in _DEAD:
        word = "hangs" if outcome.reason is Reason.TIMEOUT else "gone"
        dead = broken("input", Message(f"now.obs.{word}"), "app", "pc", mend=Message(f"now.mend.obs_{word}"))
        why = Message("now.obs.silent")
        return dead, unknown("scene", why), unknown("encoder", why)
    return unseen("input", outcome), unseen("scene", outcome), unseen("encoder", outcome)


def input_link(profile: Profile, state: ObsState) -> Link:
    """The inputs that the show needs: there, playing, to be seen and heard."""
    wanted = _wanted(profile)
    if not wanted:
        return _unnamed(state)
    if profile.obs["main"].collection not in (None, state.collection):
        return unknown("input", Message("now.input.other_collection"))
    there = {each.name: each for each in state.inputs}
    mains = _mains(profile) if profile.obs["main"].scene == state.scene else frozenset()
    fine = ok("input", Message("now.input.ok", {"names": tuple(wanted)}))
    return whole_of([fine, *(_input(name, cover, there, mains) for name, cover in wanted.items())])


def _unnamed(state: ObsState) -> Link:
    """Where the profile names no input, only what cannot be meant is broken: a file that is gone, a player's error."""
    for each in state.inputs:
        if each.is_active and (each.file_missing or each.media == "error"):
            return _faulty(each.name, "no_file" if each.file_missing else "not_playing", "content")
    return skip("input", Message("now.input.unnamed"))


def _input(name: str, cover: Cover, there: dict[str, ObsInput], mains: frozenset[str]) -> Link:
    """One input; `mains` are those that must be in the programme now."""
    fault = _fault(there.get(name), is_heard=cover != "camera", must_show=name in mains)
    if fault is None:
        return ok("input", Message("now.input.ok", {"names": (name,)}))
    return _faulty(name, fault, cover)


def _faulty(name: str, fault: str, cover: Cover) -> Link:
    facts = {"name": name}
    return broken("input", Message(f"now.input.{fault}", facts), cover, mend=Message(f"now.mend.{fault}", facts))


def _fault(each: ObsInput | None, *, is_heard: bool, must_show: bool) -> str | None:
    """The word for what is wrong with an input, the plainest first. Silent is not a single sample of noise."""
    if each is None:
        return "missing"
    faults = {
        "no_file": each.file_missing,
        "not_playing": each.is_active and each.media in _NOT_PLAYING,
        "hidden": must_show and not each.is_active,
        "muted": is_heard and each.muted,
        "silent": is_heard and each.is_active and each.silent,
    }
    return next((word for word, is_so in faults.items() if is_so), None)


def _wanted(profile: Profile) -> dict[str, Cover]:
    """The inputs that the show runs on and what stands in for each, cameras first."""
    devices = (*_inputs(profile.camera, tuple(profile.camera)), *_inputs(profile.mic, tuple(profile.mic)))
    wanted: dict[str, Cover] = {each: "content" for each in profile.obs["main"].inputs if each not in devices}
    cameras: dict[str, Cover] = dict.fromkeys(_inputs(profile.camera, in_show(profile.camera)), "camera")
    mics: dict[str, Cover] = dict.fromkeys(_inputs(profile.mic, in_show(profile.mic)), "mic")
    return {**cameras, **mics, **wanted}


def _mains(profile: Profile) -> frozenset[str]:
    """The inputs of the main camera and of the main microphone."""
    camera = _inputs(profile.camera, in_show(profile.camera)[:1])
    return frozenset((*camera, *_inputs(profile.mic, in_show(profile.mic)[:1])))


def _inputs(devices: Mapping[str, CameraDevice | MicDevice], names: tuple[str, ...]) -> tuple[str, ...]:
    """The OBS inputs of the named devices, as far as they have any."""
    return tuple(found for name in names if (found := _input_of(devices[name])))


def _input_of(device: CameraDevice | MicDevice) -> str | None:
    """A device's input in OBS: the device itself (`obs:Lav 1`), or the one named for it."""
    if isinstance(device.device, str) and device.device.startswith("obs:") and device.device != PROGRAM:
        return device.device.removeprefix("obs:")
    return device.obs_input


def scene_link(pc: ObsPc, state: ObsState) -> Link:
    """The show's collection and scene on the programme. A room that names several scenes but no one may show any of them."""
    facts = {"found": state.scene, "wanted": pc.scene or ""}
    if pc.collection not in (None, state.collection):
        seen = {"found": state.collection, "wanted": pc.collection}
        return broken(
            "scene", Message("now.scene.collection", seen), "content", mend=Message("now.mend.collection", seen)
        )
    if pc.scene is not None and pc.scene not in state.scenes:
        return broken("scene", Message("now.scene.missing", facts), "content")
    if pc.scene is not None and state.scene != pc.scene:
        return broken("scene", Message("now.scene.other", facts), "content", mend=Message("now.mend.scene", facts))
    if pc.scene is None and pc.scenes and state.scene not in pc.scenes:
        return broken("scene", Message("now.scene.foreign", facts), "content")
    if pc.scene is None and not pc.scenes:
        return skip("scene", Message("now.scene.unnamed", facts))
    return ok("scene", Message("now.scene.ok", facts))


def encoder_link(profile: Profile, state: ObsState) -> Link:
    """Frames made in time; for a companion application, OBS's virtual camera."""
    if profile.show.pusher == "companion":
        if state.virtualcam:
            return ok("encoder", Message("now.encoder.virtualcam_on"))
        mend = Message("now.mend.virtualcam")
        return broken("encoder", Message("now.encoder.virtualcam_off"), "app", mend=mend)
    wanted = profile.obs["main"].profile
    if wanted not in (None, state.profile):
        seen = {"found": state.profile, "wanted": wanted}
        return broken("encoder", Message("now.encoder.profile", seen), "app", mend=Message("now.mend.profile", seen))
    rendered, unrendered = grown(state.rendered, state.render_skipped)
    encoded, unencoded = grown(state.encoded, state.encode_skipped)
    if rendered <= 0 or (state.streaming and not state.reconnecting and encoded <= 0):
        return broken("encoder", Message("now.encoder.still"), "app", "pc")
    late_pct = max(share_pct(unrendered, rendered), share_pct(unencoded, encoded))
    facts = {"pct": round(late_pct, 1)}
    if late_pct >= LATE_PCT:
        return broken("encoder", Message("now.encoder.late", facts), "app", "pc", mend=Message("now.mend.load"))
    return ok("encoder", Message("now.encoder.ok", facts))


def share_pct(part: int, total: int) -> float:
    """A share in percent; 0 of nothing."""
    return 100.0 * min(part, total) / total if total > 0 else 0.0

"""What to do about a broken link: what may mend it at once, then its drill, else its backup, else our generic steps."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.address import host_of
from rigcheck.chain.ask import ask_backup_ingest
from rigcheck.chain.link import Link, Plan, Step
from rigcheck.drill_plan import BackupDevice, Drill
from rigcheck.drill_plan import Cover as AnyCover
from rigcheck.drill_plan import Step as DrillStep
from rigcheck.model import Message, Params, Role
from rigcheck.profile import Profile
from rigcheck.uplink import Network

_OF_INPUTS = ("obs_input_on", "obs_input_off", "obs_mute", "obs_unmute", "obs_media")
_ACTIONS = {
    "obs_scene": "scene",
    **dict.fromkeys(_OF_INPUTS, "input"),
    **dict.fromkeys(("line_up", "line_down"), "line"),
}
"""The actions that have words of their own, and what each of them wants."""
_BOTH_WAYS = {(action, way) for action in ("obs_stream", "obs_virtual_camera") for way in ("start", "stop")}
"""Those that only go one way or the other."""
GENERIC = ("network", "camera", "mic", "power", "content", "ingest", "pc", "app")
"""What we know a way out for, where the profile says nothing."""


def plan_for(link: Link, profile: Profile) -> Plan:
    """Who does what, in order. The first kind of backup that the profile has a drill or a section for is taken."""
    mend = (_ours(link.mend),) if link.mend is not None else ()
    for cover in link.covers:
        origin, steps = way_out(cover, profile)
        if origin is not None:
            return Plan(cover, mend, steps, origin)
    return Plan(link.covers[0], mend, way_out(link.covers[0], profile)[1])


def way_out(cover: AnyCover, profile: Profile) -> tuple[str | None, tuple[Step, ...]]:
    """Who does what when this fails, and where that is written; None: our generic step, or none at all."""
    origin, steps = _of_profile(cover, profile)
    if steps:
        return origin, steps
    return None, (_ours(Message(f"now.generic.{cover}")),) if cover in GENERIC else ()


def _of_profile(cover: AnyCover, profile: Profile) -> tuple[str, tuple[Step, ...]]:
    """What the profile says to do, and where it says so."""
    drills = profile.drills
    for drill in drills:
        if drill.covers == cover and (steps := _of_drill(drill)):
            return f"drill:{drill.name}", steps
    if cover in ("app", "pc") and "spare" in profile.obs:
        return "obs.spare", (_ours(Message("now.step.spare")),)
    if cover == "ingest" and (other := ask_backup_ingest(profile)) is not None:
        return "push.backup", (_ours(Message("now.step.ingest", {"host": host_of(other.url)})),)
    return f"backup.{cover}", _of_backup(cover, profile)


def _of_drill(drill: Drill) -> tuple[Step, ...]:
    """The drill's switch, then what the crew does meanwhile, then what viewers are told."""
    switch = (_of_action(step) for step in drill.switch)
    crew = (Step(who, text) for who, text in (drill.crew or {}).items())
    return (*switch, *crew, *_told(drill.notice))


def _of_action(step: DrillStep) -> Step:
    who = step.who or Role.TECH.value
    words = _words(step)
    if words is not None:
        return Step(who, words, step.at, step.deadline_s)
    bare = f"{step.action}: {_plain(step.wants)}" if step.wants is not None else step.action
    return Step(who, bare, step.at, step.deadline_s, deed=step)


def _words(step: DrillStep) -> Message | str | None:
    """What a drill's action is for somebody who does it by hand; None for one that nobody has to."""
    wants = step.wants
    if step.action == "ask":
        asked = wants.get("what") if isinstance(wants, Mapping) else wants
        if isinstance(asked, str):
            return asked
    given = _given(step.action, wants)
    if given is not None and step.action in _ACTIONS:
        return Message(f"now.act.{step.action}", {"name": given})
    if given is not None:
        return Message(f"now.act.{step.action}_{given}")
    return None


def _given(action: str, wants: object) -> str | None:
    """What an action is done to, or which way; of most it may stand alone: `obs_scene: Standby`."""
    said = wants.get(_ACTIONS.get(action, "do")) if isinstance(wants, Mapping) else wants
    is_known = isinstance(said, str) and (action in _ACTIONS or (action, said) in _BOTH_WAYS)
    return str(said) if is_known else None


def _plain(wants: object) -> str:
    if isinstance(wants, Mapping):
        return ", ".join(f"{name} {_plain(value)}" for name, value in wants.items())
    if isinstance(wants, list | tuple):
        return " ".join(_plain(value) for value in wants)
    return str(wants)


def _of_backup(cover: AnyCover, profile: Profile) -> tuple[Step, ...]:
    """The section of the profile's backup that stands in."""
    backup = profile.backup
    match cover:
        case "network" if backup.network:
            return (_ours(_line(backup.network.line, profile.network)),)
        case "camera" if backup.camera:
            return _device("camera", backup.camera)
        case "mic" if backup.mic:
            return _device("mic", backup.mic)
        case "power" if backup.power:
            power = backup.power
            facts: Params = {"ups": power.ups, "what": power.keeps_up, "minutes": power.minutes}
            return (_ours(Message("now.step.power", facts)), _ours(Message("now.step.power_off")))
        case "content" if backup.content:
            content = backup.content
            scene = (_ours(Message("now.act.obs_scene", {"name": content.obs_scene})),) if content.obs_scene else ()
            file = (_ours(Message("now.step.file", {"file": content.file})),) if content.file else ()
            return (*scene, *file, *_told(content.notice))
        case _:
            return ()


def _line(name: str, network: Network) -> Message:
    line = network.lines.get(name)
    if line is not None and line.via == "router":
        return Message("now.step.router", {"name": name})
    return Message("now.step.line", {"name": name, "interface": line.interface if line else None})


def _device(kind: str, backup: BackupDevice) -> tuple[Step, ...]:
    """Take the spare, and bring it onto the programme where OBS knows it."""
    take = _ours(Message(f"now.step.{kind}", {"device": backup.device}))
    if backup.obs_input is None:
        return (take,)
    return (take, _ours(Message(f"now.step.{kind}_input", {"name": backup.obs_input})))


def _told(notice: str | None) -> tuple[Step, ...]:
    return (_ours(Message("now.step.notice", {"notice": notice}), Role.HOST),) if notice else ()


def _ours(text: Message, who: Role = Role.TECH) -> Step:
    return Step(who.value, text)

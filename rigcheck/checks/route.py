"""Which way to a camera or microphone: the device itself, its input in OBS, or OBS's programme."""

from __future__ import annotations

from typing import Literal, cast

from rigcheck.model import Stage
from rigcheck.profile import CameraDevice, MicDevice, ObsPc, Setting
from rigcheck.samples import LEAD_S, PROGRAM, ObsAddress

LOOK_S = {Stage.ROOM: 5.0, Stage.HOST: 5.0, Stage.GO: 3.0}
"""Seconds of picture. Our own rule: 5 s shows a dropped frame in 150; just before a show, 3 s must do."""
GO_S = 4.0
"""Seconds of sound just before a show. Our own rule: enough for level and faults, and the whole stage stays under 10 s."""


def obs_address(setting: Setting, name: str = "main") -> ObsAddress | None:
    """Where the profile's OBS of this role listens; None where there is none."""
    pc: ObsPc | None = setting.profile.obs.get(cast("Literal['main', 'spare']", name))
    return ObsAddress(pc.url, pc.password) if pc else None


def goes_through_program(setting: Setting, section: Literal["camera", "mic"], name: str) -> bool:
    """Whether this device is looked at in OBS's programme.

    So it is where the profile says so, and for the main device wherever OBS answers and nobody asked for the raw one.
    """
    device = cast("CameraDevice | MicDevice", setting.device(section, name)).device
    if device == PROGRAM:
        return True
    is_named = isinstance(device, str) and device.startswith("obs:")
    return name == setting.main_of(section) and setting.obs_answers and not setting.raw and not is_named


def program_s(setting: Setting) -> float:
    """Seconds of programme that serve picture and sound alike: one recording for both."""
    speak_s, quiet_s = take_s(setting, setting.main_of("mic"))
    return max(LOOK_S[setting.stage], speak_s + quiet_s + (LEAD_S if quiet_s else 0))


def take_s(setting: Setting, name: str) -> tuple[float, float]:
    """Seconds of speech and of silence: prompted for the main microphone where somebody follows, else one take."""
    if name not in setting.profile.mic:
        return 0.0, 0.0
    device = setting.profile.mic[name]
    if setting.attended and setting.stage is Stage.HOST and name == setting.main_of("mic"):
        return device.speak_s, device.quiet_s
    return (GO_S if setting.stage is Stage.GO else device.speak_s), 0.0

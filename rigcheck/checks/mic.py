"""The microphones: heard, loud enough, clean."""

from functools import partial
from typing import cast

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Impact, Need, Role, Stage
from rigcheck.profile import MicDevice, Setting
from rigcheck.samples import AudioRequest

GO_S = 4.0
"""Seconds of sound just before a show. Our own rule: enough for level and faults, and the whole stage stays under 10 s."""


def ask_mic(setting: Setting, name: str) -> AudioRequest:
    """A prompted take (speak, then be quiet) where somebody follows prompts; else whatever the room sounds like."""
    device = cast("MicDevice", setting.device("mic", name))
    prompted = setting.attended and setting.stage is Stage.HOST and name == setting.main_of("mic")
    if prompted:
        return AudioRequest(name, device.device, device.layout, device.speak_s, device.quiet_s)
    seconds = GO_S if setting.stage is Stage.GO else device.speak_s
    return AudioRequest(name, device.device, device.layout, seconds, 0.0)


_check = partial(Check, section="mic", ask=ask_mic, measure=measure_mic, who=Role.TECH)
_SPEAKS = frozenset({Need.HOST})

MIC_CHECKS: tuple[Check, ...] = (
    _check(id="mic.muted", metrics=(m.MIC_MUTED,), impact=Impact.STOP, minutes=1),
    _check(id="mic.level", metrics=(m.MIC_LOUDNESS,), impact=Impact.STOP, needs=_SPEAKS, minutes=1),
    _check(id="mic.clipping", metrics=(m.MIC_CLIPPED, m.MIC_CLIP_RUN), impact=Impact.STOP, minutes=1),
    _check(id="mic.dropouts", metrics=(m.MIC_DROPOUTS,), impact=Impact.STOP, minutes=3),
    _check(id="mic.hum", metrics=(m.MIC_HUM,), given=m.MIC_HUM_HZ, impact=Impact.DEGRADE, minutes=5),
    _check(id="mic.snr", metrics=(m.MIC_SNR,), impact=Impact.DEGRADE, needs=_SPEAKS, minutes=3),
    _check(id="mic.peak", metrics=(m.MIC_TRUE_PEAK,), impact=Impact.DEGRADE, minutes=1),
    _check(id="mic.polarity", metrics=(m.MIC_POLARITY,), impact=Impact.STOP, needs=_SPEAKS, minutes=2),
    _check(id="mic.balance", metrics=(m.MIC_BALANCE,), impact=Impact.DEGRADE, needs=_SPEAKS),
    _check(id="mic.dc", metrics=(m.MIC_DC,), impact=Impact.DEGRADE),
    _check(id="mic.bandwidth", metrics=(m.MIC_BANDWIDTH,), impact=Impact.DEGRADE, needs=_SPEAKS),
    _check(id="mic.noise", metrics=(m.MIC_NOISE,), impact=Impact.DEGRADE),
)

"""The microphones: heard, loud enough, clean."""

from functools import partial
from typing import cast

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.against import limit_against
from rigcheck.checks.route import goes_through_program, obs_address, program_s, take_s
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Impact, Limit, Metric, Need, Role, Span
from rigcheck.profile import MicDevice, Setting
from rigcheck.samples import PROGRAM, AudioRequest


def ask_mic(setting: Setting, name: str) -> AudioRequest:
    """A prompted take (speak, then be quiet) where somebody follows prompts; else whatever the room sounds like."""
    device = cast("MicDevice", setting.device("mic", name))
    speak_s, quiet_s = take_s(setting, name)
    obs = obs_address(setting)
    if goes_through_program(setting, "mic", name):
        speak_s = speak_s if quiet_s else program_s(setting)
        return AudioRequest(name, PROGRAM, device.layout, speak_s, quiet_s, obs)
    return AudioRequest(name, device.device, device.layout, speak_s, quiet_s, obs, device.obs_input)


def limit_packs(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """Two packs on two channels, or a track and its safety copy; other layouts have nothing to tell apart."""
    del metric
    device = cast("MicDevice", setting.device("mic", name))
    return Limit(Span(2.0, None), origin="profile") if device.layout in ("split", "safety") else None


_check = partial(Check, section="mic", ask=ask_mic, measure=measure_mic, who=Role.TECH)
_SPEAKS = frozenset({Need.HOST})

MIC_CHECKS: tuple[Check, ...] = (
    _check(id="mic.muted", metrics=(m.MIC_MUTED,), impact=Impact.STOP, minutes=1),
    _check(
        id="mic.level",
        metrics=(m.MIC_LOUDNESS, m.MIC_SPEECH),
        impact=Impact.STOP,
        needs=_SPEAKS,
        limit_of=limit_against,
        minutes=1,
    ),
    _check(id="mic.clipping", metrics=(m.MIC_CLIPPED, m.MIC_CLIP_RUN), impact=Impact.STOP, minutes=1),
    _check(id="mic.dropouts", metrics=(m.MIC_DROPOUTS,), impact=Impact.STOP, minutes=3),
    _check(id="mic.hum", metrics=(m.MIC_HUM,), given=m.MIC_HUM_HZ, impact=Impact.DEGRADE, minutes=5),
    _check(id="mic.snr", metrics=(m.MIC_SNR,), impact=Impact.DEGRADE, needs=_SPEAKS, minutes=3),
    _check(id="mic.peak", metrics=(m.MIC_TRUE_PEAK,), impact=Impact.DEGRADE, minutes=1),
    _check(id="mic.polarity", metrics=(m.MIC_POLARITY,), impact=Impact.STOP, needs=_SPEAKS, minutes=2),
    _check(id="mic.balance", metrics=(m.MIC_BALANCE,), impact=Impact.DEGRADE, needs=_SPEAKS),
    _check(id="mic.dc", metrics=(m.MIC_DC,), impact=Impact.DEGRADE),
    _check(id="mic.bandwidth", metrics=(m.MIC_BANDWIDTH,), impact=Impact.DEGRADE, needs=_SPEAKS),
    _check(id="mic.noise", metrics=(m.MIC_NOISE,), impact=Impact.DEGRADE, limit_of=limit_against),
    _check(id="mic.tone", metrics=(m.MIC_TONE,), given=m.MIC_TONE_HZ, impact=Impact.DEGRADE, minutes=5),
    _check(id="mic.echo", metrics=(m.MIC_ECHO,), impact=Impact.DEGRADE, needs=_SPEAKS),
    _check(id="mic.reverb", metrics=(m.MIC_REVERB,), impact=Impact.DEGRADE, minutes=15),
    _check(id="mic.rate", metrics=(m.MIC_RATE_ERROR,), impact=Impact.DEGRADE, minutes=3),
    _check(
        id="mic.packs", metrics=(m.MIC_TAPS,), impact=Impact.DEGRADE, needs=_SPEAKS, limit_of=limit_packs, minutes=3
    ),
)

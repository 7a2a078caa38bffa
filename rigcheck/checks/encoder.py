"""The encoder: can this computer encode the room's own picture as the show means to send it, with room to spare.

Heavy (it opens the camera and takes the whole processor for some seconds): part of `recommend`, not of `preflight`.
"""

from dataclasses import replace
from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.camera import ask_camera
from rigcheck.encoder_state import X264_PRESETS, Candidate, EncoderRequest
from rigcheck.measure.encoder import measure_encoder
from rigcheck.model import Impact, Need
from rigcheck.profile import Setting
from rigcheck.push_plan import Encode, Target


def ask_encoder(setting: Setting, name: str) -> EncoderRequest:
    """Trials at the plan's encode, else at the show's target, of what the main camera shows.

    Other candidates are asked by `dataclasses.replace`.
    """
    look = ask_camera(setting, setting.main_of("camera"))
    wanted = (setting.plan.encode if setting.plan else None) or setting.target
    return EncoderRequest(name, look.device, look.mode, look.rotate, look.crop, (_candidate(wanted),), obs=look.obs)


def _candidate(wanted: Encode | Target) -> Candidate:
    """The usual presets, and the planned one."""
    candidate = Candidate(wanted.width_px, wanted.height_px, wanted.fps, wanted.video_kbps)
    if not isinstance(wanted, Encode) or wanted.preset not in X264_PRESETS:
        return candidate
    return replace(candidate, presets=tuple(sorted({*candidate.presets, wanted.preset}, key=X264_PRESETS.index)))


_check = partial(Check, section="encoder", ask=ask_encoder, measure=measure_encoder, needs=frozenset({Need.LIGHTS}))

ENCODER_CHECKS: tuple[Check, ...] = (
    _check(id="encoder.speed", metrics=(m.ENCODER_REALTIME,), impact=Impact.DEGRADE, minutes=5),
    _check(id="encoder.load", metrics=(m.ENCODER_CPU_SHARE, m.ENCODER_CPU), impact=Impact.DEGRADE, minutes=5),
)

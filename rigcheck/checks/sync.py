"""Picture and sound together: is the sound where the picture is, and does it stay there."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.route import goes_through_program, obs_address, program_s
from rigcheck.measure.sync import measure_sync
from rigcheck.model import Impact, Need
from rigcheck.profile import Setting
from rigcheck.samples import PROGRAM, SyncRequest
from rigcheck.sync_state import CameraAndMic
from rigcheck.value import is_local


def ask_sync(setting: Setting, name: str) -> SyncRequest:
    """OBS's programme, where both main devices are looked at there; else both devices, where this computer has them.

    The same seconds as for either alone, so that what is taken of them serves all three.
    """
    if not (setting.profile.camera and setting.profile.mic):
        return SyncRequest(name)
    camera, mic = setting.main_of("camera"), setting.main_of("mic")
    if goes_through_program(setting, "camera", camera) and goes_through_program(setting, "mic", mic):
        return SyncRequest(name, device=PROGRAM, obs=obs_address(setting), seconds=program_s(setting))
    seen, heard = setting.profile.camera[camera], setting.profile.mic[mic]
    if not (is_local(seen.device) and is_local(heard.device)):  # only what is here is on this computer's clock
        return SyncRequest(name)
    return SyncRequest(name, devices=CameraAndMic(seen.device, seen.mode, heard.device), seconds=program_s(setting))


_check = partial(
    Check,
    section="sync",
    ask=ask_sync,
    measure=measure_sync,
    impact=Impact.DEGRADE,
    needs=frozenset({Need.HOST}),
)

SYNC_CHECKS: tuple[Check, ...] = (
    _check(id="sync.offset", metrics=(m.SYNC_OFFSET,)),
    _check(id="sync.drift", metrics=(m.SYNC_DRIFT,)),
)

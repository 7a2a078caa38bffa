"""Picture and sound together: is the sound where the picture is, and does it stay there."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.route import goes_through_program, obs_address, program_s
from rigcheck.measure.sync import measure_sync
from rigcheck.model import Impact, Need
from rigcheck.profile import Setting
from rigcheck.samples import PROGRAM, SyncRequest


def ask_sync(setting: Setting, name: str) -> SyncRequest:
    """OBS's programme, where both main devices are looked at there; elsewhere nothing has them on one clock.

    The same seconds as for either alone, so that one recording serves all three.
    """
    if not _both_in_program(setting):
        return SyncRequest(name)
    return SyncRequest(name, device=PROGRAM, obs=obs_address(setting), seconds=program_s(setting))


def _both_in_program(setting: Setting) -> bool:
    profile = setting.profile
    return bool(profile.camera and profile.mic) and all(
        goes_through_program(setting, section, setting.main_of(section)) for section in ("camera", "mic")
    )


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

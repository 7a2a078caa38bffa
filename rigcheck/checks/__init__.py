"""All checks there are, in one tuple; its order is the order on screen."""

from rigcheck.check import Check
from rigcheck.checks.camera import CAMERA_CHECKS
from rigcheck.checks.checklist import CHECKLIST_CHECKS
from rigcheck.checks.host import HOST_CHECKS
from rigcheck.checks.light import LIGHT_CHECKS
from rigcheck.checks.mic import MIC_CHECKS
from rigcheck.checks.obs import OBS_CHECKS
from rigcheck.checks.power import POWER_CHECKS
from rigcheck.checks.sync import SYNC_CHECKS

CHECKS: tuple[Check, ...] = (
    *(*MIC_CHECKS, *CAMERA_CHECKS, *LIGHT_CHECKS, *SYNC_CHECKS),
    *(*OBS_CHECKS, *POWER_CHECKS, *HOST_CHECKS, *CHECKLIST_CHECKS),
)
PARTS: tuple[str, ...] = tuple(dict.fromkeys(check.part for check in CHECKS))

"""All checks there are, in order of their place on screen: those of preflight, and those too heavy for it."""

from rigcheck.check import Check
from rigcheck.checks.backend import BACKEND_CHECKS
from rigcheck.checks.camera import CAMERA_CHECKS
from rigcheck.checks.checklist import CHECKLIST_CHECKS
from rigcheck.checks.encoder import ENCODER_CHECKS
from rigcheck.checks.host import HOST_CHECKS
from rigcheck.checks.ingest import INGEST_CHECKS
from rigcheck.checks.light import LIGHT_CHECKS
from rigcheck.checks.mic import MIC_CHECKS
from rigcheck.checks.network import NETWORK_CHECKS
from rigcheck.checks.obs import OBS_CHECKS
from rigcheck.checks.power import POWER_CHECKS
from rigcheck.checks.sync import SYNC_CHECKS

CHECKS: tuple[Check, ...] = (
    *(*MIC_CHECKS, *CAMERA_CHECKS, *LIGHT_CHECKS, *SYNC_CHECKS),
    *(*NETWORK_CHECKS, *INGEST_CHECKS),
    *(*OBS_CHECKS, *POWER_CHECKS, *HOST_CHECKS, *BACKEND_CHECKS, *CHECKLIST_CHECKS),
)
"""Preflight's."""
ALL_CHECKS: tuple[Check, ...] = (*CHECKS, *ENCODER_CHECKS)
"""Preflight's, and those that `recommend` adds: explained, waived and asked for by name like any other."""
PARTS: tuple[str, ...] = tuple(dict.fromkeys(check.part for check in ALL_CHECKS))

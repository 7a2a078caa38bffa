"""All faults, a row a check, in the order of the checks; and the checks that none can turn red."""

from rigcheck.selftest.camera import CAMERA_FAULTS
from rigcheck.selftest.fault import Excuse, Fault
from rigcheck.selftest.ingest import ENCODER_FAULTS, INGEST_FAULTS, SERVICE_FAULTS
from rigcheck.selftest.light import LIGHT_FAULTS
from rigcheck.selftest.line import LINE_FAULTS
from rigcheck.selftest.machine import HOST_FAULTS, POWER_FAULTS
from rigcheck.selftest.obs import OBS_FAULTS
from rigcheck.selftest.sound import SOUND_FAULTS
from rigcheck.selftest.studio_fault import STUDIO_FAULTS

FAULTS: tuple[Fault, ...] = (
    *(*SOUND_FAULTS, *CAMERA_FAULTS, *LIGHT_FAULTS, *STUDIO_FAULTS),
    *(*LINE_FAULTS, *INGEST_FAULTS),
    *(*OBS_FAULTS, *POWER_FAULTS, *HOST_FAULTS, *SERVICE_FAULTS, *ENCODER_FAULTS),
)
EXCUSES: tuple[Excuse, ...] = (
    Excuse("light.highlights", "figure"),
    Excuse("light.shadows", "figure"),
    Excuse("host.on_air", "state"),
)
"""No limit of theirs holds in any room: the selftest looks whether that is still so."""

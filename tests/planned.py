"""A push plan, and an OBS that is set to it."""

from collections.abc import Mapping

from rigcheck.obs_state import ObsState
from rigcheck.push_plan import Encode, PushPlan

ENCODE = Encode(1080, 1920, 29.97, 3850)
PLAN = PushPlan(ENCODE, ("taobao",), "uplink", "high", ())
AS_PLANNED = {
    "base": "1080x1920",
    "output": "1080x1920",
    "fps": "30000/1001",
    "encoder": "x264",
    "rate_control": "CBR",
    "preset": "veryfast",
    "h264_profile": "high",
    "bframes": "2",
    "video_kbps": "3850",
    "audio_kbps": "160",
    "keyint_s": "2",
    "audio_rate_hz": "48000",
    "channels": "Stereo",
    "color_space": "709",
    "color_range": "Partial",
}


def obs_set_to(settings: Mapping[str, str]) -> ObsState:
    """An OBS that answers, with these settings and nothing else of note."""
    return ObsState(
        *("31.0.3", "5.5.6", "taobao-1", "rooms", "Live", ("Live",), (), settings),
        *(False, False, False, False, False, "platform", True, 0.0, 100.0),
        *((0, 45), (0, 0), (0, 0), (0, 0), None, None),
    )

"""What an OBS in order says of itself, to be changed where a test wants it otherwise."""

from rigcheck.obs_state import ObsInput, ObsState

CAM = ObsInput("Cam 1", "v4l2_input", is_active=True)
LAV = ObsInput("Lav 1", "alsa_input_capture", is_active=True, muted=False, peak_dbfs=-12.0, silent=False)
SETTINGS = {"base": "1080x1920", "output": "720x1280", "fps": "30", "color_space": "709", "color_range": "Partial"}
AT_REST = ObsState(
    version="31.0.3",
    websocket="5.5.6",
    profile="taobao-1",
    collection="rooms",
    scene="Live",
    scenes=("Live", "Standby", "Cam 2"),
    inputs=(CAM, LAV),
    settings=SETTINGS,
    streaming=False,
    reconnecting=False,
    recording=False,
    virtualcam=False,
    studio_mode=False,
    target="platform",
    has_key=True,
    delay_s=0.0,
    disk_free_gb=100.0,
    rendered=(1000, 1045),
    render_skipped=(4, 4),
    encoded=(0, 0),
    encode_skipped=(0, 0),
    sent=None,
    dropped=None,
)

"""Every metric there is: public id, unit, decimals on screen. Definitions and owed accuracy: `rigcheck explain ID`."""

from rigcheck.model import Metric

CAMERA_WIDTH = Metric("camera.width_px", "px", 0)
CAMERA_HEIGHT = Metric("camera.height_px", "px", 0)
CAMERA_FPS = Metric("camera.fps", "fps", 2)
CAMERA_FPS_OF_ASKED = Metric("camera.fps_of_asked_pct", "%", 1)
CAMERA_JITTER = Metric("camera.jitter_ms", "ms", 1)
CAMERA_DROPPED = Metric("camera.dropped_pct", "%", 2)
CAMERA_DUPLICATED = Metric("camera.duplicated_pct", "%", 2)
CAMERA_BLACK = Metric("camera.black_s", "s", 2)
CAMERA_FROZEN = Metric("camera.frozen_s", "s", 2)
CAMERA_FOCUS = Metric("camera.focus", "", 1)
CAMERA_FOCUS_RATIO = Metric("camera.focus_ratio", "", 2)
CAMERA_NOISE = Metric("camera.noise_sigma", "code", 2)
CAMERA_SHIFT = Metric("camera.shift_pct", "%", 1)
CAMERA_HAZE = Metric("camera.haze_pct", "%", 1)
CAMERA_LEVELS = Metric("camera.levels")
CAMERA_FIRST_FRAME = Metric("camera.first_frame_ms", "ms", 0)

CAMERA_MATCH = Metric("camera.match_de00", "dE00", 1)
CAMERA_TOGETHER = Metric("camera.together_pct", "%", 1)  # fps of asked while all cameras of the show are open
CAMERA_SIGNAL = Metric("camera.signal", "flag", 0)  # a picture at all, not a capture card's own "no signal"
CAMERA_CADENCE = Metric("camera.cadence", "")  # steady, 25-in-30, 24-in-30 ...

LIGHT_MEAN = Metric("light.mean_ire", "IRE", 1)
LIGHT_SUBJECT = Metric("light.subject_ire", "IRE", 1)
LIGHT_HIGHLIGHTS = Metric("light.highlights_pct", "%", 2)
LIGHT_SHADOWS = Metric("light.shadows_pct", "%", 2)
LIGHT_PRODUCT_HIGHLIGHTS = Metric("light.product_highlights_pct", "%", 2)
LIGHT_BACKLIGHT = Metric("light.backlight_ratio", "", 2)
LIGHT_EVENNESS = Metric("light.evenness", "", 2)
LIGHT_FLICKER = Metric("light.flicker_pct", "%", 2)
LIGHT_FLICKER_HZ = Metric("light.flicker_hz", "Hz", 0)

LIGHT_CAST = Metric("light.cast_pct", "%", 1)
LIGHT_COLOUR = Metric("light.colour_error_de00", "dE00", 1)
LIGHT_PUMPING = Metric("light.pumping_pct", "%", 1)

MIC_LOUDNESS = Metric("mic.loudness_lufs", "LUFS", 1)
MIC_TRUE_PEAK = Metric("mic.true_peak_dbtp", "dBTP", 1)
MIC_LOUDNESS_RANGE = Metric("mic.loudness_range_lu", "LU", 1)
MIC_MOMENTARY_MAX = Metric("mic.momentary_max_lufs", "LUFS", 1)
MIC_SHORT_MAX = Metric("mic.short_max_lufs", "LUFS", 1)
MIC_SPEECH = Metric("mic.speech_dbfs", "dBFS", 1)
MIC_PEAK = Metric("mic.peak_dbfs", "dBFS", 1)
MIC_NOISE = Metric("mic.noise_dbfs", "dBFS(A)", 1)
MIC_SNR = Metric("mic.snr_db", "dB", 1)
MIC_CLIPPED = Metric("mic.clipped_ppm", "ppm", 0)
MIC_CLIP_RUN = Metric("mic.clip_run", "samples", 0)
MIC_DC = Metric("mic.dc_pct", "%", 2)
MIC_HUM = Metric("mic.hum_dbfs", "dBFS", 1)
MIC_HUM_HZ = Metric("mic.hum_hz", "Hz", 0)
MIC_DROPOUTS = Metric("mic.dropouts", "count", 0)
MIC_MUTED = Metric("mic.muted", "flag", 0)
MIC_BALANCE = Metric("mic.balance_db", "dB", 1)
MIC_POLARITY = Metric("mic.polarity", "", 2)
MIC_BANDWIDTH = Metric("mic.bandwidth_hz", "Hz", 0)

MIC_TONE = Metric("mic.tone_dbfs", "dBFS", 1)
MIC_TONE_HZ = Metric("mic.tone_hz", "Hz", 0)
MIC_ECHO = Metric("mic.echo_db", "dB", 1)
MIC_REVERB = Metric("mic.reverb_s", "s", 2)
MIC_RATE_ERROR = Metric("mic.rate_error_ppm", "ppm", 0)
MIC_TAPS = Metric("mic.taps", "count", 0)  # wireless packs that were heard when tapped, each alone

SYNC_OFFSET = Metric("sync.offset_ms", "ms", 0)  # sound late is positive
SYNC_DRIFT = Metric("sync.drift_ms_per_min", "ms/min", 1)

NETWORK_UPLOAD = Metric("network.upload_kbps", "kbit/s", 0)
NETWORK_UPLOAD_P5 = Metric("network.upload_p5_kbps", "kbit/s", 0)
NETWORK_UNCERTAINTY = Metric("network.upload_uncertainty_pct", "%", 1)
NETWORK_DOWNLOAD = Metric("network.download_kbps", "kbit/s", 0)
NETWORK_RTT = Metric("network.rtt_ms", "ms", 1)
NETWORK_LOADED_RTT = Metric("network.loaded_rtt_ms", "ms", 1)
NETWORK_BUFFERBLOAT = Metric("network.bufferbloat_ms", "ms", 0)  # loaded minus idle
NETWORK_RPM = Metric("network.responsiveness_rpm", "1/min", 0)
NETWORK_JITTER = Metric("network.jitter_ms", "ms", 2)
NETWORK_LOSS = Metric("network.loss_pct", "%", 2)
NETWORK_DNS = Metric("network.dns_ms", "ms", 0)
NETWORK_CONNECT = Metric("network.connect_ms", "ms", 1)
NETWORK_TLS = Metric("network.tls_ms", "ms", 0)
NETWORK_MTU = Metric("network.mtu_bytes", "byte", 0)
NETWORK_LINK = Metric("network.link_mbps", "Mbit/s", 0)
NETWORK_UP = Metric("network.up", "flag", 0)
NETWORK_WIFI = Metric("network.wifi", "flag", 0)
NETWORK_ISOLATED = Metric("network.isolated", "flag", 0)
NETWORK_PORTAL = Metric("network.captive_portal", "flag", 0)

INGEST_ACCEPTED = Metric("ingest.accepted", "flag", 0)
INGEST_HANDSHAKE = Metric("ingest.handshake_ms", "ms", 0)
INGEST_CERTIFICATE = Metric("ingest.certificate")  # ok, expired, not-yet, other-name, untrusted, fault
INGEST_CERTIFICATE_DAYS = Metric("ingest.certificate_days", "days", 0)
INGEST_KEY = Metric("ingest.key_set", "flag", 0)
INGEST_DIFFERS = Metric("ingest.differs", "count", 0)  # what a backup ingest has otherwise than the main one
INGEST_TRIAL = Metric("ingest.trial_held", "flag", 0)
INGEST_SUSTAINED = Metric("ingest.sustained_kbps", "kbit/s", 0)
INGEST_RECEIVED = Metric("ingest.received_kbps", "kbit/s", 0)  # by the server's own count
INGEST_QUEUE = Metric("ingest.queue_ms", "ms", 0)
INGEST_STALLED = Metric("ingest.stalled_ms", "ms", 0)
INGEST_RECONNECTS = Metric("ingest.reconnects", "count", 0)

ENCODER_REALTIME = Metric("encoder.realtime_x", "x", 2)
ENCODER_CPU = Metric("encoder.cpu_ms_per_frame", "ms", 1)
ENCODER_CPU_SHARE = Metric("encoder.cpu_pct", "%", 0)  # of all cores, at the rate of the show

BACKEND_OK = Metric("backend.ok", "flag", 0)
BACKEND_LATENCY = Metric("backend.latency_ms", "ms", 0)

POWER_ON_MAINS = Metric("power.on_mains", "flag", 0)
POWER_CHARGE = Metric("power.charge_pct", "%", 0)
POWER_RUNTIME = Metric("power.runtime_s", "s", 0)
POWER_LOAD = Metric("power.load_pct", "%", 0)
POWER_INPUT = Metric("power.input_v", "V", 0)
POWER_BATTERY_LOW = Metric("power.battery_low", "flag", 0)
POWER_REPLACE = Metric("power.replace_battery", "flag", 0)
POWER_OVERLOADED = Metric("power.overloaded", "flag", 0)
POWER_STALE = Metric("power.stale", "flag", 0)
POWER_AGE = Metric("power.battery_age_days", "days", 0)
POWER_CONDITION = Metric("power.condition")  # normal, caution or bad: what the UPS's status words add up to

HOST_ON_AIR = Metric("host.on_air", "flag", 0)
HOST_CPU = Metric("host.cpu_pct", "%", 0)
HOST_GPU = Metric("host.gpu_pct", "%", 0)
HOST_PRESSURE = Metric("host.cpu_pressure_pct", "%", 1)
HOST_MEMORY = Metric("host.memory_available_mb", "MB", 0)
HOST_DISK = Metric("host.disk_free_gb", "GB", 1)
HOST_THROTTLED = Metric("host.throttled", "flag", 0)
HOST_TEMPERATURE = Metric("host.temperature_c", "°C", 0)
HOST_CLOCK = Metric("host.clock_offset_ms", "ms", 0)
HOST_SLEEP = Metric("host.sleep_after_min", "min", 0)
HOST_REBOOT = Metric("host.reboot_pending", "flag", 0)
HOST_ON_BATTERY = Metric("host.on_battery", "flag", 0)

OBS_REACHABLE = Metric("obs.reachable", "flag", 0)
OBS_PROFILE = Metric("obs.profile_ok", "flag", 0)
OBS_COLLECTION = Metric("obs.collection_ok", "flag", 0)
OBS_SCENE = Metric("obs.scene_ok", "flag", 0)
OBS_MISSING = Metric("obs.missing_names", "count", 0)
OBS_MUTED = Metric("obs.muted_inputs", "count", 0)
OBS_SILENT = Metric("obs.silent_inputs", "count", 0)
OBS_MEDIA = Metric("obs.missing_media", "count", 0)
OBS_VIRTUALCAM = Metric("obs.virtualcam_on", "flag", 0)
OBS_CANVAS = Metric("obs.canvas_ok", "flag", 0)
OBS_TEST_TARGET = Metric("obs.target_is_test", "flag", 0)
OBS_KEY = Metric("obs.key_set", "flag", 0)
OBS_SKIPPED = Metric("obs.skipped_pct", "%", 2)  # frames that rendering or encoding came too late for
OBS_DROPPED = Metric("obs.dropped_pct", "%", 2)  # frames that the network could not take
OBS_RECONNECTING = Metric("obs.reconnecting", "flag", 0)
OBS_DELAY = Metric("obs.delay_s", "s", 1)
OBS_DISK = Metric("obs.disk_free_gb", "GB", 1)
OBS_LOG = Metric("obs.log_warnings", "count", 0)
OBS_SPARE_DIFFERS = Metric("obs.spare_differs", "count", 0)
OBS_SETTINGS_DIFFER = Metric("obs.settings_differ", "count", 0)

CHECKLIST_DONE = Metric("checklist.done", "flag", 0)
CHECKLIST_PICTURE = Metric("checklist.picture", "flag", 0)  # by eye, where the camera could not be read
CHECKLIST_SOUND = Metric("checklist.sound", "flag", 0)  # by ear, where the microphone could not be read
CHECKLIST_PROGRAM = Metric("checklist.program", "flag", 0)  # by eye and ear, where OBS could not be asked

METRICS: dict[str, Metric] = {value.id: value for value in list(globals().values()) if isinstance(value, Metric)}

"""A show with known answers for OBS to play: a room with a moving subject and sensor noise, and a voice on two channels."""

import subprocess
import time
import wave
from pathlib import Path

import numpy as np
from services_obs import ObsStudio
from services_pulse import need
from signals_audio import RATE, voice
from signals_video import film, write_video

CLIP_S = 8
NAME = "Clip"


def make_show(folder: Path, seconds: int = CLIP_S) -> Path:
    """640x360 at 30 fps, as H.264 with little loss and PCM; 48 kHz, the right channel 2 dB under the left one."""
    need("ffmpeg")
    frames = film(30 * seconds, height=360, width=640)
    picture = write_video(folder / "picture.mkv", frames, options={"preset": "ultrafast", "qp": "12", "g": "30"})
    sound = folder / "sound.wav"
    left = voice(seconds)
    with wave.open(str(sound), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.stack([left, left * 10 ** (-2 / 20)], 1) * 32767).astype("<i2").tobytes())
    clip = folder / "show.mkv"
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(picture), "-i", str(sound), "-c", "copy", str(clip)]
    subprocess.run(command, check=True, timeout=60)
    return clip


def play_show(obs: ObsStudio, clip: Path) -> None:
    """Over and over, full screen, in the scene that is on; nothing else sounds."""
    settings = {"local_file": str(clip), "is_local_file": True, "looping": True}
    obs.ask(
        "CreateInput",
        {"sceneName": "Live", "inputName": NAME, "inputKind": "ffmpeg_source", "inputSettings": settings},
    )
    obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": True})
    while obs.ask("GetMediaInputStatus", {"inputName": NAME})["mediaState"] != "OBS_MEDIA_STATE_PLAYING":
        time.sleep(0.05)
    time.sleep(0.5)  # its first pictures and sound

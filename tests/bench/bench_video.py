"""CPU of the video measures against decoding alone, peak memory, and CPU of a raw 1080p30 camera.

Run: `python tests/bench/bench_video.py`. Each figure is its own process, one thread; ratios hold, milliseconds do not.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from signals_video import film, write_video


def decode(path):
    """What every way of looking at the file has to pay."""
    import av

    start = time.process_time()
    with av.open(str(path)) as box:
        stream = box.streams.video[0]
        stream.codec_context.thread_count = 1
        count = sum(1 for _ in box.decode(stream))
    return time.process_time() - start, count


def measure(path):
    import av  # noqa: F401 - both sides are timed without their imports
    import cv2  # noqa: F401

    from rigcheck.measure.camera import measure_camera
    from rigcheck.measure.light import measure_light
    from rigcheck.model import Stage
    from rigcheck.profile import Profile, Setting
    from rigcheck.samples import CameraRequest
    from rigcheck.sources.media import read_clip

    setting = Setting(Profile(), Stage.HOST, datetime.now(tz=UTC).date())
    start = time.process_time()
    clip = read_clip(path, CameraRequest(), whole=True)
    measure_camera(clip, setting, "main"), measure_light(clip, setting, "main")
    return time.process_time() - start, len(clip.t_s)


def raw(_path):
    """YUYV frames as a USB camera delivers them: seconds of CPU for a second of 1080p30."""
    from rigcheck.measure.frame import FrameReducer

    rng = np.random.default_rng(0)
    frames = [rng.integers(16, 235, (1080, 3840), np.uint8) for _ in range(4)]
    reducer = FrameReducer(asked=None, rotate=90, crop=None, clock="grab", limited=True, keep=2)
    reducer.add(frames[0][:, ::2], 0.0)
    start = time.process_time()
    for position in range(1, 151):
        reducer.add(frames[position % 4][:, ::2], position / 30)
    return (time.process_time() - start) / 5, 150


def make(path):
    """Ten seconds of a room at a stream's bitrate."""
    start = time.process_time()
    options = {"preset": "faster", "b": "6M", "maxrate": "6M", "bufsize": "12M", "g": "60"}
    write_video(path, film(300, height=1080, width=1920, sigma=2), options=options, threads=2)
    return time.process_time() - start, 300


def alone(what, path):
    """One figure in a process of its own: (CPU seconds, frames, peak MB)."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", what, "--file", str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=("make", "decode", "measure", "raw"))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    if args.only:
        seconds, count = globals()[args.only](args.file)
        print(json.dumps([seconds, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = args.file or Path(folder) / "room.mp4"
        if not args.file:
            alone("make", path)
        figures = {what: [alone(what, path) for _ in range(args.runs)] for what in ("decode", "measure", "raw")}
    cpu = {what: statistics.median(run[0] for run in runs) for what, runs in figures.items()}
    count = figures["decode"][0][1]
    print(
        f"{count} frames: decode {1000 * cpu['decode'] / count:.2f}, measured {1000 * cpu['measure'] / count:.2f} ms a frame"
    )
    print(f"ratio {cpu['measure'] / cpu['decode']:.3f}   (owed: at most 1.3)")
    print(f"peak {max(run[2] for run in figures['measure']):.0f} MB   (owed: under 250)")
    print(f"raw 1080p30 {100 * cpu['raw']:.2f} % of a core   (owed: under 5)")


if __name__ == "__main__":
    main()

"""CPU of one core that a live 1080p30 camera takes, every frame measured: raw YUYV and NV12, and motion JPEG.

Run by hand: python tests/bench/bench_live_camera.py. Buffers are synthetic (a soft scene with sensor noise) and arrive
as fast as they are taken; what a driver's own copy of each buffer costs is included as one copy. Exits 1 above the limits.
"""

import sys
import time

import cv2
import numpy as np

from rigcheck.measure.frame import FrameReducer
from rigcheck.sources.camera import _reduce
from rigcheck.sources.pixel_layout import layout_of

W, H, FPS, SECONDS = 1920, 1080, 30, 5
LIMIT_PCT = {"YUYV": 5.0, "NV12": 5.0, "MJPG": 12.0}


def scene(seed):
    """(H, W) luma: a soft picture with sensor noise of sigma 2."""
    random = np.random.default_rng(seed)
    soft = cv2.resize(np.random.default_rng(1).uniform(40, 200, (18, 32)), (W, H), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft + random.normal(0, 2, (H, W)), 16, 235).astype(np.uint8)


def buffers(fourcc):
    """Eight different frames as the camera delivers them."""
    lumas = [scene(seed) for seed in range(8)]
    if fourcc == "YUYV":
        return [np.dstack([luma, np.full_like(luma, 128)]) for luma in lumas]
    if fourcc == "NV12":
        return [np.vstack([luma, np.full((H // 2, W), 128, np.uint8)]) for luma in lumas]
    colours = [cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR) for luma in lumas]
    return [cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].reshape(1, -1) for bgr in colours]


def load_pct(fourcc):
    """Share of one core: CPU seconds per second of video."""
    frames = buffers(fourcc)
    layout = layout_of(fourcc, frames[0])
    reducer = FrameReducer(
        asked=None, rotate=90, crop=None, clock="grab", limited=layout.limited, keep=2, max_thumbs=300
    )
    before = time.process_time()
    for n in range(FPS * SECONDS):
        _reduce(reducer, layout, frames[n % len(frames)].copy(), n / FPS)
    reducer.clip(fourcc=fourcc, first_frame_ms=None)
    return (time.process_time() - before) / SECONDS * 100


def main():
    cv2.setNumThreads(1)
    loads = {fourcc: min(load_pct(fourcc) for _ in range(3)) for fourcc in LIMIT_PCT}
    for fourcc, load in loads.items():
        print(f"{fourcc} 1080p30: {load:.1f} % of one core (limit {LIMIT_PCT[fourcc]:.0f})")
    return int(any(load > LIMIT_PCT[fourcc] for fourcc, load in loads.items()))


if __name__ == "__main__":
    sys.exit(main())

"""A room whose camera has moved, fogged or gone soft by a known amount, and its baseline."""

from datetime import UTC, datetime

import numpy as np
from signals_video import noisy, reduced, rounded, texture

from rigcheck.baseline import Baseline
from rigcheck.measure.camera import measure_noise
from rigcheck.measure.drift import kept_picture
from rigcheck.profile import CameraDevice

WIDTH, HEIGHT = 960, 540
MARGIN = 240  # px around what the camera sees: room to move into
TAKEN_AT = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)


def room(seed=0):
    """(HEIGHT + 2 MARGIN, WIDTH + 2 MARGIN) of a room, as floats."""
    return texture(HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN, seed)


def seen(picture, x_pct=0.0, y_pct=0.0):
    """What a camera sees whose picture has moved right and down by percents of its width, to fractions of a pixel."""
    import cv2

    centre = (picture.shape[1] - 1) / 2 - x_pct * WIDTH / 100, (picture.shape[0] - 1) / 2 - y_pct * WIDTH / 100
    return cv2.getRectSubPix(picture.astype(np.float32), (WIDTH, HEIGHT), centre)


def soft(picture, sigma):
    import cv2

    return cv2.GaussianBlur(picture, (0, 0), sigma)


def clip_of(picture, sigma=1.0, seed=1, frames=8, **how):
    """A CameraClip of a still scene with sensor noise, as a camera source makes it."""
    rng = np.random.default_rng(seed)
    return reduced((noisy(picture, sigma, rng) for _ in range(frames)), **how)


def baseline_of(clip, device=None, **changes):
    """A room's baseline with that clip for its main camera."""
    device = device or CameraDevice()
    kept = kept_picture(clip, device, measure_noise(clip))
    said = {"name": "default", "taken_at": TAKEN_AT, "room": None, "cameras": {"main": kept}, **changes}
    return Baseline(**said)


def goods_moved(picture, seed=3, share=0.4):
    """Other goods on the shelves: rectangles of other texture over about `share` of the picture."""
    rng, out = np.random.default_rng(seed), picture.copy()
    other = texture(*picture.shape, seed=99)
    done = 0
    while done < share * picture.size:
        h, w = rng.integers(40, 140, 2)
        y, x = rng.integers(0, picture.shape[0] - h), rng.integers(0, picture.shape[1] - w)
        out[y : y + h, x : x + w] = other[y : y + h, x : x + w]
        done += h * w
    return out


def veiled(picture, clear=0.6):
    """Seen through a smudge that lets `clear` of the contrast through and spreads the rest."""
    return clear * picture + (1 - clear) * picture.mean()


def codes(picture):
    return rounded(picture)

"""Colour charts, casts and swinging exposure with known answers."""

import numpy as np

CHART_RGB = np.array(
    [
        *([115, 82, 68], [194, 150, 130], [98, 122, 157], [87, 108, 67], [133, 128, 177], [103, 189, 170]),
        *([214, 126, 44], [80, 91, 166], [193, 90, 99], [94, 60, 108], [157, 188, 64], [224, 163, 46]),
        *([56, 61, 150], [70, 148, 73], [175, 54, 60], [231, 199, 31], [187, 86, 149], [8, 133, 161]),
        *([243, 243, 242], [200, 200, 200], [160, 160, 160], [122, 122, 121], [85, 85, 85], [52, 52, 52]),
    ],
    float,
)
"""A ColorChecker Classic in 8-bit sRGB, its rows one after another (D. Pascale, BabelColor, 2006)."""
SQUARE = [(0.30, 0.30), (0.70, 0.30), (0.70, 0.7741), (0.30, 0.7741)]
"""Corners of a chart that is seen straight on, in a picture of 16:9."""
TILTED = [(0.22, 0.30), (0.62, 0.20), (0.66, 0.66), (0.26, 0.72)]


def encoded(light):
    """8-bit sRGB codes, not rounded, of linear light 0-1."""
    light = np.clip(light, 0, None)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def decoded(codes):
    share = np.asarray(codes, float) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def tinted(codes, gains):
    """RGB codes as a camera with these white-balance errors, gains in linear light, delivers them; not rounded."""
    return np.clip(encoded(decoded(codes) * gains), 0, 255)


def flat_chart(rgb=CHART_RGB, patch=60, gap=12):
    """The chart from the outer edge of its first patch to that of its last, RGB codes; black between the patches."""
    step = patch + gap
    picture = np.full((4 * step - gap, 6 * step - gap, 3), 25.0)
    for place, colour in enumerate(rgb):
        row, column = divmod(place, 6)
        picture[row * step : row * step + patch, column * step : column * step + patch] = colour
    return picture


def scene_with_chart(corners, *, rgb=CHART_RGB, size=(720, 1280), background=(110, 105, 95), frame=0.04):
    """A picture, RGB codes, with the chart's patch field at `corners` (shares) and a black frame around it."""
    import cv2

    chart = flat_chart(rgb)
    height, width = chart.shape[:2]
    border = round(frame * width)
    card = cv2.copyMakeBorder(chart, *[border] * 4, cv2.BORDER_CONSTANT, value=(25.0, 25.0, 25.0))
    field = [(0, 0), (width, 0), (width, height), (0, height)]
    source = np.array(field, np.float32) + border - 0.5
    target = np.array(corners, np.float32) * (size[1], size[0]) - 0.5
    turn = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    picture = np.empty((*size, 3))
    picture[:] = background
    warped = cv2.warpPerspective(card, turn, size[::-1], flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.ones(card.shape[:2]), turn, size[::-1])[..., None]
    return picture * (1 - inside) + warped


def seen(rgb, sigma=0.0, seed=0, jpeg=None):
    """(H, W, 3) 8-bit BGR as a camera with this noise, and this JPEG quality if any, delivers RGB codes."""
    import cv2

    noise = np.random.default_rng(seed).normal(0, sigma, rgb.shape) if sigma else 0
    bgr = np.ascontiguousarray(np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)[..., ::-1])
    return bgr if jpeg is None else cv2.imdecode(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, jpeg])[1], 1)


def colour_clip(*pictures, clock="grab", rotate=0):
    """A CameraClip of BGR pictures at 30 fps, as a camera source makes it; all of them are kept."""
    import cv2

    from rigcheck.measure.frame import FrameReducer

    reducer = FrameReducer(asked=None, rotate=rotate, crop=None, clock=clock, limited=False, keep=2)
    for position, picture in enumerate(pictures):
        reducer.add(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), position / 30)
        if reducer.wants_frame():
            reducer.keep(picture)
    return reducer.clip(fourcc="TEST", first_frame_ms=None)

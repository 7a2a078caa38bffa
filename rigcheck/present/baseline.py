"""Baselines in words, and as JSON: when, of which devices seen which way, with which figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from rigcheck.baseline import Baseline, CameraBaseline, MicBaseline
from rigcheck.i18n import Catalogue
from rigcheck.metrics import METRICS
from rigcheck.present.fit import pack, pad, wrap
from rigcheck.present.json import DIGITS, json_text, utc_text
from rigcheck.present.wording import metric_name, value_text

WIDTH, LABEL = 79, 18


def baselines_text(baselines: Sequence[Baseline], used: Baseline | None, words: Catalogue, zone: tzinfo | None) -> str:
    """A block for each one, in at most 79 columns; `used` is the one that counts where none is named."""
    return "\n\n".join("\n".join(_block(each, words, zone, is_used=each is used)) for each in baselines)


def _block(baseline: Baseline, words: Catalogue, zone: tzinfo | None, *, is_used: bool) -> list[str]:
    at = f"{baseline.taken_at.astimezone(zone):%Y-%m-%d %H:%M}"
    used = words.text("baseline.used") if is_used else None
    head = words.text("baseline.head", {"name": baseline.name, "at": at, "room": baseline.room, "used": used})
    rows = [
        *((_role("camera", role, words), _camera(camera, words)) for role, camera in baseline.cameras.items()),
        *((_role("mic", role, words), _mic(mic, words)) for role, mic in baseline.mics.items()),
        (words.text("baseline.figures"), _figures(baseline, words)),
    ]
    return [head, *(line for label, items in rows for line in _row(label, items))]


def _row(label: str, items: Iterable[str]) -> list[str]:
    """The items beside their label, or below one that is too long for that."""
    lines = [" " * LABEL + line for line in pack(items, WIDTH - LABEL, "   ")]
    head = pad(f"  {label}", LABEL)
    if not lines or head.endswith(" "):
        return [head + line[LABEL:] if at == 0 else line for at, line in enumerate(lines)]
    return [*(f"  {row}" for row in wrap(label, WIDTH - 2)), *lines]


def _role(part: str, role: str, words: Catalogue) -> str:
    return words.text("finding.device", {"title": words.text(f"part.{part}"), "device": role})


def _camera(camera: CameraBaseline, words: Catalogue) -> list[str]:
    mode = f"{camera.mode.width}x{camera.mode.height}@{camera.mode.fps:g}" if camera.mode else ""
    turned = words.text("baseline.turned", {"rotate": camera.rotate}) if camera.rotate else ""
    return [text for text in (_device(camera.device, words), mode, turned, _via(camera.via, words)) if text]


def _mic(mic: MicBaseline, words: Catalogue) -> list[str]:
    return [_device(mic.device, words), mic.layout, _via(mic.via, words)]


def _device(name: str, words: Catalogue) -> str:
    return name or words.text("baseline.first")


def _via(via: str, words: Catalogue) -> str:
    return words.text(f"baseline.via.{via}") if words.has(f"baseline.via.{via}") else via


def _figures(baseline: Baseline, words: Catalogue) -> list[str]:
    """Every figure with its metric's name; another device's with that device's."""
    told = []
    for key, figure in baseline.figures.items():
        metric_id, _, device = key.partition("@")
        metric = METRICS.get(metric_id)
        if metric is not None:
            said = f"{metric_name(metric, words)} {value_text(metric, figure, words)}"
            told.append(words.text("finding.device", {"title": said, "device": device}) if device else said)
    return told


def baselines_json(baselines: Iterable[Baseline]) -> str:
    """The baselines without their pictures."""
    return json_text({"schema": 1, "baselines": [_object(baseline) for baseline in baselines]})


def _object(baseline: Baseline) -> dict[str, Any]:
    return {
        "name": baseline.name,
        "taken_at": utc_text(baseline.taken_at),
        "room": baseline.room,
        "cameras": {
            role: {
                "device": camera.device,
                "mode": f"{camera.mode.width}x{camera.mode.height}@{camera.mode.fps:g}" if camera.mode else None,
                "rotate": camera.rotate,
                "via": camera.via,
            }
            for role, camera in baseline.cameras.items()
        },
        "mics": {
            role: {"device": mic.device, "layout": mic.layout, "via": mic.via} for role, mic in baseline.mics.items()
        },
        "figures": {key: float(f"{figure:.{DIGITS}g}") for key, figure in baseline.figures.items()},
    }

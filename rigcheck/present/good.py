"""What is in order, one line a part; and everything there is, for who asks for it."""

from __future__ import annotations

from rich.cells import cell_len

from rigcheck import metrics as m
from rigcheck.checks import ALL_CHECKS, PARTS
from rigcheck.model import Finding, Measurement, Metric, Report, Status
from rigcheck.present.fit import GAP, first_that_fit, pack, pad, wrap
from rigcheck.present.page import STYLES, Line, Page
from rigcheck.present.wording import facts, found_text, metric_name, name, value_text

GLANCE = (
    *("mic.level", "mic.snr", "mic.peak", "mic.hum", "camera.mode", "camera.rate", "camera.noise", "camera.jitter"),
    *("light.subject", "light.flicker", "light.backlight", "light.evenness"),
    *("network.upload", "network.bufferbloat", "network.loss", "network.connect"),
    *("obs.scene", "obs.target", "obs.late", "obs.dropped", "obs.muted", "obs.canvas"),
    *("power.mains", "power.runtime", "power.charge", "power.load", "host.disk", "host.memory", "host.cpu"),
)
"""The checks whose values people look for first."""
_ORDER = {check.id: position for position, check in enumerate(ALL_CHECKS)}
NAME = 10
"""Cells for a part's name."""


def good_parts(report: Report, page: Page) -> list[Line]:
    """One line for every part in which something is in order, with the values of its main device that fit."""
    lines = [_good_part(part, report, page) for part in PARTS]
    label = page.words.text("status.ok")
    return [line for text in lines if text for line in page.labelled(label, wrap(text, page.room), STYLES[Status.OK])]


def _good_part(part: str, report: Report, page: Page) -> str:
    fine = [f for f in report.findings if f.status is Status.OK and f.limit and f.check.startswith(f"{part}.")]
    main = sorted((f for f in fine if page.is_main(f)), key=_glance)
    values = list(dict.fromkeys(filter(None, (_value(finding, report, page) for finding in main))))
    others = dict.fromkeys(f.device for f in fine if f not in main and _all_fine(f.device, part, report))
    tail = [page.words.text("table.good_device", {"device": page.device_text(part, device)}) for device in others]
    if not values and not tail:
        return ""
    separator = page.words.text("join.facts")
    room = page.room - NAME - sum(cell_len(separator + text) for text in tail)
    shown = [first_that_fit(values, room, separator)] if values else []
    return pad(page.words.text(f"part.{part}"), NAME - len(GAP)) + GAP + separator.join([*shown, *tail])


def _glance(finding: Finding) -> int:
    return GLANCE.index(finding.check) if finding.check in GLANCE else len(GLANCE)


def _all_fine(device: str, part: str, report: Report) -> bool:
    fine = (Status.OK, Status.SKIP)
    return all(f.status in fine for f in report.findings if f.device == device and f.check.startswith(f"{part}."))


def _value(finding: Finding, report: Report, page: Page) -> str:
    """A flag as a phrase, a figure with its name; the picture's size as 1080x1920, its rate as a rate."""
    if finding.metric is None or finding.value is None:
        return ""
    if finding.check == "camera.mode":
        return "x".join(_whole(_taken(report, finding.device, metric)) for metric in (m.CAMERA_WIDTH, m.CAMERA_HEIGHT))
    rate = _taken(report, finding.device, m.CAMERA_FPS) if finding.check == "camera.rate" else None
    if rate is not None and rate.value is not None:
        return value_text(rate.metric, rate.value, page.words)
    value = found_text(finding, page.words)
    return value if isinstance(finding.value, bool) else f"{metric_name(finding.metric, page.words)} {value}"


def _whole(measurement: Measurement | None) -> str:
    value = measurement.value if measurement else None
    return f"{value:.0f}" if isinstance(value, int | float) else "?"


def _taken(report: Report, device: str, metric: Metric) -> Measurement | None:
    found = (taken.measurement for taken in report.taken if taken.device == device)
    return next((measurement for measurement in found if measurement.metric.id == metric.id), None)


def everything(report: Report, page: Page) -> list[Line]:
    """Every check that is in order or was skipped, a line each, and the values that no check judges, a line a part."""
    found = [f for f in report.findings if f.status in (Status.OK, Status.SKIP) and f.waiver is None]
    found.sort(key=lambda f: (f.status is Status.SKIP, _ORDER.get(f.check, 0), f.device))
    return [line for lines in (*(_listed(f, page) for f in found), _unjudged(report, page)) for line in lines]


def _unjudged(report: Report, page: Page) -> list[Line]:
    judged = {metric.id for check in ALL_CHECKS for metric in check.metrics}
    seen = [t.measurement for t in report.taken if t.is_main and t.measurement.value is not None]
    said: dict[str, list[str]] = {}
    for measurement in (measurement for measurement in seen if measurement.metric.id not in judged):
        value = value_text(measurement.metric, measurement.value, page.words)
        for then in page.then(measurement.metric, "", is_main=True):
            value = page.words.text("value.about", {"value": value, "about": then})
        said.setdefault(measurement.metric.part, []).append(f"{metric_name(measurement.metric, page.words)} {value}")
    label, separator = page.words.text("table.info"), page.words.text("join.facts")
    return [line for values in said.values() for line in page.labelled(label, wrap(separator.join(values), page.room))]


def _facts(finding: Finding, page: Page) -> list[str]:
    """A figure with what it counts: beside "Camera moves", 0.07 s would say the opposite of the time it stood."""
    found = facts(finding, page.words)
    if finding.metric is None or not isinstance(finding.value, int | float) or isinstance(finding.value, bool):
        return found
    return [f"{metric_name(finding.metric, page.words)} {found[0]}", *found[1:]]


def _listed(finding: Finding, page: Page) -> list[Line]:
    label = page.words.text(f"status.{finding.status}")
    called = page.at_device(name(finding, page.words), finding)
    told = [*_facts(finding, page), *page.then(finding.metric, finding.device, is_main=page.is_main(finding))]
    text = pad(called, 24) + GAP + GAP.join(told)
    lines = [text] if cell_len(text) <= page.room else [*wrap(called, page.room), *pack(told, page.room)]
    return page.labelled(label, lines, STYLES[finding.status])

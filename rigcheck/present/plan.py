"""The push plan for people: what decides it first, then what to send, then where every number comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from rigcheck.errors import exit_of
from rigcheck.i18n import Catalogue
from rigcheck.model import Message, Params, Reason, Report, Status
from rigcheck.present import Look
from rigcheck.present.fit import GAP, pack, pad, wrap
from rigcheck.present.page import LABEL, STYLES, Line, paint
from rigcheck.present.wording import sentence, steps
from rigcheck.push_plan import Encode, PushPlan, Why

_BLANK: Line = (("", ""),)
_NAMES = frozenset({"platform", "platforms", "others", "names"})
"""Params that are platforms: told by their names."""
UPLOADS = ("network.sustained", "network.upload")
"""The checks that say why there is no upload."""


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan and the run it was made of."""

    plan: PushPlan
    run: Report


def said(message: Message, words: Catalogue) -> str:
    """A message of the plan in words: platforms by name, texts within texts told too."""
    return words.text(message.id, {name: _param(name, value, words) for name, value in message.params.items()})


def _param(name: str, value: object, words: Catalogue) -> str | int | float | None:
    if isinstance(value, tuple):
        return words.listed([str(_param(name, item, words)) for item in value])
    if isinstance(value, str):
        key = f"platform.{value}" if name in _NAMES else value
        return words.text(key) if words.has(key) else value
    return value if isinstance(value, int | float) else None


def plan_table(report: PlanReport, words: Catalogue, look: Look) -> str:
    """The plan in at most `look.width` columns, without a final newline; only what to send if `quiet`."""
    plan, page = report.plan, _Page(words, look.width)
    lines = [*_head(report, page), *_decides(plan, page)]
    lines += _refusal(report, page) if plan.encode is None else _sending(plan, plan.encode, page)
    lines += [line for warning in plan.warnings for line in page.row("warn", said(warning, words), STYLES[Status.WARN])]
    if not look.quiet and plan.why[1:]:
        lines += [_BLANK, ((words.text("plan.why_head"), "bold"),)]
        lines += [line for why in plan.why[1:] for line in _why(why, page)]
    took = words.text("table.took", {"seconds": f"{report.run.took_s:.1f}"})
    code = words.text("table.exit", {"code": int(exit_of(plan.status, warn_ok=report.run.warn_ok))})
    return paint([*lines, _BLANK, ((f"{took}   {code}", "dim"),)], color=look.color)


@dataclass(frozen=True, slots=True)
class _Page:
    """Words, and lines beside a column of labels."""

    words: Catalogue
    width: int

    def row(self, label: str, text: str, style: str = "dim") -> list[Line]:
        return self.labelled(self.words.text(f"plan.label.{label}"), text, style)

    def labelled(self, label: str, text: str, style: str = "dim", text_style: str = "") -> list[Line]:
        """A paragraph with its label; a label wider than its column keeps a blank behind it."""
        column = max(LABEL, cell_len(label) + 1)
        lines = wrap(text, self.width - column)
        return [((pad(label if at == 0 else "", column), style), (line, text_style)) for at, line in enumerate(lines)]


def _head(report: PlanReport, page: _Page) -> list[Line]:
    plan, words, run = report.plan, page.words, report.run
    kind = "plan" if plan.encode else "unknown" if plan.binding == "evidence" else "refuse"
    verdict = words.text(f"plan.head.{kind}")
    names = words.listed([_name(platform, words) for platform in plan.platforms])
    sure = words.text(f"plan.confidence.{plan.confidence}") if plan.encode else ""
    first, *rest = pack([verdict, *filter(None, (run.room, names, sure))], page.width, "   ")
    style = STYLES[plan.status]
    bold = style if "bold" in style else f"bold {style}"
    head: Line = ((first[: len(verdict)], bold), (first[len(verdict) :], ""))
    return [head, *(((line, ""),) for line in rest), (("-" * page.width, "dim"),)]


def _name(platform: str, words: Catalogue) -> str:
    return words.text(f"platform.{platform}") if words.has(f"platform.{platform}") else platform


def _decides(plan: PushPlan, page: _Page) -> list[Line]:
    """The binding constraint, before anything else."""
    words = page.words
    word = words.text(f"plan.binding.word.{plan.binding}")
    first = plan.why[0].message if plan.why else plan.refusal
    text = words.text("plan.binding.told", {"word": word, "text": said(first, words)}) if first else word
    return [*page.row("decides", text, "bold"), *_source(plan.why[0] if plan.why else None, page), _BLANK]


def _refusal(report: PlanReport, page: _Page) -> list[Line]:
    """What is missing, and the ways out."""
    plan, words, lines = report.plan, page.words, list[Line]()
    if plan.refusal is not None and plan.why and plan.why[0].message != plan.refusal:
        lines += page.row("missing", said(plan.refusal, words))
    if plan.binding == "evidence":
        lines += _unmeasured(report.run, page)
    return [*lines, *(line for way in plan.ways for line in page.row("way", said(way, words)))]


def _unmeasured(run: Report, page: _Page) -> list[Line]:
    """Why there is no upload, in the words of its check, and what to do about it."""
    words = page.words
    found = next((each for each in run.findings if each.check in UPLOADS and each.reason is not None), None)
    if found is None:
        return page.row("way", words.text("plan.way.engine"))
    lines = page.row("missing", words.text("plan.measure_first", {"what": sentence(found, words)}))
    way = "off_air" if found.reason in (Reason.ON_AIR, Reason.ON_AIR_UNKNOWN) else "engine"
    todo = steps(found, words) or [words.text(f"plan.way.{way}")]
    return [*lines, *(line for text in todo for line in page.row("way", text))]


def _sending(plan: PushPlan, encode: Encode, page: _Page) -> list[Line]:
    words = page.words
    lines = [line for label, params in _rows(plan, encode, words) for line in _told(label, params, page)]
    lines += [line for name, tier in plan.tiers.items() for line in _told(name, _size(tier), page)]
    for name, other in plan.others.items():
        label, _, platform = name.partition(":")
        lines += _told(label, {**_size(other), "platform": _name(platform, words)}, page)
    if plan.pusher != "obs":
        lines += [_BLANK, *(((line, ""),) for line in wrap(words.text(f"plan.type_in.{plan.pusher}"), page.width))]
    return [*lines, *([_BLANK] if plan.warnings else [])]


def _told(label: str, params: Params, page: _Page) -> list[Line]:
    return page.row(label, page.words.text(f"plan.line.{label}", params), "bold")


def _rows(plan: PushPlan, encode: Encode, words: Catalogue) -> Iterable[tuple[str, Params]]:
    """What there is to say of the plan, row by row."""
    yield "picture", {**_size(encode), "buffer": encode.buffer_kbit}
    called = words.text("plan.line.any") if encode.encoder == "any" else f"{encode.encoder} {encode.preset}".strip()
    yield (
        "encoder",
        {
            "encoder": called,
            "codec": {"h264": "H.264", "hevc": "HEVC", "av1": "AV1"}[encode.codec],
            "profile": encode.profile,
            "level": encode.level,
            "keyint": encode.keyint_s,
            "frames": encode.keyint_frames,
            "bframes": encode.bframes,
        },
    )
    yield "sound", {"kbps": encode.audio_kbps, "hz": str(encode.audio_rate_hz)}
    yield "colour", {"space": encode.color_space, "range": words.text(f"plan.range.{encode.color_range}")}
    yield "upload", {"kbps": plan.upload_kbps, "outputs": plan.outputs if plan.outputs > 1 else None}
    if plan.sync_offset_ms is not None:
        yield "sync", {"change": f"{plan.sync_offset_ms:+d}"}
    if plan.srt_latency_ms is not None:
        yield "srt", {"ms": plan.srt_latency_ms}


def _size(encode: Encode) -> Params:
    return {"width": encode.width_px, "height": encode.height_px, "fps": encode.fps, "kbps": encode.video_kbps}


def _why(why: Why, page: _Page) -> list[Line]:
    """A reason beside its mark, and its source below."""
    words = page.words
    lines = page.labelled(words.text(f"plan.mark.{why.mark}"), said(why.message, words))
    return [*lines, *_source(why, page)]


def _source(why: Why | None, page: _Page) -> list[Line]:
    """Where a reason comes from, below it."""
    if why is None or not why.source:
        return []
    return [((" " * LABEL + GAP + line, "dim"),) for line in wrap(why.source, page.width - LABEL - len(GAP))]

"""Every shape of the ladder against platforms, camera, computer and line: what is possible, and why the rest is not."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from rigcheck.model import Message, Params
from rigcheck.push_plan import Binding
from rigcheck.recommend.budget import Budget
from rigcheck.recommend.camera import delivers_rate, delivers_size
from rigcheck.recommend.constraint import Fixed, Term, cap_of
from rigcheck.recommend.encoder import Choice, choose_encoder
from rigcheck.recommend.evidence import Evidence
from rigcheck.recommend.shape import Shape, ladder, least_kbps, rounded, upper_kbps
from rigcheck.recommend.wish import Wish


@dataclass(frozen=True, slots=True)
class Option:
    """A shape that camera, platforms and computer can do. kbit/s of picture: needed, enough, allowed, and left over."""

    shape: Shape
    choice: Choice
    least_kbps: float
    upper_kbps: float
    cap: Term[int] | None
    left_kbps: float

    @property
    def allowed_kbps(self) -> float:
        """What platform and line allow."""
        return min(self.left_kbps, self.cap.value if self.cap else inf)

    @property
    def fits(self) -> bool:
        """Whether that is as much as the shape needs, in steps of 50."""
        return self.allowed_kbps >= self.least_kbps and self.kbps > 0

    @property
    def kbps(self) -> int:
        """The rate to send at."""
        return rounded(min(self.allowed_kbps, self.upper_kbps))

    @property
    def is_capped(self) -> bool:
        """Whether the platform, not the line, sets what is allowed."""
        return self.cap is not None and self.cap.value <= self.left_kbps


@dataclass(frozen=True, slots=True)
class Rejected:
    """A shape that is not possible, and what stands against it."""

    shape: Shape
    binding: Binding
    why: Message


@dataclass(frozen=True, slots=True)
class Survey:
    """All shapes, best first: those that are possible, those that lack only bits, and those that are not possible."""

    fitting: tuple[Option, ...]
    starved: tuple[Option, ...]
    rejected: tuple[Rejected, ...]
    loss_decides: bool = False

    def lacking(self, option: Option) -> Binding:
        """Which constraint keeps an option's rate down."""
        return "platform" if option.is_capped else "loss" if self.loss_decides else "uplink"


def survey(wish: Wish, evidence: Evidence, fixed: Fixed, budget: Budget | None) -> Survey:
    """Look at every shape. Without a budget the line is no constraint."""
    options: list[Option] = []
    rejected: list[Rejected] = []
    for shape in ladder(wish.orientation, sixty=wish.sixty):
        seen = _look(shape, wish, evidence, fixed, budget)
        (options if isinstance(seen, Option) else rejected).append(seen)  # type: ignore[arg-type] # each goes to its own list
    return Survey(
        fitting=tuple(option for option in options if option.fits),
        starved=tuple(option for option in options if not option.fits),
        rejected=tuple(rejected),
        loss_decides=budget is not None and budget.loss_decides,
    )


def _look(shape: Shape, wish: Wish, evidence: Evidence, fixed: Fixed, budget: Budget | None) -> Option | Rejected:
    if against := _against(shape, evidence, fixed):
        return against
    choice = Choice("any", "") if wish.pusher != "obs" else choose_encoder(evidence.trials, shape, wish.rules)
    if not isinstance(choice, Choice):
        cores = evidence.trials.cores if evidence.trials else 1
        needed = round(choice.cpu_ms * shape.fps / 1000, 2)
        slow: Params = {"size": shape.text, "cores": needed, "of": cores, "wall_fps": round(choice.wall_fps, 1)}
        return Rejected(shape, "cpu", Message("plan.not.cpu", slow))
    factor = wish.content_factor
    return Option(
        shape,
        choice,
        least_kbps=least_kbps(shape) * factor * choice.least_factor(wish.rules),
        upper_kbps=upper_kbps(shape) * factor * choice.upper_factor(wish.rules),
        cap=cap_of(wish.platforms, shape),
        left_kbps=budget.left_kbps if budget else inf,
    )


def _against(shape: Shape, evidence: Evidence, fixed: Fixed) -> Rejected | None:
    camera, most = evidence.camera, fixed.max_fps
    if camera and not delivers_size(camera, shape):
        size: Params = {"size": shape.text, "width": camera.width_px, "height": camera.height_px}
        return Rejected(shape, "camera", Message("plan.not.size", size))
    if camera and not delivers_rate(camera, shape):
        return Rejected(
            shape, "camera", Message("plan.not.rate", {"size": shape.text, "fps": round(camera.fps or 0, 1)})
        )
    if most and shape.fps > most.value:
        limit: Params = {"size": shape.text, "fps": most.value, "platform": most.platform}
        return Rejected(shape, "platform", Message("plan.not.platform_rate", limit))
    return None

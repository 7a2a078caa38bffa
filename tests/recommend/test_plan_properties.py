"""What holds of every plan, whatever the room: never more than there is, and never worse for having more."""

from dataclasses import replace
from itertools import pairwise

from evidence_made import CAMERA, capped, line, trials
from hypothesis import given
from hypothesis import strategies as st

from rigcheck.loading import load_platforms
from rigcheck.push_plan import PushPlan
from rigcheck.recommend.budget import budget_of
from rigcheck.recommend.camera import FPS_TOLERANCE
from rigcheck.recommend.constraint import cap_of, fixed_of
from rigcheck.recommend.decide import recommend
from rigcheck.recommend.evidence import CameraSeen, Evidence
from rigcheck.recommend.shape import Shape
from rigcheck.recommend.wish import Wish

KNOWN = load_platforms()
ALONE = [name for name in KNOWN if name != "tiktok"]

uploads = st.floats(100, 60_000)
contents = st.sampled_from(["talking-head", "demo", "motion"])
losses = st.none() | st.floats(0, 30)
cameras = st.none() | st.builds(
    CameraSeen,
    st.integers(320, 4000),
    st.integers(320, 4000),
    st.integers(200, 4000),
    st.integers(200, 4000),
    fps=st.none() | st.floats(5, 120),
    noise_sigma=st.none() | st.floats(0, 12),
)
lines = st.builds(
    line,
    uploads,
    is_estimate=st.booleans(),
    shared=st.booleans(),
    rtt_ms=st.none() | st.floats(1, 400),
    loaded_rtt_ms=st.none() | st.floats(1, 2000),
    loss_pct=losses,
)
wishes = st.builds(
    Wish,
    platforms=st.lists(st.sampled_from(ALONE), max_size=4, unique=True).map(lambda ids: tuple(KNOWN[i] for i in ids)),
    orientation=st.sampled_from(["portrait", "landscape"]),
    content=contents,
    sixty=st.booleans(),
    low_latency=st.booleans(),
    protocol=st.sampled_from(["rtmp", "srt"]),
    pusher=st.sampled_from(["obs", "phone"]),
)
tried = st.none() | st.builds(trials, cores=st.integers(1, 16), times=st.floats(0.2, 20), wall_fps=st.floats(5, 500))


def worth(plan: PushPlan) -> tuple[float, float, int]:
    encode = plan.encode
    return (encode.width_px * encode.height_px, encode.fps, encode.video_kbps) if encode else (0, 0, 0)


@given(wishes, lines, cameras, tried)
def test_a_plan_stays_within_everything(wish, main, camera, made) -> None:
    plan = recommend(wish, Evidence(main=main, backup=main, camera=camera, trials=made))
    audio = fixed_of(wish).audio_kbps.value
    budget = budget_of(main, wish.rules, protocol=wish.protocol, outputs=wish.outputs, audio_kbps=audio)
    assert (plan.encode is None) == (plan.refusal is not None)
    shared = [] if plan.encode is None else [plan.encode, *plan.tiers.values()]
    for encode in shared:
        shape = Shape(encode.width_px, encode.height_px, encode.fps)
        assert encode.video_kbps <= budget.left_kbps
        for platform in wish.platforms:
            cap = cap_of([platform], shape)
            assert cap is None or encode.video_kbps <= cap.value
            assert platform.max_fps is None or encode.fps <= platform.max_fps.value
            assert platform.audio_kbps is None or encode.audio_kbps <= platform.audio_kbps.value
            assert platform.bframes is None or encode.bframes <= platform.bframes.value
        if camera is not None:
            assert max(shape.width_px, shape.height_px) <= max(camera.width_px, camera.height_px)
            assert min(shape.width_px, shape.height_px) <= min(camera.width_px, camera.height_px)
            assert camera.fps is None or encode.fps * FPS_TOLERANCE <= camera.fps
        assert (encode.height_px > encode.width_px) == (wish.orientation == "portrait")
        assert encode.width_px % 2 == encode.height_px % 2 == 0
        assert encode.video_kbps % 50 == 0
        assert encode.buffer_kbit == encode.video_kbps
        assert encode.keyint_frames == round(encode.keyint_s * encode.fps)
    if made is not None and wish.pusher == "obs" and plan.encode is not None:
        cost = next(t.cpu_ms for t in made.trials if t.preset == plan.encode.preset)
        pixels = plan.encode.width_px * plan.encode.height_px / (1080 * 1920)
        assert cost * pixels * plan.encode.fps / 1000 <= wish.rules.cores_share * made.cores * 1.0001


@given(wishes, lines, cameras, tried, st.floats(1, 20))
def test_more_upload_never_gives_a_worse_plan(wish, main, camera, made, times) -> None:
    more = replace(main, upload_kbps=main.upload_kbps * times)
    plans = [recommend(wish, Evidence(main=each, camera=camera, trials=made)) for each in (main, more)]
    assert worth(plans[0]) <= worth(plans[1])


@given(wishes, lines, st.lists(st.floats(0, 60), min_size=2, max_size=6))
def test_more_loss_never_gives_a_higher_rate(wish, main, lost) -> None:
    plans = [
        recommend(wish, Evidence(main=replace(main, loss_pct=loss), camera=CAMERA, trials=trials()))
        for loss in sorted(lost)
    ]
    assert all(worth(after) <= worth(before) for before, after in pairwise(plans))


@given(lines, contents, st.integers(1, 5))
def test_more_outputs_never_give_more_to_each(main, content, outputs) -> None:
    plans = [
        recommend(Wish(platforms=capped(*[6000] * count), content=content), Evidence(main=main, camera=CAMERA))
        for count in (outputs, outputs + 1)
    ]
    assert worth(plans[1]) <= worth(plans[0])


@given(wishes, lines, cameras, tried)
def test_tiers_differ_only_in_what_they_may(wish, main, camera, made) -> None:
    backup = replace(main, upload_kbps=main.upload_kbps * 0.8)
    plan = recommend(wish, Evidence(main=main, backup=backup, camera=camera, trials=made))
    tier = plan.tiers.get("backup_line")
    if plan.encode and tier:
        assert replace(tier, video_kbps=0, buffer_kbit=0) == replace(plan.encode, video_kbps=0, buffer_kbit=0)
    degraded = plan.tiers.get("degraded")
    if plan.encode and degraded:
        same = ("encoder", "codec", "profile", "keyint_s", "bframes", "audio_kbps", "audio_rate_hz", "rate_control")
        assert [getattr(degraded, name) for name in same] == [getattr(plan.encode, name) for name in same]
        assert degraded.video_kbps <= wish.rules.degraded * plan.encode.video_kbps


@given(wishes, lines, cameras, tried)
def test_every_plan_names_what_decides_first_and_a_reason_for_its_rate(wish, main, camera, made) -> None:
    plan = recommend(wish, Evidence(main=main, camera=camera, trials=made))
    assert plan.why
    if plan.encode is not None:
        assert plan.why[0].field == "binding"
        fields = {why.field for why in plan.why}
        assert fields >= {"video_kbps", "need", "encoder", "keyint_s", "profile", "audio_kbps", "headroom", "upload"}
    else:
        assert plan.ways

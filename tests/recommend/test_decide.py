"""What decides a plan, what it warns of, and what it falls back on."""

from dataclasses import replace

import pytest
from evidence_made import CAMERA, MADE, capped, line, plan_for, trials

from rigcheck.encoder_state import EncoderTrials, Trial
from rigcheck.loading import load_platforms
from rigcheck.model import Status
from rigcheck.platform import Fact, PlatformOverride
from rigcheck.profile import CameraDevice, Mode, Profile, Push, Show
from rigcheck.recommend.constraint import cap_of, fixed_of
from rigcheck.recommend.decide import recommend, trial_candidates
from rigcheck.recommend.evidence import CameraSeen, Evidence
from rigcheck.recommend.shape import Shape
from rigcheck.recommend.target import target_of
from rigcheck.recommend.wish import Wish, overridden, wish_of

KNOWN = load_platforms()


def wish_for(*names: str, **changes) -> Wish:
    return replace(Wish(platforms=tuple(KNOWN[name] for name in names)), **changes)


def ids(messages) -> list[str]:
    return [message.id for message in messages]


def size(plan) -> str:
    return Shape(plan.encode.width_px, plan.encode.height_px, plan.encode.fps).text


@pytest.mark.parametrize(
    ("wish", "evidence", "binding"),
    [
        (wish_for("taobao"), Evidence(line(50_000), camera=CAMERA, trials=trials()), "content"),
        (wish_for("taobao", content="motion"), Evidence(line(50_000), camera=CAMERA, trials=trials()), "platform"),
        (wish_for("taobao"), Evidence(line(5_000), camera=CAMERA, trials=trials()), "uplink"),
        (wish_for("taobao"), Evidence(line(50_000, loss_pct=1.0, rtt_ms=20), camera=CAMERA), "loss"),
        (wish_for("taobao"), Evidence(line(50_000), camera=replace(CAMERA, width_px=720, height_px=1280)), "camera"),
        (wish_for("taobao"), Evidence(line(50_000), camera=replace(CAMERA, fps=25.0)), "camera"),
        (wish_for("taobao"), Evidence(line(50_000), camera=CAMERA, trials=trials(cores=2, times=12)), "cpu"),
        (wish_for("tiktok", sixty=True), Evidence(line(50_000), camera=CAMERA, trials=trials()), "platform"),
    ],
)
def test_the_constraint_that_decides(wish, evidence, binding) -> None:
    plan = recommend(wish, evidence)
    assert plan.encode is not None
    assert plan.binding == binding
    assert plan.why[0].field == "binding"


def test_an_encoder_is_taken_by_what_it_costs() -> None:
    cores = {"superfast": 0.12, "veryfast": 0.18, "faster": 0.30, "medium": 0.60}
    for cpus, preset in ((1, "faster"), (2, "medium")):
        plan = recommend(Wish(), Evidence(line(50_000), camera=CAMERA, trials=trials(cores=cpus)))
        assert plan.encode is not None
        assert plan.encode.preset == preset
        assert cores[preset] <= 0.5 * cpus


def test_usable_hardware_comes_first_and_wants_more_bits() -> None:
    for name, upper in (("nvenc", 5108), ("qsv", 5108)):
        chip = Trial(name, "p5", 1080, 1920, 30.0, 4450, 300.0, 1.0)
        made = trials()
        plan = recommend(
            Wish(), Evidence(line(50_000), camera=CAMERA, trials=replace(made, trials=(*made.trials, chip)))
        )
        assert plan.encode is not None
        assert (plan.encode.encoder, plan.encode.preset) == (name, "p5")
        assert plan.encode.video_kbps == upper // 50 * 50
    slow = Trial("nvenc", "p5", 1080, 1920, 30.0, 4450, 20.0, 1.0)
    made = trials()
    plan = recommend(Wish(), Evidence(line(50_000), camera=CAMERA, trials=replace(made, trials=(*made.trials, slow))))
    assert plan.encode is not None
    assert plan.encode.encoder == "x264"


def test_a_busy_computer_is_not_a_slow_one() -> None:
    plan = recommend(Wish(), Evidence(line(50_000), camera=CAMERA, trials=trials(wall_fps=30.0)))
    assert plan.encode is not None
    assert "plan.warn.busy" in ids(plan.warnings)


def test_nothing_tried_is_obs_s_default_with_less_confidence() -> None:
    seen = plan_for(50_000, Wish())
    unseen = recommend(Wish(), Evidence(line(50_000), camera=CAMERA))
    assert seen.encode is not None
    assert unseen.encode is not None
    assert (unseen.encode.encoder, unseen.encode.preset) == ("x264", "veryfast")
    assert (seen.confidence, unseen.confidence) == ("high", "medium")
    nobody = recommend(Wish(), Evidence(line(50_000)))
    assert nobody.encode is not None
    assert nobody.confidence == "low"


def test_too_slow_a_computer_is_refused() -> None:
    plan = recommend(Wish(), Evidence(line(50_000), camera=CAMERA, trials=trials(cores=1, times=100)))
    assert (plan.encode, plan.binding, plan.status) == (None, "cpu", Status.FAIL)
    assert plan.ways


@pytest.mark.parametrize("camera", [replace(CAMERA, width_px=480, height_px=640), replace(CAMERA, fps=15.0)])
def test_too_small_or_slow_a_camera_is_refused(camera) -> None:
    plan = plan_for(50_000, Wish(), camera=camera)
    assert (plan.encode, plan.binding) == (None, "camera")


def test_a_cut_that_is_enlarged_is_a_warning_with_its_numbers() -> None:
    plan = plan_for(50_000, Wish(platforms=capped(None)), camera=CameraSeen(1920, 1080, 608, 1080, fps=30.0))
    assert size(plan) == "1080x1920@30"
    (warning,) = plan.warnings
    assert warning.id == "plan.warn.crop"
    assert warning.params == {"width": 608, "height": 1080, "times": 1.78, "size": "1080x1920"}
    assert plan.status is Status.WARN


def test_light_comes_before_bits() -> None:
    for sigma, warned in ((2.9, []), (3.0, ["plan.warn.noise"])):
        plan = plan_for(50_000, Wish(platforms=capped(None)), camera=replace(CAMERA, noise_sigma=sigma))
        assert ids(plan.warnings)[:1] == warned
        assert plan.confidence == ("medium" if warned else "high")


@pytest.mark.parametrize(
    ("offset", "change", "warned"),
    [
        (None, None, 0),
        (-15, None, 0),
        (45, None, 0),
        (46, -46, 0),
        (-16.4, 16, 0),
        (1200, -950, 1),
        (-25_000, 20_000, 1),
    ],
)
def test_sync_in_obs_s_convention_and_range(offset, change, warned) -> None:
    plan = recommend(
        Wish(platforms=capped(None)), Evidence(line(50_000), camera=CAMERA, trials=trials(), offset_ms=offset)
    )
    assert plan.sync_offset_ms == change
    assert ids(plan.warnings) == ["plan.warn.sync"] * warned


def test_key_frames_and_b_frames() -> None:
    assert fixed_of(wish_for("x")).keyint_s.value == 3
    assert fixed_of(wish_for("x", "taobao")).keyint_s.value == 2
    assert fixed_of(wish_for("x", "twitch")).keyint_s.value == 2
    assert fixed_of(wish_for("twitch", low_latency=True)).keyint_s.value == 1
    low = plan_for(50_000, wish_for("taobao", low_latency=True)).encode
    assert low is not None
    assert (low.keyint_frames, low.bframes) == (30, 0)
    usual = plan_for(50_000, wish_for("facebook")).encode
    assert usual is not None
    assert (usual.keyint_frames, usual.bframes, usual.profile, usual.audio_kbps) == (60, 2, "main", 128)


def test_sample_rate_is_48_khz_unless_a_platform_says_so() -> None:
    assert fixed_of(wish_for("youtube")).audio_hz.value == 48_000
    assert fixed_of(wish_for("instagram")).audio_hz.value == 44_100
    assert fixed_of(wish_for("instagram", "twitch")).audio_hz.value == 44_100
    high = overridden(KNOWN["taobao"], PlatformOverride(audio_hz=48_000))
    mixed = Wish(platforms=(KNOWN["instagram"], high))
    assert fixed_of(mixed).audio_hz.value == 48_000
    assert "plan.warn.audio_rate" in ids(plan_for(50_000, mixed).warnings)


@pytest.mark.parametrize(
    ("name", "shape", "kbps"),
    [
        ("taobao", Shape(1080, 1920, 30), 6000),
        ("taobao", Shape(720, 1280, 25), 4000),
        ("taobao", Shape(540, 960, 30), 4000),
        ("facebook", Shape(1080, 1920, 25), 6000),
        ("facebook", Shape(1080, 1920, 60), 9000),
        ("facebook", Shape(1280, 720, 30), 4000),
        ("facebook", Shape(540, 960, 30), 2000),
        ("twitch", Shape(1080, 1920, 60), 6000),
        ("generic_rtmp", Shape(1080, 1920, 30), None),
    ],
)
def test_a_cap_is_matched_by_pixels_whichever_way_up(name, shape, kbps) -> None:
    cap = cap_of([KNOWN[name]], shape)
    assert (cap.value if cap else None) == kbps


def test_no_more_frames_than_a_platform_takes() -> None:
    assert size(plan_for(50_000, wish_for("taobao", sixty=True))) == "1080x1920@60"
    assert size(plan_for(50_000, wish_for("taobao", "shopee", sixty=True))) == "1080x1920@30"


def test_figures_that_nobody_confirmed_limit_nothing() -> None:
    rumour = replace(MADE, mark="unverified")
    platform = replace(capped(None)[0], max_kbps=Fact(500, rumour), audio_kbps=Fact(8, rumour))
    plan = plan_for(50_000, Wish(platforms=(platform,)))
    assert plan.encode is not None
    assert (plan.encode.video_kbps, plan.encode.audio_kbps) == (4450, 160)


def test_a_room_overrides_a_platform() -> None:
    profile = Profile(
        show=Show(platforms=("shipinhao", "mine"), content="motion"),
        platforms={"wechat": PlatformOverride(max_kbps=3000), "mine": PlatformOverride(max_kbps=5000, max_fps=25)},
    )
    wish = wish_of(profile, KNOWN)
    assert [platform.id for platform in wish.platforms] == ["wechat_channels", "mine"]
    assert wish.unknown == ()
    cap = cap_of(wish.platforms, Shape(1080, 1920, 30))
    assert cap is not None
    assert (cap.value, cap.platform, cap.origin.mark) == (3000, "wechat_channels", "room")
    assert fixed_of(wish).max_fps.value == 25
    more = overridden(KNOWN["taobao"], PlatformOverride(max_kbps=8000))
    assert [cap_of([more], Shape(*each)).value for each in ((720, 1280, 30), (1080, 1920, 60))] == [8000, 8000]


def test_a_platform_nobody_knows_limits_nothing_and_is_told() -> None:
    wish = wish_of(Profile(show=Show(platforms=("nowhere",))), KNOWN)
    assert wish.unknown == ("nowhere",)
    assert "plan.warn.unknown_platform" in ids(plan_for(50_000, wish).warnings)


def test_tiktok_shop_alone_or_elsewhere() -> None:
    alone = plan_for(50_000, wish_for("tiktok"))
    assert alone.encode is not None
    both = plan_for(50_000, wish_for("tiktok", "shopee"))
    assert (both.encode, both.binding, both.status) == (None, "conduct", Status.FAIL)
    assert both.why[0].source
    allowed = overridden(KNOWN["tiktok"], PlatformOverride(simulcast=True))
    assert plan_for(50_000, Wish(platforms=(allowed, KNOWN["shopee"]))).encode is not None


def test_several_platforms_share_one_encode_and_are_told_of_others() -> None:
    plan = plan_for(9000, wish_for("facebook", "youtube", content="demo"))
    assert plan.encode is not None
    assert size(plan) == "720x1280@30"
    assert plan.outputs == 2
    assert plan.others["relay"].width_px == 1080
    assert plan.upload_kbps == pytest.approx(2 * 1.04 * (plan.encode.video_kbps + plan.encode.audio_kbps), abs=1)
    wide = plan_for(60_000, wish_for("twitch", "youtube", content="motion"))
    assert wide.encode is not None
    assert wide.encode.video_kbps == 6000
    assert wide.others["own:youtube"].video_kbps > 6000
    assert "own:twitch" not in wide.others


def test_the_backup_line_gets_the_same_encode_or_a_warning() -> None:
    made = Evidence(line(10_000), backup=line(6_000), camera=CAMERA, trials=trials())
    plan = recommend(wish_for("taobao"), made)
    assert plan.encode is not None
    tier = plan.tiers["backup_line"]
    assert (tier.width_px, tier.fps, tier.video_kbps) == (1080, 30, 3850)
    thin = recommend(wish_for("taobao"), replace(made, backup=line(3_000)))
    assert "backup_line" not in thin.tiers
    (warning,) = thin.warnings
    assert warning.params["missing"] == 1112  # 2971 are needed, 1859 are left


def test_the_degraded_tier_is_three_fifths() -> None:
    plan = plan_for(50_000, wish_for("taobao"))
    assert plan.encode is not None
    tier = plan.tiers["degraded"]
    assert (tier.width_px, tier.height_px, tier.fps, tier.video_kbps) == (720, 1280, 30, 2250)


def test_srt_costs_more_and_says_its_latency() -> None:
    rtmp, srt = (plan_for(6000, wish_for(protocol=protocol), rtt_ms=50, loss_pct=2.0) for protocol in ("rtmp", "srt"))
    assert srt.srt_latency_ms == 200
    assert srt.encode is not None
    assert rtmp.srt_latency_ms is None
    clean = recommend(wish_for(protocol="srt"), Evidence(line(6000), camera=CAMERA, trials=trials())).encode
    assert clean is not None
    assert (clean.fps, clean.video_kbps) == (25, 2750)  # 6000 x 0.75 x 0.7 / 1.08 - 160 is 2756; @30 needs 2971
    assert wish_of(Profile(push=Push(url="srt://host:9000")), KNOWN).protocol == "srt"
    assert wish_of(Profile(show=Show(platforms=("srt",))), KNOWN).protocol == "srt"


def test_who_pushes_elsewhere_gets_values_for_any_encoder() -> None:
    plan = recommend(
        wish_for("taobao", pusher="phone"), Evidence(line(10_000), camera=CAMERA, trials=trials(times=100))
    )
    assert plan.encode is not None
    assert (plan.encode.encoder, plan.pusher) == ("any", "phone")


def test_a_trial_changes_the_plan_only_where_it_is_seen() -> None:
    seen = Evidence(line(10_000), camera=CAMERA, trials=trials())
    wish = wish_for("taobao")
    candidates = trial_candidates(wish, seen)
    assert [(c.width_px, c.fps, c.video_kbps) for c in candidates] == [
        (1080, 30, 4450), (1080, 30, 3750), (1080, 25, 4050), (1080, 25, 3400), (720, 30, 2250), (720, 30, 1900),
    ]  # fmt: skip
    assert all(candidate.presets == ("medium",) for candidate in candidates)

    def scored(*db: float) -> EncoderTrials:
        made = [
            Trial("x264", "medium", c.width_px, c.height_px, c.fps, c.video_kbps, 90.0, 9.0, xpsnr_db=score)
            for c, score in zip(candidates, db, strict=True)
        ]
        return replace(seen.trials, trials=tuple(made))

    def planned(*db: float) -> tuple[int, int]:
        encode = recommend(wish, replace(seen, quality=scored(*db))).encode
        assert encode is not None
        return encode.width_px, encode.video_kbps

    assert planned(40, 39, 39, 38, 38, 37) == (1080, 4450)
    assert planned(40, 39.8, 39, 38, 38, 37) == (1080, 3750)  # nobody sees the difference
    assert planned(40, 39, 39, 38, 40.2, 39) == (1080, 4450)  # not visibly better
    assert planned(38, 37, 38, 37, 39, 38) == (720, 2250)


def test_the_target_is_what_the_show_means_to_send() -> None:
    assert target_of(Profile(), KNOWN).video_kbps == 4450
    two = target_of(Profile(show=Show(platforms=("facebook", "youtube"))), KNOWN)
    assert (two.outputs, two.audio_kbps) == (2, 128)
    assert two.total_kbps == pytest.approx(2 * 1.04 * (4450 + 128))
    small = Profile(camera={"main": CameraDevice(mode=Mode(1280, 720, 30), rotate=90)})
    assert (target_of(small, KNOWN).width_px, target_of(small, KNOWN).video_kbps) == (720, 2250)
    lying = Profile(camera={"main": CameraDevice(mode=Mode(1280, 720, 30))})
    assert target_of(lying, KNOWN).width_px == 720
    fast = Profile(camera={"main": CameraDevice(mode=Mode(1920, 1080, 60), rotate=90)}, show=Show(content="demo"))
    assert target_of(fast, KNOWN).fps == 60
    tiny = Profile(camera={"main": CameraDevice(mode=Mode(320, 240, 30))})
    assert target_of(tiny, KNOWN).width_px == 1080

# SPDX-License-Identifier: MIT
"""One simulated recording from a seed, an identity and a recording number."""

import dataclasses
import functools
from collections.abc import Iterator

import numpy as np

from datasets_tfds.gait_sim import body, contact, gait, sensor

FPS, SUBSTEPS = 30, 4
PADDING = 0.5  # seconds walked before and after what is recorded
SPLIT_ORDER = ("train", "gallery", "probe", "train")  # recording r goes to SPLIT_ORDER[r % 4]
TRAITS, MOTION, PLACEMENT, NOISE = range(4)  # independent random streams


@dataclasses.dataclass(frozen=True)
class Options:
    """What is simulated; the defaults are the embedded data set.

    Args:
        skeleton: "kinect_v1" (20 joints) or "kinect_v2" (25); both show the same motion and noise.
        num_identities: at least 1. recordings_per_identity: at least 3; 4 times the number of views
            gives every split every view.
        frames: frames of a recording at 30 per second, at least 2.
        views: degrees as text; recording r of an identity is seen from views[(r // 4) % len(views)].
        noise: metres, standard deviation per joint and axis; 0 for clean motion.
        seed: same seed, same bytes.

    Raises:
        ValueError: a value outside its range.
    """

    skeleton: str = "kinect_v1"
    num_identities: int = 10
    recordings_per_identity: int = 12
    frames: int = 60
    views: tuple[str, ...] = ("0", "45", "-45")
    noise: float = 0.02
    seed: int = 0

    def __post_init__(self):
        object.__setattr__(self, "views", tuple(str(view) for view in self.views))
        if self.skeleton not in body.LAYOUTS:
            raise ValueError(f"gait_sim: skeleton must be one of {sorted(body.LAYOUTS)}; received {self.skeleton!r}.")
        least = {"num_identities": 1, "recordings_per_identity": 3, "frames": 2, "noise": 0, "seed": 0}
        for name, minimum in least.items():
            value = getattr(self, name)
            if not value >= minimum:
                raise ValueError(f"gait_sim: {name} must be at least {minimum}; received {value}.")
        if not np.isfinite(self.noise):
            raise ValueError(f"gait_sim: noise must be finite, in metres; received {self.noise}.")
        for view in self.views:
            if not _is_angle(view):
                raise ValueError(f"gait_sim: views are degrees as text, such as '45'; received {view!r}.")
        if not self.views:
            raise ValueError("gait_sim: views is empty; name at least one view, such as '0'.")

    def view(self, recording: int) -> str:
        """From which side recording number r of an identity is seen."""
        return self.views[(recording // len(SPLIT_ORDER)) % len(self.views)]


def _is_angle(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _stream(*key: int) -> np.random.Generator:
    """Random generator of one purpose: the first number is the seed, the rest says for what."""
    return np.random.default_rng(np.random.SeedSequence(key[0], spawn_key=key[1:]))


@functools.lru_cache(maxsize=64)
def traits(seed: int, identity: int) -> tuple[body.Body, gait.Style]:
    """Body and gait style of an identity; the same whatever the size of the data set."""
    rng = _stream(seed, TRAITS, identity)
    segments = body.draw(rng)
    return segments, gait.draw(rng, segments)


def motion(options: Options, identity: int, recording: int) -> np.ndarray:
    """The walk of one recording, numbers from 0, before noise: (frames, len(body.POINTS), 3) float64 metres."""
    segments, habit = traits(options.seed, identity)
    rng = _stream(options.seed, MOTION, identity, recording)
    style = gait.vary(habit, rng, gait.RECORDING_SHARE, gait.PACE_SD)
    padding = int(PADDING * FPS) * SUBSTEPS
    seconds = np.arange(options.frames * SUBSTEPS + 2 * padding) / (FPS * SUBSTEPS)
    walked = contact.walk(segments, style, seconds, rng)[padding:-padding:SUBSTEPS]
    return sensor.place(walked, options.view(recording), _stream(options.seed, PLACEMENT, identity, recording))


def example(options: Options, identity: int, recording: int) -> dict:
    """One recording, numbers from 0, as an example dict: a pure function of its arguments.

    It has joints (frames, J, 3) float32 metres, identity, recording, camera (the view), condition, setting,
    frames (frames,) int64, captured.
    """
    points = motion(options, identity, recording)
    rng = _stream(options.seed, NOISE, identity, recording)
    points = points + sensor.noise(points.shape, options.noise, rng)
    chosen = [body.POINTS.index(name) for name in body.LAYOUTS[options.skeleton]]
    return {
        "joints": points[:, chosen].astype(np.float32),
        "identity": f"{identity:02d}",
        "recording": f"{identity:02d}_{recording:02d}",
        "camera": options.view(recording),
        "condition": "normal",
        "setting": "",
        "frames": np.arange(options.frames, dtype=np.int64),
        "captured": options.frames,
    }


def numbers(options: Options, split: str) -> list[tuple[int, int]]:
    """(identity, recording) of all examples of a split: identities in order, recordings of an identity in order."""
    return [
        (identity, recording)
        for identity in range(options.num_identities)
        for recording in range(options.recordings_per_identity)
        if SPLIT_ORDER[recording % len(SPLIT_ORDER)] == split
    ]


def numbered(numbers: tuple[int, int], options: Options) -> dict:
    """The example of (identity, recording); see `example`."""
    return example(options, *numbers)


def examples(options: Options, split: str) -> Iterator[dict]:
    """All examples of a split, in the order of `numbers`."""
    return (example(options, *pair) for pair in numbers(options, split))

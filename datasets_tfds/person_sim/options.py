# SPDX-License-Identifier: MIT
"""Options of the data set with their defaults; see its README. Imports nothing heavy: the command line reads them."""

import dataclasses
import math

SETS = {
    "walkers": {"train_frames": 8, "test_frames": 6, "height": 64, "occlusion": 0.25},
    "dancers": {"train_frames": 20, "test_frames": 12, "height": 96, "occlusion": 0.15},
}
"""Set -> what it takes where an option is left at "as the set has it"."""
ONLY = {
    "walkers": ("train_persons", "test_persons", "cameras"),
    "dancers": ("train_videos", "test_videos", "persons_per_video"),
}
"""Set -> options that the other one does not have."""
MOST = {"train_persons": 5000, "test_persons": 5000, "cameras": 100, "train_videos": 50, "test_videos": 50,
        "persons_per_video": 100, "height": 512}  # fmt: skip
LEAST = {"test_persons": 2, "cameras": 2, "persons_per_video": 2, "height": 32}


@dataclasses.dataclass(frozen=True)
class Options:
    """What is rendered.

    Args:
        set: "walkers" or "dancers".
        seed: same seed, same bytes.
        train_persons, test_persons, cameras: of walkers. One tracklet per person and camera.
        train_videos, test_videos, persons_per_video: of dancers.
        train_frames, test_frames: pictures of a tracklet; 0: as the set has it.
        height: rows of a picture, which is half as wide; even; 0: as the set has it.
        colour: strength of the cameras' colour casts; 0 for none.
        occlusion: share in [0, 1] of tracklets (walkers) or pictures (dancers) with something before the person;
            -1: as the set has it.

    Raises:
        ValueError: a value outside its range, or an option of the other set.
    """

    set: str = "walkers"
    seed: int = 0
    train_persons: int = 40
    test_persons: int = 40
    cameras: int = 2
    train_videos: int = 6
    test_videos: int = 4
    persons_per_video: int = 4
    train_frames: int = 0
    test_frames: int = 0
    height: int = 0
    colour: float = 0.5
    occlusion: float = -1.0

    def __post_init__(self):
        if self.set not in SETS:
            raise ValueError(f"person_sim: set must be one of {', '.join(SETS)}; received {self.set!r}.")
        for name, own in SETS[self.set].items():
            if getattr(self, name) == OPTIONS[name]:
                object.__setattr__(self, name, own)
        self._check_belonging()
        self._check_ranges()

    def _check_belonging(self):
        for owner, names in ONLY.items():
            for field in dataclasses.fields(self):
                if owner != self.set and field.name in names and getattr(self, field.name) != field.default:
                    raise ValueError(
                        f"person_sim: {field.name} belongs to the {owner}; received {getattr(self, field.name)} with "
                        f"set={self.set!r}, which has {', '.join(ONLY[self.set])}."
                    )

    def _check_ranges(self):
        counts = (*ONLY[self.set], "train_frames", "test_frames", "height", "seed")
        for name in counts:
            value, least = getattr(self, name), LEAST.get(name, 0 if name == "seed" else 1)
            if not least <= value <= MOST.get(name, value):
                most = f" and at most {MOST[name]}" if name in MOST else ""
                raise ValueError(f"person_sim: {name} must be at least {least}{most}; received {value}.")
        if self.height % 2:
            raise ValueError(f"person_sim: height must be even, for a picture is half as wide; received {self.height}.")
        if not (math.isfinite(self.colour) and 0 <= self.colour <= 5):
            raise ValueError(f"person_sim: colour must be between 0 (no cast) and 5; received {self.colour}.")
        if not 0 <= self.occlusion <= 1:
            raise ValueError(f"person_sim: occlusion must be a share between 0 and 1; received {self.occlusion}.")


OPTIONS = {field.name: field.default for field in dataclasses.fields(Options)}

# SPDX-License-Identifier: MIT
"""What makes a person recognisable: clothes, hair, bag and girth, drawn from short palettes that many share."""

import dataclasses

import numpy as np

from datasets_tfds.person_sim import paint, randomness

DEVIATION = 0.06  # of a person's own colour from the palette's, each channel
SHIRTS = (
    *((0.62, 0.10, 0.12), (0.13, 0.22, 0.55), (0.10, 0.34, 0.18), (0.82, 0.68, 0.22), (0.80, 0.80, 0.78)),
    *((0.12, 0.12, 0.14), (0.48, 0.20, 0.48), (0.84, 0.46, 0.16), (0.28, 0.54, 0.62), (0.42, 0.32, 0.26)),
)
TROUSERS = (
    *((0.12, 0.12, 0.15), (0.16, 0.20, 0.38), (0.38, 0.38, 0.40)),
    *((0.56, 0.50, 0.38), (0.30, 0.36, 0.22), (0.62, 0.58, 0.64)),
)
SHOES = ((0.10, 0.10, 0.10), (0.85, 0.85, 0.85), (0.40, 0.24, 0.14), (0.65, 0.15, 0.12))
SKINS = ((0.88, 0.70, 0.60), (0.78, 0.58, 0.44), (0.56, 0.38, 0.26), (0.36, 0.24, 0.17))
HAIRS = ((0.08, 0.07, 0.07), (0.28, 0.18, 0.11), (0.66, 0.52, 0.28), (0.55, 0.55, 0.55))
BAGS = ((0.70, 0.20, 0.18), (0.15, 0.25, 0.50), (0.20, 0.40, 0.25), (0.15, 0.15, 0.15), (0.75, 0.55, 0.25))

# pattern of a shirt -> (how often, smallest and largest number of the pattern)
PATTERNS = {
    "plain": (0.30, 0.0, 0.0),
    "rings": (0.20, 8.0, 16.0),
    "stripes": (0.15, 8.0, 14.0),
    "checks": (0.12, 9.0, 16.0),
    "logo": (0.13, 0.55, 0.55),
    "halves": (0.10, -0.3, 0.3),
}
SLEEVES = {"none": 0.2, "half": 0.35, "long": 0.45}
BAG = {"none": 0.55, "back": 0.25, "shoulder": 0.20}
SHORTS, LONG_HAIR, JACKET = 0.25, 0.35, 0.2  # how often
GIRTH_SD = 0.09
HAIRLINE, JACKET_OPENING = 1.15, 0.5  # radians from the front


@dataclasses.dataclass(frozen=True)
class Look:
    """Paint of a person's parts.

    Args:
        girth: factor of all radii, about 1. trunk, upper_arm, forearm, thigh, shank, foot, head, skin: paint of parts.
        hair: paint of long hair, None when it is short. bag: paint; bag_place: "none", "back" or "shoulder".
    """

    girth: float
    trunk: paint.Paint
    upper_arm: paint.Paint
    forearm: paint.Paint
    thigh: paint.Paint
    shank: paint.Paint
    foot: paint.Paint
    head: paint.Paint
    skin: paint.Paint
    hair: paint.Paint | None
    bag: paint.Paint
    bag_place: str


def draw(seed: int, person: int) -> Look:
    """The look of a person; the same whatever the size of the data set."""
    rng = randomness.stream(seed, "look", person)
    shirt, second, jacket = (_colour(rng, SHIRTS) for _ in range(3))
    trousers, shoes, skin, hair, bag = (_colour(rng, palette) for palette in (TROUSERS, SHOES, SKINS, HAIRS, BAGS))
    pattern = _choice(rng, {name: row[0] for name, row in PATTERNS.items()})
    number = rng.uniform(*PATTERNS[pattern][1:])
    sleeves, bag_place = _choice(rng, SLEEVES), _choice(rng, BAG)
    shorts, long_hair, open_jacket = rng.uniform(size=3) < (SHORTS, LONG_HAIR, JACKET)
    girth = 1 + GIRTH_SD * float(np.clip(rng.standard_normal(), -2, 2))
    cloth = paint.Paint(shirt)
    trunk = cloth if pattern == "plain" else cloth.over(pattern, number, second)
    sleeve = trunk if pattern in ("rings", "stripes", "checks") else cloth
    if open_jacket:
        trunk, sleeve = trunk.over("sides", JACKET_OPENING, jacket), paint.Paint(jacket)
    bare = paint.Paint(skin)
    return Look(
        girth=girth,
        trunk=trunk,
        upper_arm={"none": bare, "half": sleeve.over("below", 0.6, skin), "long": sleeve}[sleeves],
        forearm=sleeve if sleeves == "long" else bare,
        thigh=paint.Paint(trousers),
        shank=bare.over("above", 0.2, trousers) if shorts else paint.Paint(trousers),
        foot=paint.Paint(shoes),
        head=bare.over("sides", HAIRLINE, hair).over("above", 0.25, hair),
        skin=bare,
        hair=paint.Paint(hair) if long_hair else None,
        bag=paint.Paint(bag),
        bag_place=bag_place,
    )


def _colour(rng: np.random.Generator, palette: tuple[paint.Colour, ...]) -> paint.Colour:
    chosen = np.array(palette[rng.integers(len(palette))])
    return tuple(np.clip(chosen + DEVIATION * rng.standard_normal(3), 0.02, 0.95).tolist())


def _choice(rng: np.random.Generator, shares: dict[str, float]) -> str:
    return str(rng.choice(list(shares), p=list(shares.values())))

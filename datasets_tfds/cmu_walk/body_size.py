# SPDX-License-Identifier: MIT
"""Which unit makes a skeleton the size of a person: BVH files state none, and ASF files may state a wrong one."""

from datasets_tfds.readers import asf

OWN = "units of the database"
# Metres per unit. Neighbours differ by more than the legs of people do, so at most one fits.
UNITS = {
    OWN: asf.INCH / 0.45,  # the `length 0.45` of its ASF files
    "millimetres": 0.001,
    "centimetres": 0.01,
    "inches": asf.INCH,
    "decimetres": 0.1,
    "feet": 12 * asf.INCH,
    "metres": 1.0,
}
BONES = ("lfemur", "ltibia", "rfemur", "rtibia")
LEGS = (0.6, 1.05)  # metres from hip to knee to ankle; 0.76 to 0.88 in the walks of the database


def fits(legs: float) -> bool:
    """Whether legs of this length, in metres from hip to ankle, are those of a person."""
    return LEGS[0] < legs < LEGS[1]


def unit(legs: float) -> str:
    """Key of UNITS in which legs of this length are those of a person; ValueError when there is none."""
    names = [name for name, metres in UNITS.items() if fits(legs * metres)]
    if not names:
        raise ValueError(
            f"from hip to ankle it is {legs:g}, which is between {LEGS[0]} and {LEGS[1]} m in none of the known units "
            f"({', '.join(UNITS)}). Scale the file to metres."
        )
    return names[0]

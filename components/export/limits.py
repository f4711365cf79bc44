# SPDX-License-Identifier: MIT
"""What each system cannot do, for its model card."""

_SKELETONS = (
    "Windows of walking, by a sensor and tracker like that of the data: other sensors, other activities, crowds and "
    "occluded bodies are untested.",
    "Joints are metres as captured, in the layout named above; joints of another layout give features that mean "
    "nothing.",
)
_IMAGES = (
    "One upright person in each image, cut out tightly; what finds and cuts out persons is not part of it.",
    "Clothes are most of what it sees: the same person in other clothes is another one.",
)
_UNLABELLED = (
    "It learnt without identities: nothing but the search in the data above says what its features tell apart."
)

LIMITS = {
    "cage": (
        *_SKELETONS, _UNLABELLED,
        "On the real walking that comes with the package it does not beat distances of standardised joints.",
        "Scores of the recognition network are of the identities of train alone; nobody else can be named by them.",
    ),
    "sm_sge": (
        *_SKELETONS, _UNLABELLED,
        "On the real walking that comes with the package it does not beat distances of standardised joints.",
        "Scores of the recognition network are of the identities of train alone; nobody else can be named by them.",
    ),
    "hi_mpc": (
        *_SKELETONS, _UNLABELLED,
        "On the real walking that comes with the package it does not beat distances of standardised joints.",
    ),
    "joint_distances": (
        *_SKELETONS,
        "It cannot work where all people have the same bones, as trackers that fit one body give them.",
        "Bags, coats and years apart, which move joints, are untested.",
        "Recordings of train and test, and simulated people, share one joint layout and one unit.",
    ),
    "upmnet": (
        *_IMAGES,
        "It learns from tracklets without identities and takes each tracklet for a person of its own: people with "
        "several tracklets before one camera are pushed apart.",
    ),
    "st_reidnet": (
        *_IMAGES,
        "Where the generator was trained, it paints what it has seen: its pictures are no evidence of how anybody "
        "looked.",
    ),
}  # fmt: skip
"""System -> sentences."""

# SPDX-License-Identifier: MIT
"""Layouts whose joints have names alone, and no order: animations and markers."""

from datasets_tfds.own_recordings.layouts import layout

# Names of animation programs: Mixamo and Rokoko, the CMU conversions, and the older collar-and-shin style.
BVH = layout.Layout(
    "bvh",
    (),
    layout.both(
        {
            "SpineBase": (("Hips",), ("Hip",), ("Pelvis",), ("Root",)),
            "SpineMid": (("Spine1",), ("Spine",), ("Chest",), ("Abdomen",), ("LowerBack",)),
            "SpineShoulder": (("LeftArm", "RightArm"), ("LeftUpperArm", "RightUpperArm"),
                              ("LeftShoulder", "RightShoulder"), ("Neck",)),
            "Neck": (("Neck",), ("Neck1",)),
            "Head": (("HeadTop_End", "Head"), ("Head End", "Head"), ("Head",)),
        },
        {
            "Shoulder": (("{s}Arm",), ("{s}UpArm",), ("{s}UpperArm",), ("{s}Shldr",), ("{s}Shoulder",)),
            "Elbow": (("{s}ForeArm",), ("{s}LowArm",), ("{s}LowerArm",), ("{s}Elbow",)),
            "Wrist": (("{s}Hand",), ("{s}Wrist",)),
            "Hand": (("{s}HandMiddle1",), ("{s}HandIndex1",), ("{s}FingerBase",), ("{s}Hand End",), ("{s}Wrist End",),
                     ("{s}Hand",), ("{s}Wrist",)),  # fmt: skip
            "HandTip": (("{s}HandMiddle4",), ("{s}HandMiddle3",), ("{s}HandIndex4",), ("{s}HandIndex3",),
                        ("{s}HandIndex1 End",), ("{s}Hand End",), ("{s}Wrist End",), ("{s}Hand",), ("{s}Wrist",)),
            "Thumb": (("{s}HandThumb4",), ("{s}HandThumb3",), ("{s}Thumb End",), ("{s}HandThumb1",), ("{s}Thumb",),
                      ("{s}Hand",), ("{s}Wrist",)),
            "Hip": (("{s}UpLeg",), ("{s}Thigh",), ("{s}UpperLeg",), ("{s}Hip",)),
            "Knee": (("{s}Leg",), ("{s}Shin",), ("{s}LowLeg",), ("{s}LowerLeg",), ("{s}Knee",)),
            "Ankle": (("{s}Foot",), ("{s}Ankle",)),
            "Foot": (("{s}ToeBase",), ("{s}Toe",), ("{s}Toes",), ("{s}Foot End",), ("{s}Ankle End",)),
        },
        {"s": "Left"},
        {"s": "Right"},
    ),
)  # fmt: skip

# Marker names of the Plug-in Gait protocol; skin markers stand for joints, which lie some centimetres inside.
PLUG_IN_GAIT = layout.Layout(
    "plug_in_gait",
    (),
    layout.both(
        {
            "SpineBase": (("LASI", "RASI", "LPSI", "RPSI"), ("LASI", "RASI", "SACR")),
            "SpineMid": (("T10", "STRN"), ("T10",)),
            "SpineShoulder": (("C7", "CLAV"),),
            "Neck": (("C7",),),
            "Head": (("LFHD", "RFHD", "LBHD", "RBHD"), ("LFHD", "RFHD")),
        },
        {
            "Shoulder": (("{i}SHO",),),
            "Elbow": (("{i}ELB",),),
            "Wrist": (("{i}WRA", "{i}WRB"), ("{i}WRA",)),
            "Hand": (("{i}FIN",),),
            **dict.fromkeys(("HandTip", "Thumb"), (("{i}FIN",),)),
            "Hip": (("{i}ASI", "{i}PSI"), ("{i}ASI",)),
            "Knee": (("{i}KNE",),),
            "Ankle": (("{i}ANK",),),
            "Foot": (("{i}TOE",),),
        },
        {"i": "L"},
        {"i": "R"},
    ),
    layout.sides("HandTip", "Thumb"),
)

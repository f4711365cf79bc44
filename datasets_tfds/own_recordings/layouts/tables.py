# SPDX-License-Identifier: MIT
"""The layouts that are known, as rows: order of joints, and ways to make each joint of Kinect v2."""

from datasets_tfds.own_recordings.layouts import layout, named
from tfskel import skeletons

_HAND = ("Hand", "HandTip", "Thumb")
_WORDS = {"s": "left", "i": "l"}, {"s": "right", "i": "r"}
_HIPS, _SHOULDERS = ("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")
_EARS = ("left_ear", "right_ear")

_ARM_AND_LEG = {
    "Shoulder": (("{s}_shoulder",),),
    "Elbow": (("{s}_elbow",),),
    "Wrist": (("{s}_wrist",),),
    "Hip": (("{s}_hip",),),
    "Knee": (("{s}_knee",),),
    "Ankle": (("{s}_ankle",),),
}
_TRUNK = {"SpineBase": (_HIPS,), "SpineMid": ((*_HIPS, *_SHOULDERS),), "SpineShoulder": (_SHOULDERS,)}
_FACE_PAIRS = ("eye_inner", "eye", "eye_outer")
_PAIRS = ("shoulder", "elbow", "wrist", "pinky", "index", "thumb", "hip", "knee", "ankle", "heel", "foot_index")

MEDIAPIPE = layout.Layout(
    "mediapipe33",
    (
        "nose",
        *(f"{side}_{name}" for side in ("left", "right") for name in _FACE_PAIRS),
        *(*_EARS, "mouth_left", "mouth_right"),
        *(f"{side}_{name}" for name in _PAIRS for side in ("left", "right")),
    ),
    layout.both(
        _TRUNK | {"Neck": ((*_SHOULDERS, "mouth_left", "mouth_right"),), "Head": (_EARS,)},
        _ARM_AND_LEG
        | {
            "Hand": (("{s}_index", "{s}_pinky"),),
            "HandTip": (("{s}_index",),),
            "Thumb": (("{s}_thumb",),),
            "Foot": (("{s}_foot_index",),),
        },
        *_WORDS,
    ),
)

_WRISTS = dict.fromkeys(_HAND, (("{s}_wrist",),))
_COCO_PAIRS = ("eye", "ear", *_PAIRS[:3], *_PAIRS[6:9])
COCO = layout.Layout(
    "coco17",
    ("nose", *(f"{side}_{name}" for name in _COCO_PAIRS for side in ("left", "right"))),
    layout.both(
        _TRUNK | {"Neck": ((*_SHOULDERS, *_EARS),), "Head": (_EARS, ("nose",))},
        _ARM_AND_LEG | _WRISTS | {"Foot": (("{s}_ankle",),)},
        *_WORDS,
    ),
    layout.sides(*_HAND, "Foot"),
)

_OPENPOSE_WORDS = {"s": "L"}, {"s": "R"}
_OPENPOSE_SIDED = {
    "Shoulder": (("{s}Shoulder",),),
    "Elbow": (("{s}Elbow",),),
    "Wrist": (("{s}Wrist",),),
    **dict.fromkeys(_HAND, (("{s}Wrist",),)),
    "Hip": (("{s}Hip",),),
    "Knee": (("{s}Knee",),),
    "Ankle": (("{s}Ankle",),),
    "Foot": (("{s}BigToe", "{s}SmallToe"), ("{s}BigToe",), ("{s}Ankle",)),
}
_OPENPOSE_CENTRAL = {
    "SpineBase": (("MidHip",), ("CHip",), ("Hip",), ("LHip", "RHip")),
    "SpineMid": (("Neck", "MidHip"), ("Neck", "CHip"), ("Neck", "Hip"), ("Neck", "LHip", "Neck", "RHip")),
    "SpineShoulder": (("LShoulder", "RShoulder"),),
    "Neck": (("Neck", "LEar", "REar"), ("Neck",)),
    "Head": (("LEar", "REar"), ("Head",), ("Nose",)),
}
_OPENPOSE_KINECT = layout.both(_OPENPOSE_CENTRAL, _OPENPOSE_SIDED, *_OPENPOSE_WORDS)
_ARMS = tuple(f"{side}{joint}" for side in "RL" for joint in ("Shoulder", "Elbow", "Wrist"))
_LEGS = tuple(f"{side}{joint}" for side in "RL" for joint in ("Hip", "Knee", "Ankle"))
_FACE = ("REye", "LEye", "REar", "LEar")
_FEET = tuple(f"{side}{name}" for side in "LR" for name in ("BigToe", "SmallToe", "Heel"))
BODY_25 = layout.Layout(
    "openpose_body25",
    (
        "Nose",
        "Neck",
        *_ARMS,
        "MidHip",
        *_LEGS,
        *_FACE,
        *(f"{s}{n}" for s in "LR" for n in ("BigToe", "SmallToe", "Heel")),
    ),
    _OPENPOSE_KINECT,
    layout.sides(*_HAND),
)
OPENPOSE_18 = layout.Layout(
    "openpose_coco18", ("Nose", "Neck", *_ARMS, *_LEGS, *_FACE), _OPENPOSE_KINECT, layout.sides(*_HAND, "Foot")
)

H36M = layout.Layout(
    "h36m17",
    (
        *("Hip", "RHip", "RKnee", "RFoot", "LHip", "LKnee", "LFoot", "Spine", "Thorax", "Nose", "Head"),
        *("LShoulder", "LElbow", "LWrist", "RShoulder", "RElbow", "RWrist"),
    ),
    layout.both(
        {
            "SpineBase": (("Hip",),),
            "SpineMid": (("Spine",),),
            "SpineShoulder": (("Thorax",),),
            "Neck": (("Thorax", "Nose"),),
            "Head": (("Head",),),
        },
        _OPENPOSE_SIDED | {"Ankle": (("{s}Foot",),), "Foot": (("{s}Foot",),)},
        *_OPENPOSE_WORDS,
    ),
    layout.sides(*_HAND, "Foot"),
)

_AZURE_ARM = ("CLAVICLE", "SHOULDER", "ELBOW", "WRIST", "HAND", "HANDTIP", "THUMB")
AZURE = layout.Layout(
    "azure_kinect32",
    (
        *("PELVIS", "SPINE_NAVEL", "SPINE_CHEST", "NECK"),
        *(f"{joint}_{side}" for side in ("LEFT", "RIGHT") for joint in _AZURE_ARM),
        *(f"{joint}_{side}" for side in ("LEFT", "RIGHT") for joint in ("HIP", "KNEE", "ANKLE", "FOOT")),
        *("HEAD", "NOSE", "EYE_LEFT", "EAR_LEFT", "EYE_RIGHT", "EAR_RIGHT"),
    ),
    layout.both(
        {
            "SpineBase": (("PELVIS",),),
            "SpineMid": (("SPINE_NAVEL",), ("SPINE_NAVAL",)),
            "SpineShoulder": (("CLAVICLE_LEFT", "CLAVICLE_RIGHT"), ("SPINE_CHEST", "NECK")),
            "Neck": (("NECK",),),
            "Head": (("HEAD",),),
        },
        {joint.capitalize(): ((f"{joint}_{{S}}",),) for joint in ("SHOULDER", "ELBOW", "WRIST", "HAND", "THUMB")}
        | {joint.capitalize(): ((f"{joint}_{{S}}",),) for joint in ("HIP", "KNEE", "ANKLE", "FOOT")}
        | {"HandTip": (("HANDTIP_{S}",),)},
        {"S": "LEFT"},
        {"S": "RIGHT"},
    ),
)

SMPL = layout.Layout(
    "smpl24",
    (
        *(
            "pelvis",
            "left_hip",
            "right_hip",
            "spine1",
            "left_knee",
            "right_knee",
            "spine2",
            "left_ankle",
            "right_ankle",
        ),
        *("spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", *_SHOULDERS),
        *("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hand", "right_hand"),
    ),
    layout.both(
        {
            "SpineBase": (("pelvis",),),
            "SpineMid": (("spine2",),),
            "SpineShoulder": (("left_collar", "right_collar"),),
            "Neck": (("neck",),),
            "Head": (("head",),),
        },
        _ARM_AND_LEG | dict.fromkeys(_HAND, (("{s}_hand",),)) | {"Foot": (("{s}_foot",),)},
        *_WORDS,
    ),
    layout.sides("HandTip", "Thumb"),
)


def _kinect(skeleton: skeletons.Skeleton) -> layout.Layout:
    ways = {layout.V1.get(joint, joint): ((joint,),) for joint in skeleton.joint_names}
    return layout.Layout(skeleton.name, skeleton.joint_names, ways)


KINECT_V1, KINECT_V2 = _kinect(skeletons.KINECT_V1), _kinect(skeletons.KINECT_V2)
_BY_NUMBER = (KINECT_V2, KINECT_V1, AZURE, MEDIAPIPE, SMPL, BODY_25, OPENPOSE_18, H36M, COCO)
LAYOUTS = {known.name: known for known in (*_BY_NUMBER, named.BVH, named.PLUG_IN_GAIT)}

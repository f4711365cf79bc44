# SPDX-License-Identifier: MIT
"""Small invented motion files in the layout of the capture database: a BVH conversion, and ASF with AMC."""

import math

# Joint, its parent and its offset; the right side is the mirror image, and an offset of zero is a lost bone.
_SPINE = (
    ("LowerBack", "Hips", (0, 0, 0)),
    ("Spine", "LowerBack", (0, 2, 0)),
    ("Spine1", "Spine", (0, 2, 0)),
    ("Neck", "Spine1", (0, 0, 0)),
    ("Neck1", "Neck", (0, 1.6, 0)),
    ("Head", "Neck1", (0, 1.6, 0)),
    ("Head End", "Head", (0, 1.7, 0)),
)
_SIDE = (
    ("LHipJoint", "Hips", (0, 0, 0)),
    ("LeftUpLeg", "LHipJoint", (1.4, -1.8, 0.8)),
    ("LeftLeg", "LeftUpLeg", (2.4, -6.7, 0)),
    ("LeftFoot", "LeftLeg", (2.5, -6.9, 0)),
    ("LeftToeBase", "LeftFoot", (0.2, -0.5, 2.1)),
    ("LeftToeBase End", "LeftToeBase", (0, 0, 1.1)),
    ("LeftShoulder", "Spine1", (0, 0, 0)),
    ("LeftArm", "LeftShoulder", (3.4, 0.5, 0)),
    ("LeftForeArm", "LeftArm", (4.9, 0, 0)),
    ("LeftHand", "LeftForeArm", (3.4, 0, 0)),
    ("LeftFingerBase", "LeftHand", (0, 0, 0)),
    ("LeftHandIndex1", "LeftFingerBase", (0.7, 0, 0)),
    ("LeftHandIndex1 End", "LeftHandIndex1", (0.6, 0, 0)),
    ("LThumb", "LeftHand", (0, 0, 0)),
    ("LThumb End", "LThumb", (0.5, 0, 0.5)),
)
# Bone, its parent, its vector and its degrees of freedom, as in an ASF file.
_BONES = (
    ("lowerback", "root", (0, 2, 0), "rx ry rz"),
    ("upperback", "lowerback", (0, 2, 0), "rx ry rz"),
    ("thorax", "upperback", (0, 2, 0), "rx ry rz"),
    ("lowerneck", "thorax", (0, 1.6, 0), "rx ry rz"),
    ("upperneck", "lowerneck", (0, 1.6, 0), "rx ry rz"),
    ("head", "upperneck", (0, 1.7, 0), "rx ry rz"),
)
_SIDE_BONES = (
    ("lhipjoint", "root", (1.4, -1.8, 0.8), ""),
    ("lfemur", "lhipjoint", (2.4, -6.7, 0), "rx ry rz"),
    ("ltibia", "lfemur", (2.5, -6.9, 0), "rx"),
    ("lfoot", "ltibia", (0.2, -0.5, 2.1), "rx rz"),
    ("ltoes", "lfoot", (0, 0, 1.1), "rx"),
    ("lclavicle", "thorax", (3.4, 0.5, 0), "ry rz"),
    ("lhumerus", "lclavicle", (4.9, 0, 0), "rx ry rz"),
    ("lradius", "lhumerus", (3.4, 0, 0), "rx"),
    ("lwrist", "lradius", (1.7, 0, 0), "ry"),
    ("lhand", "lwrist", (0.7, 0, 0), "rx rz"),
    ("lfingers", "lhand", (0.6, 0, 0), "rx"),
    ("lthumb", "lwrist", (0.5, 0, 0.5), "rx rz"),
)


def _right(name):
    if name.startswith(("Left", "L")) and name != "LowerBack":
        return name.replace("Left", "Right") if name.startswith("Left") else f"R{name[1:]}"
    return f"r{name[1:]}" if name.startswith("l") and not name.startswith("lower") else name


def _mirrored(rows):
    return tuple((_right(name), _right(parent), (-x, y, z), *rest) for name, parent, (x, y, z), *rest in rows)


JOINTS = (*_SPINE, *_SIDE, *_mirrored(_SIDE))
BONES = (*_BONES, *_SIDE_BONES, *_mirrored(_SIDE_BONES))


def bvh(frames=4, seconds="0.0333333", scale=1.0, positions=False, root_offset=(0, 0, 0)):
    """Text of a BVH file; `positions`: every joint has position channels, and the OFFSET of joints is nonsense."""
    lines, columns = ["HIERARCHY"], []

    def visit(name, offset, word):
        x, y, z = (value * scale for value in offset)
        lines.extend([f"{word} {name.split()[-1] if word != 'End' else 'Site'}", "{"])
        moves = word == "ROOT" or positions
        stated = (9, 9, 9) if positions and word == "JOINT" else (x, y, z)
        lines.append("OFFSET {} {} {}".format(*stated))
        if word != "End":
            names = "Xposition Yposition Zposition " if moves else ""
            lines.append(f"CHANNELS {6 if moves else 3} {names}Zrotation Yrotation Xrotation")
            columns.append((name, moves, (x, y, z)))
        for child, parent, vector in JOINTS:
            if parent == name:
                visit(child, vector, "End" if child.endswith("End") else "JOINT")
        lines.append("}")

    visit("Hips", root_offset, "ROOT")
    rows = []
    for frame in range(frames):
        numbers = []
        for name, moves, offset in columns:
            place = (0, 16.2 * scale, 0.6 * frame * scale) if name == "Hips" else offset
            numbers += [
                *(place if moves else ()),
                0,
                3 * frame if "Arm" in name else 0,
                5 * frame if "Leg" in name else 0,
            ]
        rows.append(" ".join(f"{number:.6g}" for number in numbers))
    return "\n".join([*lines, "MOTION", f"Frames: {frames}", f"Frame Time: {seconds}", *rows, ""])


def asf(angle="deg", length="0.45"):
    """Text of an ASF skeleton whose bones have turned axes."""
    turned = 30 if angle == "deg" else math.radians(30)
    lines = [":version 1.10", ":units", "mass 1.0", f"length {length}", f"angle {angle}", ":root"]
    lines += ["order TX TY TZ RX RY RZ", "axis XYZ", "position 0 0 0", "orientation 0 0 0", ":bonedata"]
    for name, _, vector, freedom in BONES:
        lines += ["begin", f"name {name}", "direction {} {} {}".format(*vector), "length 1"]
        lines += [f"axis {turned:.10g} 0 0 XYZ", *([f"dof {freedom}"] if freedom else []), "end"]
    lines += [":hierarchy", "begin", *(f"{parent} {name}" for name, parent, *_ in BONES), "end", ""]
    return "\n".join(lines)


def amc(frames=9, unit=":DEGREES"):
    """Text of an AMC motion; the angles are the same whatever the unit they are written in."""
    factor = math.radians(1) if unit == ":RADIANS" else 1.0
    lines = [":FULLY-SPECIFIED", *([unit] if unit else [])]
    for frame in range(1, frames + 1):
        lines += [str(frame), f"root 0 16.2 {0.15 * frame:.6g} 0 0 0"]
        for name, _, _, freedom in BONES:
            if freedom:
                angles = (f"{5 * frame * factor / (place + 1):.10g}" for place in range(len(freedom.split())))
                lines.append(f"{name} {' '.join(angles)}")
    return "\n".join([*lines, ""])

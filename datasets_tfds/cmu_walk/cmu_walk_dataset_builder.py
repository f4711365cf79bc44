# SPDX-License-Identifier: MIT
"""Walking recordings of the CMU motion capture database as Kinect skeletons: embedded, or from ASF/AMC or BVH files."""

import pathlib
import warnings
from typing import Any

from datasets_tfds import base_builder, skeleton_builder
from datasets_tfds.cmu_walk import embedded, kinect_joints, options, raw_files, split_rule
from datasets_tfds.readers import examples, segments


class Builder(skeleton_builder.SkeletonBuilder):
    """Real walking skeletons, 30 frames per second, metres, constant bone lengths unless noisy."""

    SKELETON = "kinect_v1"
    FPS = float(kinect_joints.FPS)
    SOURCE = "CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu"
    HOMEPAGE = "http://mocap.cs.cmu.edu/"
    ACKNOWLEDGEMENT = (
        "The data used in this project was obtained from mocap.cs.cmu.edu. The database was created with funding from "
        "NSF EIA-0196217."
    )
    EMBEDDED = True
    OPTIONS = options.OPTIONS
    CHOICES = {"skeleton": tuple(kinect_joints.BONES)}
    BUILDER_CONFIGS = [
        base_builder.Config(name="recordings", description="20 joints in Kinect v1 order."),
        base_builder.Config(
            name="recordings_kinect_v2",
            description="25 joints in Kinect v2 order.",
            options={"skeleton": "kinect_v2"},
        ),
        base_builder.Config(
            name="recordings_noisy",
            description="20 joints in Kinect v1 order with simulated sensor noise.",
            options={"noisy": True},
        ),
        base_builder.Config(
            name="recordings_kinect_v2_noisy",
            description="25 joints in Kinect v2 order with simulated sensor noise.",
            options={"skeleton": "kinect_v2", "noisy": True},
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
Nothing is downloaded: 50 walks of 12 subjects are part of the package, and used without a manual_dir. For others get
the files of the subjects you want from http://mocap.cs.cmu.edu/ (Subjects, then the .asf file of the subject and the
.amc files of the motions) or from a public BVH conversion of the database, and give their folder as manual_dir.
{raw_files.EXPECTED}
  splits.json  optional, instead of the README's rule: {{"splits": {{"train": [["02_01", 0, 48], ...],
               "gallery": [...], "probe": [...]}}}} in frames at 30 per second
"""

    def recordings(self, manual_dir: pathlib.Path | None) -> dict[str, list[dict[str, Any]]]:
        """Segments of the recordings below `manual_dir`, or of the embedded ones; sorted by recording."""
        whole = embedded.read(self.skeleton, self.options["noisy"]) if manual_dir is None else self._raw(manual_dir)
        lengths = {name: len(recording["joints"]) for name, recording in whole.items()}
        given = manual_dir and manual_dir / "splits.json"
        chosen = segments.read(given, lengths) if given and given.exists() else split_rule.segments(lengths)
        self.info.metadata["sources"] = {name: recording["source"] for name, recording in whole.items()}
        splits = examples.cut(whole, chosen)
        missing = examples.not_in_gallery(splits)
        if missing:
            warnings.warn(f"cmu_walk: the gallery lacks these probe identities: {', '.join(missing)}", stacklevel=2)
        return splits

    def _raw(self, folder: pathlib.Path) -> dict[str, dict[str, Any]]:
        if self.options["noisy"]:
            raise ValueError(
                "cmu_walk: only the embedded walks have simulated noise; received the option noisy and the folder "
                f"{folder}. Leave out one of them."
            )
        return {
            name: {**vars(recording), "recording": name}
            for name, recording in raw_files.read_folder(folder, self.skeleton).items()
        }

# SPDX-License-Identifier: MIT
"""Your own recordings: in the interchange format (recordings.npz and splits.json), CSV, or files of pose sources."""

import functools
import pathlib
import warnings
from typing import Any

import numpy as np

from datasets_tfds import skeleton_builder
from datasets_tfds.own_recordings import body, csv_recordings, interchange, joint_order, options, pose_files, split_rule
from datasets_tfds.own_recordings.layouts import tables
from datasets_tfds.own_recordings.sources import folder as sources
from datasets_tfds.readers import examples, folder_tree
from tfskel import skeletons

_FILES = {"interchange": "recordings.npz", "csv": "recordings.csv"}
_POSES = "poses"
_FARTHEST = 50.0  # metres; skeleton sensors see less than ten


class Builder(skeleton_builder.SkeletonBuilder):
    """Recordings of a folder; the number of joints decides which skeleton they are unless it is given."""

    SKELETON = ""
    SOURCE = "the user's own files"
    OPTIONS = options.OPTIONS
    CHOICES = {
        "format": ("", *_FILES, _POSES),
        "skeleton": ("", *skeletons.SKELETONS),
        "layout": ("", *tables.LAYOUTS),
        "units": ("", *body.METRES, body.BODY),
        "split": ("", *split_rule.RULES),
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
Nothing is downloaded: manual_dir is your folder. It holds either
{interchange.LAYOUT.format(recordings="recordings.npz", splits="splits.json", joints="joints")}
or
{csv_recordings.LAYOUT.format(recordings="recordings.csv", splits="splits.json")}
or files of a pose source ({", ".join(sources.READERS)})
{sources.LAYOUT}
File names and the key of the joints can be given as options; the README of this data set shows all forms in full.
"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, list[dict[str, Any]]]:
        """Segments of the recordings in `manual_dir`, in the order of the splits.

        Raises:
            FileNotFoundError, ValueError: see `interchange`, `csv_recordings` and `pose_files`.
        """
        form, name = self._files(manual_dir)
        if form == _POSES:
            splits, skeleton, fps = pose_files.read(manual_dir, self.options, _warn)
        else:
            splits, fps = self._read(manual_dir, form, name)
            skeleton, fps = self._skeleton_of(manual_dir, splits), self.options["fps"] or fps
        self.info.metadata.update(skeleton=skeleton, fps=fps)
        missing = examples.not_in_gallery(splits)
        if missing:
            _warn(f"the gallery lacks these probe identities, which can never be found: {', '.join(missing)}")
        farthest = max(float(np.abs(row["joints"]).max()) for rows in splits.values() for row in rows)
        if farthest > _FARTHEST:
            _warn(f"a coordinate of {farthest:g}; expected metres. Are these millimetres or pixels?")
        return splits

    def _files(self, folder: pathlib.Path) -> tuple[str, str]:
        form, name = self.options["format"], self.options["recordings"]
        if form == _POSES:
            return form, ""
        if form or name:
            form = form or ("csv" if name.lower().endswith(".csv") else "interchange")
            return form, name or _FILES[form]
        present = [form for form, file in _FILES.items() if (folder / file).is_file()]
        if len(present) > 1:
            raise ValueError(f"{folder} holds {' and '.join(_FILES.values())}; set the option format to one.")
        if not present and sources.files(folder):
            return _POSES, ""
        if not present:
            complaint = f"No {', no '.join(_FILES.values())}, and no file of a pose source."
            raise FileNotFoundError(folder_tree.comparison(folder, complaint, self.MANUAL_DOWNLOAD_INSTRUCTIONS))
        return present[0], _FILES[present[0]]

    def _read(self, folder: pathlib.Path, form: str, name: str) -> tuple[dict[str, list[dict[str, Any]]], float | None]:
        """Splits, and the frames per second that the file states and no option."""
        rule = functools.partial(split_rule.divide, rule=self.options["split"], gap=self.options["gap"], say=_warn)
        if form == "csv":
            stated = self.options["skeleton"]
            known = [skeletons.get(stated)] if stated else skeletons.SKELETONS.values()
            layouts = {skeleton.name: skeleton.joint_names for skeleton in known}
            return csv_recordings.read(folder, name, self.options["splits"], layouts, rule), None
        splits = interchange.read(folder, name, self.options["splits"], self.options["joints"], rule)
        return splits, None if self.options["fps"] else interchange.frame_rate(folder, name)

    def _skeleton_of(self, folder: pathlib.Path, splits: dict[str, list[dict[str, Any]]]) -> str:
        """The layout that the option or the names of the joints state, or that their number and bones suggest."""
        segments = [segment for rows in splits.values() for segment in rows]
        num_joints, stated = segments[0]["joints"].shape[1], self.options["skeleton"]
        if stated and skeletons.get(stated).num_joints != num_joints:
            raise ValueError(
                f"own_recordings: option skeleton is {stated!r} with {skeletons.get(stated).num_joints} joints; the "
                f"recordings in {folder} have {num_joints}."
            )
        stated = stated or segments[0].get("skeleton", "")
        skeleton = skeletons.get(stated) if stated else skeletons.by_num_joints(num_joints)
        reason, proof = joint_order.doubts((segment["joints"] for segment in segments), skeleton)
        if proof and not stated:
            raise ValueError(
                f"own_recordings: the {num_joints} joints in {folder} do not stand in the order of {skeleton.name}: "
                f"{reason}. Bring them into this order: {', '.join(skeleton.joint_names)}. If they are in it, set the "
                f"option skeleton to {skeleton.name!r} (--config.dataset.options.skeleton={skeleton.name})."
            )
        if proof or (reason and not stated):
            _warn(f"{num_joints} joints are read as {skeleton.name}, which they may not be: {reason}.")
        return skeleton.name


def _warn(text: str) -> None:
    warnings.warn(f"own_recordings: {text}", stacklevel=3)

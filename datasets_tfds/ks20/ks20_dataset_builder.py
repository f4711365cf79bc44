# SPDX-License-Identifier: MIT
"""KS20 VisLab multi-view Kinect skeletons: 20 people, 5 views, Kinect v2; one text file a frame."""

import functools
import pathlib
import warnings
from collections.abc import Iterable, Iterator

from datasets_tfds import skeleton_builder
from datasets_tfds.ks20 import draw, grouping, options
from datasets_tfds.readers import archive_tree, frame_files, raw_recordings

ARCHIVE = archive_tree.Archive(
    "KS20",
    """
  KS20/                            may be left out: manual_dir may be this folder itself
    frontal/                       one folder a view, all five
      gc1_body11_000095_skel.txt   one file a frame: setting gc1, gc2 or gc3; body; integer time stamp; any rest.
      ...                          25 lines, one a joint: <index>,<x>,<y>,<z>; no other files
    left_diagonal/
    left_lateral/
    right_diagonal/
    right_lateral/
""",
)
VIEWS = ("frontal", "left_diagonal", "left_lateral", "right_diagonal", "right_lateral")
_LAYOUT = frame_files.Layout(joints=25, fields=4)


class Builder(skeleton_builder.SkeletonBuilder):
    """KS20 recordings: 25 joints, Kinect v2, metres; five views, three settings a person."""

    SKELETON = "kinect_v2"
    SOURCE = "KS20, VisLab, Institute for Systems and Robotics, Instituto Superior Técnico, Lisbon"
    HOMEPAGE = "http://vislab.isr.ist.utl.pt/datasets/#ks20"
    OPTIONS = options.OPTIONS
    CHOICES = {
        "grouping": ("original", "corrected"),
        "frame_order": ("name", "time"),
        "unknown_bodies": ("keep", "refuse"),
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
KS20 is given out on request by its owner, VisLab (Institute for Systems and Robotics, Instituto Superior Técnico,
Lisbon): http://vislab.isr.ist.utl.pt/datasets/#ks20 - sign the agreement that you find there. It is distributed as
.mat files; this builder reads a text conversion of them (one file a frame), which the authors of the published
preprocessing share with those who have signed. Arrange it so that manual_dir holds
{ARCHIVE.expected}"""

    def recordings(self, manual_dir: pathlib.Path) -> dict[str, raw_recordings.RawSplit]:
        """Splits train, gallery, probe: one drawn setting each of every identity; the draws go to the metadata."""
        root = ARCHIVE.locate(manual_dir, VIEWS)
        given = self.options["draws"]
        draws = draw.check(given) if given else draw.draw(self.options["seed"])
        views = {view: self._groups(root / view) for view in VIEWS}
        self._check_bodies({frame.body for groups in views.values() for group in groups for frame in group.frames})
        splits: dict[str, list[raw_recordings.RawRecording]] = {"train": [], "gallery": [], "probe": []}
        never_stored = []
        for view, groups in views.items():
            for raw, filed in zip(_raw_recordings(view, groups), (group.filed for group in groups), strict=True):
                if not filed:
                    never_stored.append(raw.recording)
                elif raw.identity not in draws:
                    raise ValueError(f"ks20: {view}: identity {raw.identity} has no row in the drawn settings.")
                else:
                    splits[draw.split(filed, draws[raw.identity])].append(raw)
        self.info.metadata.update(draws=draws, never_stored=never_stored)
        read = functools.partial(frame_files.read, layout=_LAYOUT)
        return {split: raw_recordings.RawSplit(read, raw) for split, raw in splits.items()}

    def _groups(self, folder: pathlib.Path) -> list[grouping.Group]:
        frames = [grouping.frame(path) for path in ARCHIVE.files(folder)]
        return grouping.groups(frames, self.options["grouping"], self.options["frame_order"])

    def _check_bodies(self, bodies: Iterable[int]) -> None:
        unknown = sorted(set(bodies) - set(grouping.BODIES))
        if not unknown:
            return
        same = {grouping.identity(body): body for body in grouping.BODIES}
        rows = [f"{body} (as body {same[body]})" if body in same else str(body) for body in unknown]
        text = f"ks20: body numbers that the data set does not have: {', '.join(rows)}."
        beyond = [body for body in unknown if body >= len(grouping.BODIES) and not self.options["draws"]]
        if self.options["unknown_bodies"] == "refuse" or beyond:
            raise ValueError(f"{text} Known: {', '.join(map(str, grouping.BODIES))}. Rename or remove their files.")
        warnings.warn(f"{text} They are kept as identities of that number, like the original program.", stacklevel=2)


def _raw_recordings(view: str, groups: Iterable[grouping.Group]) -> Iterator[raw_recordings.RawRecording]:
    first_files: dict[str, pathlib.Path] = {}
    for group in groups:
        first = group.frames[0]
        name = f"{view}/{group.setting}_body{first.body}"
        other = first_files.setdefault(name, first.path)
        if other != first.path:
            raise ValueError(f"The recording {name} stands there twice: from {other} and from {first.path} on.")
        files, identity = tuple(frame.path for frame in group.frames), str(grouping.identity(first.body))
        yield raw_recordings.RawRecording(files, identity, name, camera=view, setting=group.setting)

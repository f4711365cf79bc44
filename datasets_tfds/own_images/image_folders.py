# SPDX-License-Identifier: MIT
"""Images in a folder for each identity: cameras are folders too, or stand in the names of the files."""

import collections
import pathlib
import re
import warnings

from datasets_tfds.own_images import naming
from datasets_tfds.readers import folder_tree, image_files, listed_images

LEVELS = ("identity/camera", "camera/identity", "identity")
LAYOUT = """
  anna/                            a folder for each identity
    door/0001.jpg ...              one for each camera in it; or files whose names hold the camera: c1_0001.jpg ...
  ben/...                          these folders may stand in train/, probe/ (or query/) and gallery/
  poses/anna/door/0001.txt ...     joints, where known: a line `x y` each, pixels; or anna/door/0001.txt
"""
_SHOWN = 5


def read(
    folder: pathlib.Path, levels: str, camera: re.Pattern, stills: bool
) -> dict[str, list[listed_images.ListedImage]]:
    """Split -> its images, in the order of their names; all under "" where no folder is called like a split.

    Args:
        folder: the user's.
        levels: what the folders are: one of LEVELS; "" by what is found.
        camera: finds the camera in a name.
        stills: no image belongs to a tracklet; otherwise those of an identity, camera and folder are one.

    Raises:
        FileNotFoundError: there are no images in folders.
        ValueError: folders of splits beside others, folders that do not fit `levels`, or a name without a camera.
    """
    paths = _images(folder)
    tops = {path.parts[0] for path in paths}
    names = {top: naming.SPLITS[top.lower()] for top in tops if top.lower() in naming.SPLITS}
    if names and names.keys() != tops:
        raise ValueError(
            f"{folder} holds the splits {', '.join(sorted(names))} beside {', '.join(sorted(tops - names.keys())[:3])}"
            "; expected folders of splits only, or of identities only."
        )
    folders = [path.parent.parts[bool(names) :] for path in paths]
    levels = levels or _found(folder, folders, camera)
    splits: dict[str, list[listed_images.ListedImage]] = {}
    counts: collections.Counter = collections.Counter()
    for path, inside in zip(paths, folders, strict=True):
        identity, seen_by = _names(path, inside, levels, camera)
        of_name = (seen_by,) if levels == "identity" else ()
        tracklet = "" if stills else "/".join((*path.parent.parts, *of_name))
        pose = naming.pose(folder, path)
        file = listed_images.ListedImage(folder, path.as_posix(), identity, seen_by, tracklet, counts[tracklet], pose)
        counts[tracklet] += not stills
        splits.setdefault(names.get(path.parts[0], ""), []).append(file)
    return splits


def _images(folder: pathlib.Path) -> list[pathlib.Path]:
    """Paths of images in folders, relative; a warning names other files."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    visible = [path for path in paths if not any(part.startswith(".") for part in path.parts)]
    found = [path for path in visible if len(path.parts) > 1 and path.suffix.lower() in image_files.ENDINGS]
    if not found:
        complaint = "No images in folders."
        raise FileNotFoundError(folder_tree.comparison(folder, complaint, LAYOUT))
    poses = {pathlib.Path(naming.pose(folder, path)) for path in found}
    others = sorted(str(path) for path in set(visible) - set(found) - poses)
    if others:
        warnings.warn(
            f"own_images: {len(others)} files are not read, for they are no {', '.join(image_files.ENDINGS)} or lie in "
            f"no folder: {', '.join(others[:_SHOWN])}",
            stacklevel=4,
        )
    return sorted(found, key=lambda path: [naming.natural(part) for part in path.parts])


def _found(folder: pathlib.Path, folders: list[tuple[str, ...]], camera: re.Pattern) -> str:
    depths = {len(inside) for inside in folders}
    if min(depths) > 1:
        return "camera/identity" if all(camera.fullmatch(inside[0]) for inside in folders) else "identity/camera"
    if depths == {1}:
        return "identity"
    complaint = "Images lie in no folder of an identity, or at several depths; set the option levels, or sort them."
    raise ValueError(folder_tree.comparison(folder, complaint, LAYOUT, depth=3))


def _names(path: pathlib.Path, inside: tuple[str, ...], levels: str, camera: re.Pattern) -> tuple[str, str]:
    """Identity and camera of an image."""
    if len(inside) < levels.count("/") + 1:
        raise ValueError(f"image {path}: expected folders {levels} (option levels), and the image in them.")
    if levels != "identity":
        return (inside[0], inside[1]) if levels == "identity/camera" else (inside[1], inside[0])
    seen_by = camera.search(path.name)
    if not seen_by:
        raise ValueError(
            f"image {path}: no camera in its name; expected one like c1_0001.jpg. Set the option camera to a regular "
            f"expression of yours (now {camera.pattern!r}), put the images of a camera into a folder, or write a list."
        )
    return inside[0], seen_by[0]

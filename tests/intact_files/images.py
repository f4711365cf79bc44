# SPDX-License-Identifier: MIT
"""Intact files of images: lists, folders in the layouts of person sets, records, packed files, images."""

import numpy as np

from tests import fakes, mutations
from tests.intact_files.reader import Reader


def _write_images(folder):
    rows = fakes.photographs(people=3, cameras=2, frames=2, height=16)
    lines = ["path,identity,camera,tracklet,split,frame"]
    for row in rows:
        path = folder / row["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(row["image"])
        split = "train" if row["identity"] == "p0" else ("probe" if row["camera"] == "cam0" else "gallery")
        lines.append(",".join([row["path"], row["identity"], row["camera"], row["tracklet"], split, str(row["frame"])]))
    (folder / "images.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _image_list(folder):
    from datasets_tfds.own_images import image_list

    return image_list.read(folder, "images.csv")


def _write_frame_list(folder):
    lines = [f"cam{camera}/person{n:03d}/cam{camera}_person{n:03d}_{frame:05d}.png {n} {camera} {n}"
             for camera in (1, 2) for n in (1, 2) for frame in (7, 8)]  # fmt: skip
    (folder / "train_1.txt").write_text("\n".join(lines) + "\n")


def _frame_list(folder):
    from datasets_tfds.readers import frame_lists

    return frame_lists.read(folder / "train_1.txt")


def _write_records(folder):
    from datasets_tfds.readers import frame_lists, frame_records

    rows = fakes.photographs(people=2, cameras=1, frames=2, height=8)
    for row in rows:
        path = folder.with_name("pictures") / row["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(row["image"])
    frames = [frame_lists.Frame(row["path"], 1, 1) for row in rows]
    frame_records.write(folder / "records", "train", frames, folder.with_name("pictures"), 1)


def _records(folder):
    from datasets_tfds.readers import frame_records

    return list(frame_records.read(folder / "records", "train"))


def _write_pose(folder):
    (folder / "pose.txt").write_text("".join(f"{joint}.5 {2 * joint}\n" for joint in range(17)))


def _pose_text(folder):
    from datasets_tfds.readers import pose_files

    return pose_files.read(folder / "pose.txt", 17)


def _write_dances(folder):
    from tests.datasets_tfds.reid_sets import invented

    invented.dances(folder)


def _prepared(folder):
    from datasets_tfds.readers import prepared_folder, reid_lists

    form = reid_lists.Form(cameras=False, joints=17, rows_first=False, digits=4, validation=1)
    lists = prepared_folder.read(folder, form, 0)
    return {part: lists.images(lists.of(persons)) for part, persons in lists.parts.items()}


def _write_packed(folder):
    import h5py

    from datasets_tfds.dance_reid import packed_images

    with h5py.File(folder / packed_images.FILE, "w") as file:
        for number, row in enumerate(fakes.photographs(people=2, cameras=1, frames=1, height=8)):
            file[f"dataset/images/{number}.jpg"] = np.frombuffer(row["image"], np.uint8)
            file[f"dataset/poses/{number}.jpg"] = np.arange(34.0).reshape(17, 2)


def _packed(folder):
    from datasets_tfds.dance_reid import packed_images
    from datasets_tfds.readers import listed_images

    images = [listed_images.ListedImage(folder, f"images/{n}.jpg", "1", "1", "", n, "", 17) for n in (0, 1)]
    return list(packed_images.Packed(folder, images))


def _write_picture(form: str):
    def write(folder):
        from PIL import Image

        pixels = np.random.default_rng(1).integers(0, 256, (24, 12, 3), np.uint8)
        Image.fromarray(pixels).resize((48, 96)).save(folder / f"image.{form}")

    return write


def _picture(form: str):
    """Looked at as ingest does, then decoded as training does."""

    def read(folder):
        from datasets_tfds.readers import image_files
        from tfskel.data import image_pixels

        path = folder / f"image.{form}"
        encoded = image_files.read(path)
        size = image_files.size(encoded, str(path))
        pixels = image_pixels.decode(encoded).numpy()
        assert pixels.shape == (*size, 3)
        return size

    return read


def _look(form: str):
    def read(folder):
        from datasets_tfds.readers import image_files

        return image_files.size(image_files.read(folder / f"image.{form}"), str(folder / f"image.{form}"))

    return read


READERS = {
    "list of images": Reader(_write_images, "images.csv", _image_list),
    "list of frames": Reader(_write_frame_list, "train_1.txt", _frame_list),
    "records of frames": Reader(_write_records, "records/traindata_00000-of-00001.tfrecord", _records,
                                mutations.BINARY, checked=True, heavy=True),
    "pose of an image": Reader(_write_pose, "pose.txt", _pose_text),
    "meta.json": Reader(_write_dances, "meta.json", _prepared),
    "splits.json": Reader(_write_dances, "splits.json", _prepared, named=".json"),
    "video.json": Reader(_write_dances, "video.json", _prepared),
    "packed images": Reader(_write_packed, "DanceReID.h5", _packed, mutations.BINARY),
    "png": Reader(_write_picture("png"), "image.png", _look("png"), mutations.BINARY),
    "jpeg": Reader(_write_picture("jpg"), "image.jpg", _look("jpg"), mutations.BINARY),
    "png, decoded": Reader(_write_picture("png"), "image.png", _picture("png"), mutations.BINARY, heavy=True),
    "jpeg, decoded": Reader(_write_picture("jpg"), "image.jpg", _picture("jpg"), mutations.BINARY, heavy=True),
}  # fmt: skip

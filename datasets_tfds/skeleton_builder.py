# SPDX-License-Identifier: MIT
"""What all skeleton data sets share: features, order, metadata, options, checks; a data set yields recordings."""

from __future__ import annotations

import abc
import dataclasses
import functools
import hashlib
import json
import pathlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.readers import raw_recordings as takes
from tfskel import literal_path, skeletons

known = catalogue.known
load = catalogue.load


@dataclasses.dataclass(eq=False)
class SkeletonConfig(tfds.core.BuilderConfig):
    """A TFDS config that carries the options which differ from the data set's OPTIONS table."""

    options: dict[str, Any] = dataclasses.field(default_factory=dict)


class SkeletonBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Stores recordings once, whole, in the order given.

    A data set states the class attributes and implements `recordings`; `tfds build` and
    `download_and_prepare` do the rest. An example dict holds `joints` (T, J, 3) float32 metres as
    captured, `identity`, `recording`, and optionally `camera`, `condition`, `setting` (text, "" when
    unknown), `frames` (T,) int64 frame numbers kept and `captured` int64 (frames before any was dropped).
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    BUILDER_CONFIGS = [SkeletonConfig(name="recordings", description="Whole recordings, default options.")]

    SKELETON = "kinect_v1"  # "" when only the data can tell; then the number of joints is stored as unknown
    FPS = 30.0
    SOURCE = ""  # one line: where the recordings come from
    HOMEPAGE = ""
    OPTIONS: dict[str, Any] = {}  # from the data set's options.py; the base itself reads "skeleton", "fps" and "seed"
    CHOICES: dict[str, tuple[str, ...]] = {}  # option -> the only values it may have

    _through_beam = False

    @classmethod
    def config_for(cls, options: dict[str, Any]) -> SkeletonConfig:
        """The config that stands for these options; the same options always give the same folder.

        Raises:
            ValueError: an option is not in OPTIONS, or its type differs from the default's.
        """
        changed = {}
        for key, value in sorted(options.items()):
            value = cls._checked_option(key, value)
            if value != cls.OPTIONS[key]:
                changed[key] = value
        for config in cls.BUILDER_CONFIGS:
            if config.options == changed:
                return config
        text = json.dumps(changed, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        return SkeletonConfig(
            name=f"recordings_{digest}", description=f"Recordings with options {text}.", options=changed
        )

    @classmethod
    def _checked_option(cls, key: str, value: Any) -> Any:
        catalogue.check_option(cls.name, key, cls.OPTIONS)
        default = cls.OPTIONS[key]
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if default is not None and type(value) is not type(default):
            raise ValueError(
                f"Data set {cls.name}: option {key} must be {type(default).__name__} like the default "
                f"{default!r}; received {value!r}."
            )
        if value not in cls.CHOICES.get(key, (value,)):
            known = ", ".join(map(repr, cls.CHOICES[key]))
            raise ValueError(f"Data set {cls.name}: option {key} must be one of {known}; received {value!r}.")
        return value

    @property
    def options(self) -> dict[str, Any]:
        """All options of this builder, defaults included."""
        given = {key: self._checked_option(key, value) for key, value in self.builder_config.options.items()}
        return {**self.OPTIONS, **given}

    @property
    def skeleton(self) -> str:
        """Name in tfskel.skeletons.SKELETONS, or "" when only the data can tell."""
        return self.options.get("skeleton") or self.SKELETON

    @abc.abstractmethod
    def recordings(self, manual_dir: pathlib.Path | None) -> dict[str, Iterable[dict[str, Any]]]:
        """Split name -> example dicts in the order in which they are stored.

        Args:
            manual_dir: the user's folder of raw files; None for a data set without
                MANUAL_DOWNLOAD_INSTRUCTIONS.
        """

    def _info(self) -> tfds.core.DatasetInfo:
        num_joints = skeletons.get(self.skeleton).num_joints if self.skeleton else None
        text = tfds.features.Text
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    # Bytes: the only form that can leave the number of joints open, and the fastest to read.
                    "joints": tfds.features.Tensor(
                        shape=(None, num_joints, 3), dtype=np.float32, encoding=tfds.features.Encoding.BYTES
                    ),
                    "identity": text(),
                    "recording": text(),
                    "camera": text(),
                    "condition": text(),
                    "setting": text(),
                    "frames": tfds.features.Tensor(shape=(None,), dtype=np.int64),
                    "captured": tfds.features.Scalar(dtype=np.int64),
                }
            ),
            homepage=self.HOMEPAGE or None,
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(
                skeleton=self.skeleton,
                fps=self.options.get("fps", self.FPS),
                seed=self.options.get("seed"),
                source=self.SOURCE,
                options=self.options,
            ),
        )

    def _download_and_prepare(self, dl_manager, download_config) -> None:
        if literal_path.is_pattern(self.data_path):
            raise ValueError(
                f"data_dir {self.data_dir_root} has one of the characters {literal_path.PATTERN} in its name, which "
                "TFDS takes for a pattern; give another one, or let a run with --config.dataset.data_dir prepare it."
            )
        # TFDS says nowhere else that the user asked for Beam (--beam_pipeline_options).
        self._through_beam = bool(download_config.beam_options or download_config.beam_runner)
        super()._download_and_prepare(dl_manager, download_config)

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Any]:
        splits = self.recordings(self._manual_dir(dl_manager))
        if not splits:
            raise ValueError(f"Data set {self.name} gave no splits.")
        return {split: self._generate_examples(split, examples) for split, examples in splits.items()}

    def _generate_examples(self, split: str, examples: Iterable[dict[str, Any]]) -> Any:
        if self._through_beam and isinstance(examples, takes.Takes) and len(examples):
            return examples.through_beam(self._encoder(split))
        return self._one_after_another(split, examples)

    def _one_after_another(self, split: str, examples: Iterable[dict[str, Any]]) -> Iterator:
        key = -1
        for key, example in enumerate(examples):
            yield key, self._encoded(split, example)
        if key < 0:
            raise ValueError(f"Data set {self.name}: split {split!r} holds no recording.")

    def _encoded(self, split: str, example: dict[str, Any]) -> dict[str, Any]:
        return self._encoder(split)(example)

    def _encoder(self, split: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        joints = self.info.features["joints"]
        where = f"Data set {self.name}, split {split!r}"
        return functools.partial(encoded, where=where, num_joints=joints.shape[1], dtype=joints.np_dtype)

    def _manual_dir(self, dl_manager: tfds.download.DownloadManager) -> pathlib.Path | None:
        if not self.MANUAL_DOWNLOAD_INSTRUCTIONS:
            return None
        try:
            return pathlib.Path(dl_manager.manual_dir)
        except AssertionError as error:
            # TFDS reports a user's missing folder as an assertion; its text holds path and instructions.
            raise FileNotFoundError(str(error)) from None


def encoded(example: dict[str, Any], where: str, num_joints: int | None, dtype: type = np.float32) -> dict[str, Any]:
    """An example dict as it is stored: checked, nothing left out. Picklable, so that Beam's workers can call it.

    Args:
        example: as `SkeletonBuilder.recordings` gives it. No frames at all are accepted when some were captured.
        where: data set and split, for messages.
        num_joints: joints expected; None accepts any number.
        dtype: of the joints.

    Raises:
        ValueError: joints of another shape, not finite, none at all, or frame numbers that do not fit.
    """
    joints = np.asarray(example["joints"], dtype)
    where = f"{where}, recording {str(example['recording'])!r}"
    expected = num_joints or "J"
    if joints.ndim != 3 or joints.shape[2] != 3 or expected not in ("J", joints.shape[1]):
        raise ValueError(f"{where}: joints must be (frames, {expected}, 3); received {joints.shape}.")
    captured = int(example.get("captured", len(joints)))
    if not captured or not np.isfinite(joints).all():
        what = "a coordinate that is not finite" if captured else "no frames"
        raise ValueError(f"{where}: {what}.")
    frames = np.asarray(example.get("frames", np.arange(len(joints))), dtype=np.int64)
    if frames.shape != joints.shape[:1]:
        raise ValueError(f"{where}: {len(frames)} frame numbers for {len(joints)} frames.")
    return {
        "joints": joints,
        "identity": str(example["identity"]),
        "recording": str(example["recording"]),
        "frames": frames,
        "captured": captured,
        **{key: str(example.get(key, "")) for key in ("camera", "condition", "setting")},
    }

# SPDX-License-Identifier: MIT
"""What every data set shares, whatever its examples hold: options, config names, order, metadata, folders, Beam."""

import abc
import dataclasses
import hashlib
import json
import pathlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tensorflow_datasets as tfds

from datasets_tfds import catalogue
from datasets_tfds.readers import raw_recordings
from tfskel import literal_path

Example = dict[str, Any]


@dataclasses.dataclass(eq=False)
class Config(tfds.core.BuilderConfig):
    """A TFDS config that carries the options which differ from the data set's OPTIONS table."""

    options: dict[str, Any] = dataclasses.field(default_factory=dict)


class BaseBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Stores examples once, in the order given.

    A kind of data implements `features`, `raw_examples` and `encoder`; a data set states the class attributes and gives
    its raw examples; `tfds build` and `download_and_prepare` do the rest.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    BUILDER_CONFIGS = [Config(name="recordings", description="Whole recordings, default options.")]

    SOURCE = ""  # one line: where the data come from
    HOMEPAGE = ""
    ACKNOWLEDGEMENT = ""  # sentence that has to stand in every copy and publication
    EMBEDDED = False  # the examples are part of the package; a manual_dir, where one is given, takes their place
    OPTIONS: dict[str, Any] = {}  # from the data set's options.py; the base itself reads "seed"
    CHOICES: dict[str, tuple[str, ...]] = {}  # option -> the only values it may have

    _through_beam = False
    _embedded = False

    @abc.abstractmethod
    def features(self) -> tfds.features.FeaturesDict:
        """What is stored of an example."""

    @abc.abstractmethod
    def raw_examples(self, manual_dir: pathlib.Path | None) -> dict[str, Iterable[Example]]:
        """Split name -> examples in the order in which they are stored.

        Args:
            manual_dir: the user's folder of raw files; None for a data set without
                MANUAL_DOWNLOAD_INSTRUCTIONS, and for an embedded one where none is given.
        """

    @abc.abstractmethod
    def encoder(self, split: str) -> Callable[[Example], Example]:
        """Example -> checked example as it is stored; picklable, so that Beam's workers can call it."""

    def metadata(self) -> dict[str, Any]:
        """What is recorded beside the data."""
        stated = {"acknowledgement": self.ACKNOWLEDGEMENT} if self.ACKNOWLEDGEMENT else {}
        return {"seed": self.options.get("seed"), "source": self.SOURCE, "options": self.options, **stated}

    @classmethod
    def config_for(cls, options: dict[str, Any]) -> Config:
        """The config that stands for these options; the same options always give the same folder.

        Raises:
            ValueError: an option is not in OPTIONS, or its type differs from the default's.
        """
        checked = {key: cls._checked_option(key, value) for key, value in sorted(options.items())}
        changed = {key: value for key, value in checked.items() if value != cls.OPTIONS[key]}
        for config in cls.BUILDER_CONFIGS:
            if config.options == changed:
                return config
        text = json.dumps(changed, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        kind = cls.BUILDER_CONFIGS[0].name
        return Config(name=f"{kind}_{digest}", description=f"{kind.capitalize()} with options {text}.", options=changed)

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

    def _info(self) -> tfds.core.DatasetInfo:
        return self.dataset_info_from_configs(
            features=self.features(),
            homepage=self.HOMEPAGE or None,
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(self.metadata()),
        )

    def _download_and_prepare(self, dl_manager, download_config) -> None:
        if literal_path.is_pattern(self.data_path):
            raise ValueError(
                f"data_dir {self.data_dir_root} has one of the characters {literal_path.PATTERN} in its name, which "
                "TFDS takes for a pattern; give another one, or let a run with --config.dataset.data_dir prepare it."
            )
        # TFDS says nowhere else that the user asked for Beam (--beam_pipeline_options).
        self._through_beam = bool(download_config.beam_options or download_config.beam_runner)
        self._embedded = self.EMBEDDED and download_config.manual_dir is None
        super()._download_and_prepare(dl_manager, download_config)

    def _generate_splits(self, dl_manager, download_config) -> list[tfds.core.SplitInfo]:
        splits = self.raw_examples(self._manual_dir(dl_manager))
        if not splits:
            raise ValueError(f"Data set {self.name} gave no splits.")
        # The local runner of Beam holds what passes through a pipeline to its end: each split gets one of its own.
        pipelines = [{split: examples} for split, examples in splits.items()] if self._through_beam else [splits]
        infos = []
        for self._raw in pipelines:  # read by _split_generators
            infos += super()._generate_splits(dl_manager, download_config)
        return infos

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Any]:
        return {split: self._generate_examples(split, examples) for split, examples in self._raw.items()}

    def _generate_examples(self, split: str, examples: Iterable[Example]) -> Any:
        if self._through_beam and isinstance(examples, raw_recordings.RawSplit) and len(examples):
            return examples.through_beam(self.encoder(split))
        return self._one_after_another(split, examples)

    def _one_after_another(self, split: str, examples: Iterable[Example]) -> Iterator[tuple[int, Example]]:
        key = -1
        for key, example in enumerate(map(self.encoder(split), examples)):
            yield key, example
        if key < 0:
            raise ValueError(f"Data set {self.name}: split {split!r} holds nothing.")

    def _manual_dir(self, dl_manager: tfds.download.DownloadManager) -> pathlib.Path | None:
        if self._embedded or not self.MANUAL_DOWNLOAD_INSTRUCTIONS:
            return None
        try:
            return pathlib.Path(dl_manager.manual_dir)
        except AssertionError as error:
            # TFDS reports a user's missing folder as an assertion; its text holds path and instructions.
            raise FileNotFoundError(str(error)) from None

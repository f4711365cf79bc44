# SPDX-License-Identifier: MIT
"""A recorded case of SM-SGE, spread over several files: its settings, inputs, and our models holding its weights."""

import contextlib
import functools
import json
import pathlib
import types

import numpy as np

from tests.parity import original_names, reading, rows
from tests.parity.reading import prefixed
from tfskel import skeletons
from tfskel.checkpoints import name_table
from tfskel.data import order as batches
from tfskel.systems import recognition
from tfskel.systems.sm_sge import model as sm_sge
from tfskel.systems.sm_sge import original as names
from tfskel.systems.sm_sge import trainer as pretraining

SCALE_OF = {letter: scale for scale, letter in sm_sge.LETTERS.items()}


def flags(words: list[str]) -> dict[str, str]:
    """Command line flags as a dictionary: ["--loss", "l2", "--P=4"] -> {"loss": "l2", "P": "4"}."""
    values, words = {}, list(words)
    while words:
        name, _, value = str(words.pop(0)).lstrip("-").partition("=")
        if not value and words and not str(words[0]).startswith("--"):
            value = str(words.pop(0))
        values[name] = value
    return values


class Case:
    """Lazy view of the files of one case.

    Args:
        name: of the case.
        paths: kind -> file.
        folder: where meta.json and <name>_meta.json may state settings.
    """

    def __init__(self, name: str, paths: dict[str, pathlib.Path], folder: pathlib.Path):
        self.name, self.paths, self.folder, self.loaded = name, paths, folder, {}

    def __contains__(self, kind: str) -> bool:
        return kind in self.paths

    def arrays(self, kind: str) -> dict[str, np.ndarray]:
        """Arrays of one file.

        Raises:
            ValueError: the case has no such file, or it is damaged.
        """
        if kind not in self.paths:
            raise ValueError(f"{self.name}_{kind}.npz is missing; it is needed to compare.")
        if kind not in self.loaded:
            self.loaded[kind] = reading.load(self.paths[kind])
        return self.loaded[kind]

    @functools.cached_property
    def row(self) -> rows.Table:
        """The case's rows; tolerances that grow with f need the inputs."""
        frames = {"frames": self.settings.length} if "inputs_weights" in self else {}
        return rows.Table("sm_sge", self.name, **frames)

    @functools.cached_property
    def stated(self) -> dict:
        """Settings stated by the case: JSON files, then `meta_json` in its arrays, then its command line flags.

        A damaged file states nothing; it is reported when it is compared itself.
        """
        merged = {}
        stated = (self.folder / name for name in ("meta.json", f"{self.name}_meta.json"))
        for path in filter(pathlib.Path.is_file, stated):
            merged |= reading.load_settings(path)
        for kind in self.paths:
            with contextlib.suppress(ValueError):
                merged |= json.loads(str(self.arrays(kind).get("meta_json", "{}")))
        return merged | flags(merged.get("flags") or [])

    @functools.cached_property
    def settings(self) -> types.SimpleNamespace:
        """What the case was recorded with; stated by its settings, or seen in the shapes."""
        arrays, stated = self.arrays("inputs_weights"), self.stated
        seen = names.hyperparameters(self.shapes)
        batch = len(arrays["input/label"])
        network = {key: seen[key] for key in ("skeleton", "units", "heads", "node_units")}
        network |= {"length": len(arrays["input/J"]) // batch, "fusion": float(stated.get("fusion_lambda", 1.0))}
        network |= {"structure_only": self._structure_only()} | self._neighbourhood(seen["skeleton"], arrays)
        return types.SimpleNamespace(
            network=network,
            length=network["length"],
            batch=batch,
            loss=str(stated.get("loss", "l1")),
            margin=int(stated.get("pred_margin", 0)),
            first_only=str(stated.get("s_range", "all")) != "all",
            last_prefix_only=_flag(stated.get("last_pre", 0)),
        )

    def _neighbourhood(self, skeleton: str, arrays: dict) -> dict:
        """As stated; if nothing is stated, the smallest that gives the recorded bias of the joints."""
        stated = self.stated
        if any(key in stated for key in ("n_hood", "nhood", "global_att")):
            hood = int(stated.get("n_hood", stated.get("nhood", 1)))
            return {"neighbourhood": hood, "global_attention": _flag(stated.get("global_att", 0))}
        if not np.any(arrays["bias/P"]) and not np.any(arrays["bias/B"]):
            return {"neighbourhood": 1, "global_attention": True}
        adjacency = skeletons.adjacency(skeletons.get(skeleton), "joints")
        fits = (
            hood
            for hood in range(1, len(adjacency))
            if np.array_equal(skeletons.attention_bias(adjacency, hood) < 0, arrays["bias/J"][0] < 0)
        )
        return {"neighbourhood": next(fits, 1), "global_attention": False}

    def _structure_only(self) -> bool:
        """As stated; if nothing is stated, whether the collaborative matrices have no gradients."""
        if "struct_only" in self.stated or "grads" not in self:
            return _flag(self.stated.get("struct_only", 0))
        return f"grad/J/{names.RELATION}_16" not in self.arrays("grads")

    @functools.cached_property
    def weights(self) -> dict[str, np.ndarray]:
        """Initial weights by original name."""
        return prefixed(self.arrays("inputs_weights"), "weight/")

    @functools.cached_property
    def shapes(self) -> dict[str, tuple]:
        """Shapes by original name."""
        return {name: value.shape for name, value in self.weights.items()}

    @functools.cached_property
    def entries(self) -> dict[str, name_table.Entry]:
        """Name table of the encoder."""
        network = self.settings.network
        return names.table(network["heads"], network["units"], network["structure_only"])

    @functools.cached_property
    def sub_sequences(self) -> list[list[int]]:
        """Recorded frame subsets."""
        recorded = prefixed(self.arrays("inputs_weights"), "frames/")
        return [recorded[str(q)].tolist() for q in range(len(recorded))]

    @functools.cached_property
    def trained(self) -> list[list[int]]:
        """The frame subsets that enter the losses."""
        if self.settings.first_only:
            return self.sub_sequences[:1]
        recorded = len(prefixed(self.arrays("forward_seq"), "loss_seq/J/")) if "forward_seq" in self else 0
        if recorded:
            return self.sub_sequences[:recorded]
        longest = self.settings.length - 2 * self.settings.margin
        return [frames for frames in self.sub_sequences if len(frames) <= longest]

    def joints(self, kind: str = "inputs_weights") -> np.ndarray:
        """Recorded input batch: (B, f, J, 3) float32."""
        joints = self.arrays(kind)["input/J"]
        return joints.reshape(-1, self.settings.length, *joints.shape[1:])

    def labels(self, kind: str = "inputs_weights") -> np.ndarray:
        """Recorded classes: (B,) int."""
        return np.argmax(self.arrays(kind)["input/label"], axis=1)

    def encoder(self, weights: dict[str, np.ndarray]) -> sm_sge.SMSGE:
        """A new model with the given weights."""
        model = sm_sge.SMSGE(**self.settings.network)
        names.load_encoder(model, weights)
        return model

    def trained_encoder(self) -> sm_sge.SMSGE:
        """The encoder that the recognition stage was given."""
        return self.encoder(prefixed(self.arrays("stage2_encoder_weights"), "weight/"))

    def trainer(self, learning_rate: float = 0.0) -> pretraining.PretrainTrainer:
        """A trainer of a new model with the initial weights."""
        settings, model = self.settings, self.encoder(self.weights)
        return pretraining.PretrainTrainer(model, learning_rate, self.trained, settings.loss, settings.margin)

    def classifier(self, weights: dict[str, np.ndarray], stage: int) -> recognition.Recognition:
        """A recognition network with weights of stage 1 or 2."""
        last = weights[list(names.classifier_table(stage))[-1]]
        model = recognition.Recognition(4 * self.settings.network["units"], len(last))
        names.load_classifier(model, weights, stage)
        return model

    def prefix_features(self, model: sm_sge.SMSGE, joints: np.ndarray) -> np.ndarray:
        """Features of the recognition stage: (N, f, J, 3) -> (N, P, D)."""
        cuts = batches.slices(len(joints), 64, "keep")
        return np.concatenate([model.prefix_features(joints[cut], margin=self.settings.margin) for cut in cuts])

    @functools.cached_property
    def first_losses_and_gradients(self) -> tuple[dict, dict[str, dict[str, np.ndarray]]]:
        """At the initial weights on the first batch: letter -> loss, and scale -> original name -> array."""
        trainer = self.trainer()
        losses, gradients = trainer.gradients(self.joints())
        named = {scale: original_names.named(trainer.weights[scale], g) for scale, g in gradients.items()}
        renamed = {scale: self._renamed(ours, differences=True) for scale, ours in named.items()}
        return {sm_sge.LETTERS[scale]: value for scale, value in losses.items()}, renamed

    def to_original(self, model: sm_sge.SMSGE) -> dict[str, np.ndarray]:
        """Weights of a model under their original names, and the original variables that no loss reaches."""
        trained = {*self.entries, *names.classifier_table(1)}
        untrained = {name: value for name, value in self.weights.items() if name not in trained}
        return untrained | self._renamed(original_names.named(model.trainable_variables))

    def _renamed(self, ours: dict, differences: bool = False) -> dict[str, np.ndarray]:
        like = {name: self.weights[name] for name in self.entries}
        to_ours = functools.partial(name_table.to_ours, entries=self.entries)
        return original_names.to_original(ours, like, to_ours, differences)

    @functools.cached_property
    def learning_rate(self) -> float:
        """Learning rate of the pre-training.

        Raises:
            ValueError: the case does not state it, or has no weights.
        """
        self.arrays("inputs_weights")
        if "lr_pre" in self.stated:
            return float(self.stated["lr_pre"])
        if "stage2_encoder_weights" in self:
            return float(self.arrays("stage2_encoder_weights")["lr"])
        raise ValueError(f"{self.name} states no learning rate (lr_pre in its settings).")


def _flag(value) -> bool:
    return str(value).lower() in ("1", "true")

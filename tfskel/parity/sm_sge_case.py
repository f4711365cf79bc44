# SPDX-License-Identifier: MIT
"""A recorded case of SM-SGE: its settings, inputs, and our models holding its weights."""

import dataclasses
import functools

import numpy as np

from tfskel import skeletons
from tfskel.checkpoints import assign
from tfskel.checkpoints import sm_sge as names
from tfskel.data import batches
from tfskel.models import recognition, sm_sge
from tfskel.parity import golden
from tfskel.training import sm_sge as pretraining

SCALE_OF = {letter: scale for scale, letter in sm_sge.LETTERS.items()}


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a case was recorded with; stated by its settings, or seen in the shapes."""

    skeleton: str
    length: int
    batch: int
    units: int
    heads: int
    node_units: int
    fusion: float
    neighbourhood: int
    global_attention: bool
    structure_only: bool
    loss: str
    margin: int
    first_only: bool
    last_prefix_only: bool


class Case:
    """Lazy view of the files of one case.

    Args:
        files: where they are.
    """

    def __init__(self, files: golden.Files):
        self.files, self.name = files, files.case

    def arrays(self, kind: str) -> dict[str, np.ndarray]:
        """Arrays of one of the case's files; see golden.Files.arrays."""
        return self.files.arrays(kind)

    @functools.cached_property
    def stated(self) -> dict:
        """Settings written down in the case's files."""
        return self.files.settings()

    @functools.cached_property
    def settings(self) -> Settings:
        """Settings, complete.

        Raises:
            ValueError: neither stated nor to be seen.
        """
        arrays = self.arrays("inputs_weights")
        seen = names.hyperparameters({name: value.shape for name, value in self.weights.items()})
        seen.pop("classes")
        batch = len(arrays["input/label"])
        stated = self.stated
        return Settings(
            **seen,
            batch=batch,
            length=len(arrays["input/J"]) // batch,
            fusion=float(stated.get("fusion_lambda", 1.0)),
            structure_only=self._structure_only(),
            loss=str(stated.get("loss", "l1")),
            margin=int(stated.get("pred_margin", 0)),
            first_only=str(stated.get("s_range", "all")) != "all",
            last_prefix_only=_flag(stated.get("last_pre", 0)),
            **self._neighbourhood(seen["skeleton"], arrays),
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
        if "struct_only" in self.stated or "grads" not in self.files:
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
    def entries(self) -> dict[str, names.Entry]:
        """Name table of the encoder."""
        return names.table(self.settings.heads, self.settings.units, self.settings.structure_only)

    @functools.cached_property
    def sub_sequences(self) -> list[list[int]]:
        """Recorded frame subsets."""
        arrays = self.arrays("inputs_weights")
        count = sum(name.startswith("frames/") for name in arrays)
        return [arrays[f"frames/{q}"].tolist() for q in range(count)]

    @functools.cached_property
    def trained(self) -> list[list[int]]:
        """The frame subsets that enter the losses."""
        if self.settings.first_only:
            return self.sub_sequences[:1]
        if "forward_seq" in self.files:
            recorded = sum(name.startswith("loss_seq/J/") for name in self.arrays("forward_seq"))
            if recorded:
                return self.sub_sequences[:recorded]
        if self.settings.margin:
            longest = self.settings.length - 2 * self.settings.margin
            return [frames for frames in self.sub_sequences if len(frames) <= longest]
        return self.sub_sequences

    def joints(self, kind: str = "inputs_weights") -> np.ndarray:
        """Recorded input batch: (B, f, J, 3) float32."""
        return self.sequences(self.arrays(kind)["input/J"])

    def sequences(self, joints: np.ndarray) -> np.ndarray:
        """Frames as sequences: (B * f, J, 3) -> (B, f, J, 3)."""
        return joints.reshape(-1, self.settings.length, *joints.shape[1:])

    def labels(self, kind: str = "inputs_weights") -> np.ndarray:
        """Recorded classes: (B,) int."""
        return np.argmax(self.arrays(kind)["input/label"], axis=1)

    def encoder(self, weights: dict[str, np.ndarray] | None = None) -> sm_sge.SMSGE:
        """A new model with the initial, or the given, weights."""
        s = self.settings
        model = sm_sge.SMSGE(s.skeleton, s.length, s.units, s.heads, s.node_units, s.fusion, s.neighbourhood,
                             s.global_attention, s.structure_only)  # fmt: skip
        names.load_encoder(model, self.weights if weights is None else weights)
        return model

    def trainer(self, learning_rate: float = 0.0) -> pretraining.PretrainTrainer:
        """A trainer of a new model with the initial weights."""
        s = self.settings
        return pretraining.PretrainTrainer(self.encoder(), learning_rate, self.trained, s.loss, s.margin)

    def classifier(self, weights: dict[str, np.ndarray], stage: int) -> recognition.Recognition:
        """A recognition network with weights of stage 1 or 2."""
        last = weights[list(names.classifier_table(stage))[-1]]
        model = recognition.Recognition(4 * self.settings.units, len(last))
        names.load_classifier(model, weights, stage)
        return model

    @functools.cached_property
    def first_gradients(self) -> dict[str, dict[str, np.ndarray]]:
        """Gradients at the initial weights on the first batch: scale -> original name -> array."""
        trainer = self.trainer()
        _, found = trainer.gradients(self.joints())
        named = {
            scale: {assign.weight_name(v): np.asarray(g) for v, g in zip(trainer.weights[scale], values, strict=True)}
            for scale, values in found.items()
        }
        return {s: names.to_original(ours, self.entries, self.shapes, differences=True) for s, ours in named.items()}

    def trained_encoder(self) -> sm_sge.SMSGE:
        """The encoder that the recognition stage was given."""
        return self.encoder(prefixed(self.arrays("stage2_encoder_weights"), "weight/"))

    def classifier_weights(self, stage: int) -> dict[str, np.ndarray]:
        """Recognition network at the beginning of a stage, by original name."""
        return self.weights if stage == 1 else prefixed(self.arrays("stage2"), "mlp_weight/")

    def prefix_features(self, joints: np.ndarray) -> np.ndarray:
        """Features of the recognition stage: (N, f, J, 3) -> (N, P, D)."""
        model = self.trained_encoder()
        cuts = batches.slices(len(joints), 64, "keep")
        return np.concatenate([model.prefix_features(joints[cut], margin=self.settings.margin) for cut in cuts])

    def batched(self, split: str) -> int:
        """Sequences of a split that fill whole batches."""
        count = len(self.arrays("dataset")[f"y_{split}"])
        return count - count % self.settings.batch

    def to_original(self, model: sm_sge.SMSGE) -> dict[str, np.ndarray]:
        """Weights of a model under their original names."""
        ours = {name: variable.numpy() for name, variable in assign.named_weights(model).items()}
        return names.to_original(ours, self.entries, self.shapes)

    def untrained(self) -> dict[str, np.ndarray]:
        """Original variables that no loss reaches and our model does not have."""
        ours = {*self.entries, *names.classifier_table(1)}
        return {name: value for name, value in self.weights.items() if name not in ours}

    @functools.cached_property
    def learning_rate(self) -> float:
        """Learning rate of the pre-training.

        Raises:
            ValueError: the case does not state it, or has no weights.
        """
        self.arrays("inputs_weights")
        if "lr_pre" in self.stated:
            return float(self.stated["lr_pre"])
        if "stage2_encoder_weights" in self.files:
            return float(self.arrays("stage2_encoder_weights")["lr"])
        raise ValueError(f"{self.name} states no learning rate (lr_pre in its settings).")


def prefixed(arrays: dict, prefix: str) -> dict:
    """The entries whose name begins with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def _flag(value) -> bool:
    return str(value).lower() in ("1", "true")

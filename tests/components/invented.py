# SPDX-License-Identifier: MIT
"""A data set whose every sequence is one number, and systems that read it: results can be counted by hand."""

import keras
import numpy as np
import tensorflow as tf

from components import splits, train
from tests import fakes
from tfskel import arrays
from tfskel.data import recordings
from tfskel.systems import two_stage
from tfskel.training import phase as phases

F = 2
NUMBER = (slice(None), 0, 1, 0)  # first frame, joint beside the root, x
CENTRES = (0.0, 10.0, 20.0)  # number that the recognition network expects of each class


def split(*rows: tuple[str, float], frames: int = F) -> recordings.Recordings:
    """A recording for each (identity, number): all joints lie in the root, but for the x of the joint beside it."""
    examples = []
    for place, (identity, number) in enumerate(rows):
        joints = np.zeros((frames, 20, 3), np.float32)
        joints[:, 1, 0] = number
        examples.append({"joints": joints, "identity": identity, "recording": f"{identity} {place}"})
    return recordings.Recordings.from_list(examples)


def ingest(folder, monkeypatch, **by_split: recordings.Recordings):
    """An output folder of ingest whose splits are those given."""
    folder.mkdir()
    pointer = {"name": "invented", "kind": splits.SKELETONS, "folder": "tfds", "skeleton": "kinect_v1"}
    arrays.write_json(folder / splits.POINTER, pointer)
    monkeypatch.setattr(recordings, "load", lambda path, name, index: by_split[name])
    return folder


def recipe(system: str, **settings):
    """The small recipe for sequences of F frames."""
    return fakes.recipe("sm_sge", **{"system": system, "dataset.length": F, "dataset.name": "invented"} | settings)


class Reading(two_stage.TwoStageSystem):
    """Its feature is the number of a sequence; a class scores the higher, the nearer the number is to its centre.

    Before its one weight is loaded the feature is 0.
    """

    pretraining = recognising = None  # it is never trained

    def __init__(self, recipe, classes, seed):
        super().__init__(recipe, classes, seed)
        self.weight = tf.Variable(0.0)
        self.models = {name: {"weight": self.weight} for name in self.PHASES}

    def load(self, folder, name, kept):
        self.weight.assign(1.0)
        return True

    def represent(self, batch, portable=False):
        return {"features": self.weight * batch[NUMBER][:, None]}

    def scores(self, batch, portable=False):
        return -tf.abs(batch[NUMBER][:, None] - tf.constant(CENTRES))


def reading_model(folder, classes):
    """What the train stage leaves of a `Reading`: nothing but its description."""
    folder.mkdir()
    epochs = {name: {"last": 0} for name in Reading.PHASES}
    arrays.write_json(
        folder / train.DESCRIPTION, {"system": "reading", "classes": classes, "epochs": epochs, "seed": 1}
    )
    return folder


class Learning(two_stage.TwoStageSystem):
    """Two layers that are trained with momentum: one reconstructs the first frame, one names the identity."""

    def __init__(self, recipe, classes, seed):
        super().__init__(recipe, classes, seed)
        self.encoder, self.classifier = (_layer(units, inputs, seed) for units, inputs in ((60, 60), (classes, 60)))
        self.models = {"pretraining": {"pretraining": self.encoder}, "recognition": {"recognition": self.classifier}}

    def represent(self, batch, portable=False):
        return {"features": self.encoder(_first_frame(batch))}

    def scores(self, batch, portable=False):
        return self.classifier(self.encoder(_first_frame(batch)))

    def pretraining(self, fit):
        def loss(rows):
            frames = _first_frame(fit.train.read(rows))
            return tf.reduce_mean((self.encoder(frames) - frames) ** 2)

        return self._phase("pretraining", self.encoder, loss, self.retrieval_score(fit), fit)

    def recognising(self, fit):
        def loss(rows):
            scores = self.scores(fit.train.read(rows))
            return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(fit.train.labels[rows], scores))

        def accuracy(epoch):
            hits = np.argmax(self.scores(fit.probe.read(slice(None))), axis=1) == fit.probe.labels
            return {"probe/accuracy": float(np.mean(hits))}

        score = accuracy if fit.closed_set else self.open_set_score(fit)
        return self._phase("recognition", self.classifier, loss, score, fit)

    def _phase(self, name, model, loss, score, fit):
        optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
        optimizer.build(model.trainable_variables)

        def step(rows):
            with tf.GradientTape() as tape:
                total = loss(rows)
            optimizer.apply(tape.gradient(total, model.trainable_variables), model.trainable_variables)
            return {"total": total}

        def batches(epoch):
            order = np.random.default_rng([self.seed, epoch]).permutation(len(fit.train))
            return ((rows,) for rows in np.array_split(order, 3))

        return phases.Phase(
            name=name,
            epochs=3,
            steps=3,
            batches=batches,
            step=step,
            score=score,
            selections=self.selections(name, fit),
            models={name: model},
            trackables={"model": model, "optimizer": optimizer},
        )


def _layer(units, inputs, seed):
    initial = keras.initializers.GlorotUniform(seed)
    return keras.Sequential([keras.layers.Input((inputs,)), keras.layers.Dense(units, kernel_initializer=initial)])


def _first_frame(joints):
    return tf.reshape(tf.convert_to_tensor(joints)[:, 0], (-1, 60))

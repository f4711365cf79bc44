# SPDX-License-Identifier: MIT
"""What is wrong with a recipe whatever the data: checked at the start of a run, not where the setting is used."""

import ml_collections

from components import cluster, tested_set
from components.export import forms
from components.report import projection
from datasets_tfds import catalogue
from tfskel import choices, skeletons, systems
from tfskel.clustering import neighbours
from tfskel.data import skeleton_split as sequences
from tfskel.data import windows
from tfskel.evaluation import protocols, tracklets
from tfskel.systems import skeleton_system
from tfskel.training import execution, selection

# Settings of the sections that all systems share -> their values.
CHOICES = {
    "dataset.skeleton": ("", *skeletons.SKELETONS),
    "dataset.train_rule": sequences.RULES,
    "dataset.probe_order": windows.ORDERS,
    **execution.CHOICES,
    "export.selection": selection.DESCRIPTIONS,
    "clustering.method": cluster.SETTINGS,
    "clustering.search": neighbours.SEARCHES,
    "evaluation.pooling": ("", *tracklets.POOLINGS),
    "evaluation.projection": projection.METHODS,
}


def check(config: ml_collections.ConfigDict) -> None:
    """Refuses a recipe that would only fail in a later stage.

    Raises:
        FileNotFoundError: there is no other set to test on where the recipe says.
        ValueError: an unknown system, a setting that is none of its values, settings that do not fit together, or
            packages that a form of the export needs are not installed.
    """
    kind = systems.find(config.system)
    choices.check(config, {option: values for option, values in CHOICES.items() if option not in kind.CHOICES})
    kind.check(config)
    forms.chosen(config.export.formats)
    execution.check(config.training)
    if config.evaluation.on:
        tested_set.protocol(config.dataset, config.evaluation)
    if config.evaluation.stress and kind.INPUT != skeleton_system.SkeletonSystem.INPUT:
        raise ValueError(
            f"evaluation.stress changes views and joints of skeletons; received True with {config.system}, a system of "
            f"{kind.INPUT}. Leave it False."
        )
    if config.dataset.name in catalogue.known():  # an unknown one is refused by name when its builder is looked for
        protocols.protocol(config.dataset.name, config.dataset.probe)
        _check_rerank(config)


def _check_rerank(config: ml_collections.ConfigDict) -> None:
    if config.evaluation.rerank and tested_set.protocol(config.dataset, config.evaluation).one_set:
        raise ValueError(
            "evaluation.rerank needs a probe and a gallery; the protocol searches one set in itself (dataset.probe is "
            f"{config.dataset.probe!r}). Leave it False."
        )

# SPDX-License-Identifier: MIT
"""Methods of a comparison: what they are called, where they work, and which cannot stand in one table."""

import pathlib

import pytest

from components import recipe_names
from components.compare import entries, named
from datasets_tfds import catalogue

RUNS = pathlib.Path("runs")
JOINTS, HI_MPC = "configs/joint_distances_gait_sim.py", "hi_mpc_gait_sim"


def read(*words, seeds=()):
    return entries.read([("", word) for word in words], RUNS, seeds)


def test_a_recipe_works_where_the_runner_does_and_settings_make_another_folder():
    first, second, third = read(
        f"{JOINTS}:pose=True",
        f"{HI_MPC} --config.training.epochs=15 --config.seeds=3,4",
        f"{HI_MPC} --config.seeds=3,4",
    )
    assert first.workdir == RUNS / recipe_names.default_name(f"{JOINTS}:pose=True")
    assert first.label == "joint_distances, pose=True" and first.config.network.pose
    assert second.workdir == RUNS / "hi_mpc_gait_sim_training_epochs_15" and second.config.training.epochs == 15
    assert second.label == "hi_mpc, training.epochs=15"
    assert third.workdir == RUNS / "hi_mpc_gait_sim" and third.config.seeds == second.config.seeds == (3, 4)
    assert all(entry.config.seeds == (7,) for entry in read(JOINTS, HI_MPC, seeds=(7,)))


@pytest.mark.parametrize(
    "words, message",
    [
        ([JOINTS, HI_MPC, JOINTS], f"the same method stands there twice: '{JOINTS}' and '{JOINTS}'"),
        ([JOINTS, "hi_mpc_cmu_walk"], "dataset.name is 'gait_sim' in .* and 'cmu_walk' in 'hi_mpc_cmu_walk'"),
        ([JOINTS, f"{HI_MPC} --config.dataset.length=4"], "dataset.length is 6 in .* and 4 in"),
        ([JOINTS, f"{HI_MPC} --config.dataset.options.seed=1"], "dataset.options.seed is 0 in .* and 1 in"),
        (["joint_distances_ias:probe=a", "hi_mpc_ias:probe=b"], "dataset.probe is 'a' in .* and 'b' in"),
        (["upmnet_person_sim", "upmnet_person_sim --config.evaluation.pooling=mean"], "evaluation.pooling is 'max'"),
        ([JOINTS, f"{HI_MPC} --config.training.epoch=3"], "cannot be used: .*epoch"),
        ([JOINTS, f"{HI_MPC} training.epochs=3"], "'training.epochs=3' is no setting; give --config.section.key=value"),
        ([JOINTS, "hi_mpc_gait_simm"], "Did you mean configs/hi_mpc_gait_sim.py"),
    ],
)
def test_what_cannot_stand_in_one_table_is_refused_before_any_work(words, message):
    with pytest.raises(ValueError, match=message):
        read(*words)


def test_an_option_at_its_default_is_the_same_as_none():
    noise = catalogue.options("gait_sim")["noise"]
    assert len(read(JOINTS, f"{HI_MPC} --config.dataset.options.noise={noise}")) == 2


def test_many_settings_make_a_name_that_a_folder_can_have():
    words = [f"{HI_MPC} --config.dataset.manual_dir={'long/' * 60} --config.training.epochs={n}" for n in (1, 2)]
    one, other = (entry.workdir.name for entry in read(*words))
    assert one != other and max(len(one), len(other)) <= 100 and one.startswith("hi_mpc_gait_sim_dataset_manual_dir_")


def test_every_named_comparison_can_be_read_and_the_working_folder_adds_its_own(tmp_path, monkeypatch):
    for methods in named.known().values():
        found = entries.read(list(methods.items()), RUNS)
        assert [entry.label for entry in found] == list(methods)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    path = tmp_path / "configs" / named.FILE
    path.write_text(f'[mine]\n"ours" = "{HI_MPC}"\n', encoding="utf-8")
    assert named.known()["mine"] == {"ours": HI_MPC} and "demo" in named.known()
    for text, message in (("[mine", "Expected"), ("mine = 3", "mine: expected"), ("[mine]\na = 3", "mine: expected")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=f"comparisons.toml.*{message}"):
            named.known()

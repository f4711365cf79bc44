# SPDX-License-Identifier: MIT
"""The train stage with a system of two layers: what it keeps, and that an interruption anywhere changes nothing."""

import numpy as np
import pytest

from components import splits, train
from tests import fakes
from tests.components import invented
from tfskel import arrays, systems
from tfskel.training import loop

SAVED = [("held_out_fit", "pretraining", 0), ("held_out_fit", "recognition", 2), ("model", "pretraining", 2),
         ("model", "recognition", 0), ("model", "recognition", 2)]  # fmt: skip


@pytest.fixture(scope="module")
def fit(ingested):
    """Function of folder, seed and settings that runs the stage; further calls resume."""

    def run(folder, seed=1, **settings):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(systems.SYSTEMS, "learning", "tests.components.invented:Learning")
            config = fakes.recipe("sm_sge", **{"system": "learning"} | settings)
            folder.mkdir(exist_ok=True)
            train.train(recipe=fakes.sections(config), recordings=ingested, seed=seed, model=folder)
        return folder

    return run


@pytest.fixture(scope="module")
def whole(fit, tmp_path_factory):
    return fit(tmp_path_factory.mktemp("whole"))


def result(model):
    logs = [fakes.logged(folder) for folder in (model / "held_out_fit", model)]
    return logs, arrays.read_json(model / train.DESCRIPTION), fakes.kept_weights(model)


def test_every_selection_keeps_the_epoch_that_its_rule_names(whole):
    described = arrays.read_json(whole / train.DESCRIPTION)
    logged = {"model": fakes.logged(whole), "held_out_fit": fakes.logged(whole / "held_out_fit")}
    for phase, score in (("pretraining", "rank1"), ("recognition", "accuracy")):
        epochs = described["epochs"][phase]
        values = {fit: [line for line in lines if line["phase"] == phase] for fit, lines in logged.items()}
        assert epochs["last"] == 2
        assert epochs["probe-best"] == np.argmax([line[f"probe/{score}"] for line in values["model"]])
        assert epochs["held-out identities"] == np.argmax([line["held_out/mAP"] for line in values["held_out_fit"]])


def test_only_what_later_stages_read_stays(whole):
    files = {path.name for path in whole.rglob("*") if path.is_file() and "tfevents" not in path.name}
    selections = ("last", "probe-best", "held-out-identities")
    phases = ("pretraining.pretraining", "recognition.recognition")
    assert files == {f"{phase}.{kept}.weights.h5" for phase in phases for kept in selections} | {
        "system.json", "metrics.jsonl", "pictures.npz", "epochs.json",
    }  # fmt: skip


@pytest.mark.parametrize("folder, phase, epoch", SAVED)
def test_a_training_interrupted_after_any_epoch_resumes_to_the_same_result(whole, fit, tmp_path, folder, phase, epoch):
    plain = loop.Keeper.save

    def save(keeper, number, ended):
        plain(keeper, number, ended)
        if (keeper.folder.name, keeper.phase.name, number) == (folder, phase, epoch):
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop.Keeper, "save", save)
        fit(tmp_path / "model")
    assert result(fit(tmp_path / "model")) == result(whole)


def test_a_training_interrupted_after_its_last_epoch_is_not_repeated(whole, fit, tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(train, "_draw", interrupt)
        fit(tmp_path / "model")
    monkeypatch.setattr(invented.Learning, "_phase", _without_steps(invented.Learning._phase))
    assert result(fit(tmp_path / "model")) == result(whole)


def _without_steps(plain):
    def phase(*arguments):
        made = plain(*arguments)
        made.step = None
        return made

    return phase


def test_another_seed_trains_another_model(whole, fit, tmp_path):
    other = fit(tmp_path / "other", seed=2)
    assert arrays.read_json(other / train.DESCRIPTION)["seed"] == 2
    kept = [fakes.kept_weights(model) for model in (whole, other)]
    last = [name for name in kept[0] if ".last." in name]
    assert len(last) == 4 and all(kept[0][name] != kept[1][name] for name in last)


def test_no_epoch_is_chosen_by_held_out_identities_where_none_are_wanted(fit, tmp_path):
    model = fit(tmp_path / "model", **{"selection.held_out": 0.0})
    assert not (model / "held_out_fit").exists()
    assert {name for epochs in arrays.read_json(model / train.DESCRIPTION)["epochs"].values() for name in epochs} == {
        "last", "probe-best",
    }  # fmt: skip


def test_the_system_is_restored_with_the_weights_of_a_selection(whole, ingested, monkeypatch):
    monkeypatch.setitem(systems.SYSTEMS, "learning", "tests.components.invented:Learning")
    config = fakes.recipe("sm_sge", **{"system": "learning"})
    system, described, parts = train.restore(fakes.sections(config), ingested, whole)
    assert parts.classes == described["classes"]
    assert isinstance(system, invented.Learning) and described == arrays.read_json(whole / train.DESCRIPTION)
    for phase in system.PHASES:
        assert system.load(whole, phase, "last")
    kept = fakes.kept_weights(whole)
    for phase in system.PHASES:
        of_phase = {kept[name] for name in kept if name.startswith(f"{phase}.{phase}.last.")}
        assert {weight.tobytes() for weight in system.models[phase][phase].get_weights()} <= of_phase


def stop(*_):
    raise InterruptedError


@pytest.mark.parametrize("system, needs", [("cage", "a third of its encoders see"), ("joint_distances", "distances in"),
                                           ("hi_mpc", "")])  # fmt: skip
@pytest.mark.parametrize("flat", [False, True])
def test_a_system_that_needs_depth_says_so_before_it_learns_from_joints_without_depth(
    tmp_path, monkeypatch, system, needs, flat
):
    still = invented.split(("a", 1), ("b", 2))
    recordings = invented.ingest(tmp_path / "recordings", monkeypatch, train=still, probe=still, gallery=still)
    pointer = arrays.read_json(recordings / splits.POINTER)
    arrays.write_json(recordings / splits.POINTER, pointer | {"flat": flat})
    said = []
    monkeypatch.setattr(train.logging, "warning", lambda text, *values: said.append(text % values))
    monkeypatch.setattr(train, "_choose", stop)
    with pytest.raises(InterruptedError):
        train.train(recipe=fakes.sections(invented.recipe(system)), recordings=recordings, seed=1, model=tmp_path)
    lines = [f"{system} is made for joints with depth, which these lack: {needs}"] if flat and needs else []
    assert [line[: len(wanted)] for line, wanted in zip(said, lines, strict=True)] == lines

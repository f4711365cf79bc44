# SPDX-License-Identifier: MIT
"""CAGE through the runner: the simulator, and trees in the authors' layout for every protocol of its programs."""

import numpy as np
import pytest

from components import evaluate, main, splits
from tests import fakes

SMALL = {"network.units": 8, "training.epochs": 2, "training.batch_size": 4, "selection.held_out": 0.0}
SCORED = ("ingest", "train", "evaluate")
RECOGNITION = {"recognition.epochs": 30, "recognition.batch_size": 16, "recognition.learning_rate": 0.01}


def write(folder, name, joints, persons, prefix=""):
    """One split in the authors' layout: coordinates, reversed coordinates, persons."""
    folder.mkdir(parents=True, exist_ok=True)
    for axis, values in zip("xyz", np.moveaxis(joints, -1, 0), strict=True):
        for kind, frames in (("source", values), ("target", values[:, ::-1])):
            np.save(folder / f"{prefix}{kind}_{axis}_{name}_{joints.shape[1]}.npy", frames.reshape(-1, joints.shape[2]))
    np.save(folder / f"ids_{name}_{joints.shape[1]}.npy", np.array(persons, object))


def walkers(seed, people, each, length, joints):
    """(N, f, J, 3) of people of their own shape, and person -> rows."""
    walked = fakes.walkers(seed, people, takes=1, frames=each * length, joints=joints)
    persons = {person: list(range(person * each, (person + 1) * each)) for person in range(people)}
    return walked.joints.reshape(-1, length, joints, 3), persons


def table(folder):
    return {(row["family"], row["selection"]): row for row in fakes.rows(folder)}


@pytest.fixture(scope="module")
def arrays_of_ias(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ias")
    base = folder / "Datasets/IAS/3"
    write(base / "IAS_train_npy_data", "IAS", *walkers(1, 4, 8, 3, 20))
    for seed, test in ((2, "IAS-A"), (3, "IAS-B")):
        write(base / "IAS_test_npy_data", test, *walkers(seed, 4, 6, 3, 20), prefix="t_")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory, arrays_of_ias):
    """The folder of a run that trains three tasks."""
    workdir = tmp_path_factory.mktemp("whole")
    dataset = {"length": 3, "options.config": "ias_f3", "manual_dir": str(arrays_of_ias)}
    settings = SMALL | RECOGNITION | {f"dataset.{name}": value for name, value in dataset.items()}
    main.execute(fakes.read_recipe("cage_ias:probe=b,variant=plus", **settings), workdir)
    return workdir


def test_three_tasks_run_from_the_authors_arrays(finished):
    rows = table(finished / "report")
    assert rows["A recognition network", "last"]["metrics"]["rank1"] >= 0.75
    assert rows["B retrieval", "last of frames"]["metrics"]["rank1"] == 1.0
    assert rows["A recognition network, complete batches", "last"]["scored"] < 24
    pictures = np.load(finished / "seed_1/model/pictures.npz")
    assert "attention/locality target" in pictures.files


def test_cross_view_recipes_read_the_view_of_their_argument(tmp_path):
    base = tmp_path / "Datasets/CASIA_B/4/view_3"
    write(base / "CASIA_B_train_npy_data", "CASIA_B", *walkers(1, 3, 5, 4, 14))
    write(base / "CASIA_B_test_npy_data", "CASIA_B", *walkers(2, 3, 4, 4, 14), prefix="t_")
    settings = SMALL | {"dataset.manual_dir": str(tmp_path)}
    of_four_frames = {"dataset.length": 4, "dataset.options.config": "casia_b_view3_f4"}
    config = fakes.read_recipe("cage_casia_b:view=3", **settings | of_four_frames)
    main.execute(config, tmp_path / "run", ["ingest"])
    read = splits.read(tmp_path / "run/recordings", config.dataset)
    assert (len(read.train), len(read.probe), read.classes) == (15, 12, ["0", "1", "2"])
    with pytest.raises(SystemExit, match="casia_b_view4_f20"):
        main.execute(fakes.read_recipe("cage_casia_b:view=4", **settings), tmp_path / "other")


def test_conditions_are_matched_by_the_originals_rule(tmp_path):
    recorded = np.load(fakes.GOLDEN / "cage/pipeline_cme_cl_nm_f10.npz")
    base = tmp_path / "Datasets/CASIA_B_match/10"
    joints, persons = {}, {}
    for part in ("gallery", "probe"):
        keys = recorded[f"input/{part}_ids_keys"].tolist()
        joints[part] = recorded[f"input/{part}"]
        persons[part] = {key: recorded[f"input/{part}_ids_{key}"].tolist() for key in keys}
    write(base / "CASIA_B_train_npy_data", "CASIA_B", joints["gallery"], persons["gallery"])
    tests = base / "CASIA_B_test_npy_data"
    for condition, part in (("nm", "gallery"), ("cl", "probe")):
        write(tests / condition, "CASIA_B", joints[part], persons[part], prefix="t_")
    settings = SMALL | {"dataset.manual_dir": str(tmp_path), "dataset.length": 10,
                        "dataset.options.config": "casia_b_f10"}  # fmt: skip
    workdir, results = tmp_path / "cl.nm", tmp_path / "nm.nm"
    main.execute(fakes.read_recipe("cage_casia_b:probe=cl.nm", **settings), workdir, SCORED)
    same = fakes.read_recipe("cage_casia_b:probe=nm.nm", **settings)
    results.mkdir()
    evaluate.evaluate(recipe=fakes.sections(same), evaluation=same.evaluation, recordings=workdir / "recordings",
                      model=workdir / "seed_1/model", seed=1, results=results)  # fmt: skip
    for folder, least in ((workdir / "seed_1/results", 0.0), (results, 0.2)):
        rows = fakes.rows(folder)
        (row,) = [row for row in rows if row["selection"] == "last" and "the original's matching" in row["family"]]
        assert row["scored"] == len(recorded["cage/test"]) and least <= row["metrics"]["rank1"] <= 1
        assert not any(row["family"].startswith("A") for row in rows)


@pytest.mark.parametrize("mistake, message", [
    ({"training.tasks": ("juggling",)}, "training.tasks must be one of 'rev_rec', 'prediction', 'sorting'"),
    ({"training.temperature": 0.0}, "temperature must be above 0"),
    ({"training.learning_rate": 1e30}, "Lower the learning rate"),
    ({"training.batch_size": 100000}, "batch is larger than the data"),
])  # fmt: skip
def test_a_users_mistake_is_one_clear_message(tmp_path, ingested, mistake, message):
    config = fakes.recipe("cage", **{"dataset.data_dir": str(ingested / "tfds"), "selection.held_out": 0.0} | mistake)
    with pytest.raises(SystemExit, match=message):
        main.execute(config, tmp_path)

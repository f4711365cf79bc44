# SPDX-License-Identifier: MIT
"""Features in shards are those of the evaluation, whoever made them; neighbours and clusters follow from them."""

import json

import numpy as np
import pytest

from components import beam_shards, embed, main, shards
from tests import fakes
from tfskel import clustering, feature_shards, features
from tfskel.clustering import neighbours
from tfskel.evaluation import protocols, ranking

THREADS = ("--runner=FnApiRunner", "--direct_running_mode=multi_threading", "--direct_num_workers=3")
PROCESSES = ("--runner=FnApiRunner", "--direct_running_mode=multi_processing", "--direct_num_workers=2")
COUNT = 4


@pytest.fixture(scope="module")
def seed_folder(tmp_path_factory, ingested):
    workdir = tmp_path_factory.mktemp("run")
    settings = fakes.SMALL["joint_distances"] | {
        "dataset.data_dir": str(ingested / "tfds"),
        "evaluation.unknown": False,
    }
    config = fakes.read_recipe("joint_distances_gait_sim", **settings)
    main.execute(config, workdir, ["ingest", "train", "export", "evaluate"])
    return workdir / "seed_1"


@pytest.fixture(scope="module")
def embedded(seed_folder, tmp_path_factory):
    """Side -> folder of its shards, made by three threads."""
    folders = {side: tmp_path_factory.mktemp(side) for side in ("probe", "gallery")}
    for side, folder in folders.items():
        embed.embed(embed.Embedding(str(seed_folder), side, COUNT), folder, THREADS)
    return folders


def assert_equal(found, wanted, **tolerance):
    np.testing.assert_allclose(found.vectors, wanted.vectors, **{"rtol": 0, "atol": 0} | tolerance)
    for column in feature_shards.COLUMNS:
        np.testing.assert_array_equal(getattr(found, column), getattr(wanted, column))


@pytest.mark.parametrize("side", ["probe", "gallery"])
def test_shards_hold_the_evaluation_s_features_in_its_order(seed_folder, embedded, side):
    stored = features.load(seed_folder / f"results/{side}.npz")
    assert len(feature_shards.paths(embedded[side])) == COUNT
    scale = np.abs(stored.vectors).max()
    assert_equal(feature_shards.read(embedded[side]), stored, atol=1e-5 * scale)
    assert shards.evaluate(embedded["probe"], embedded["gallery"])["mAP"] == pytest.approx(
        ranking.retrieve(*(features.load(seed_folder / f"results/{each}.npz") for each in embedded)).mAP
    )


def test_one_process_makes_the_same_shards_and_only_those_that_are_missing(seed_folder, embedded, tmp_path):
    first = feature_shards.paths(embedded["gallery"])[1]
    (tmp_path / first.name).write_bytes(first.read_bytes())
    before = (tmp_path / first.name).stat().st_mtime_ns
    embed.main(["--model", str(seed_folder), "--shards", str(COUNT), "--out", str(tmp_path)])
    assert (tmp_path / first.name).stat().st_mtime_ns == before
    assert_equal(feature_shards.read(tmp_path), feature_shards.read(embedded["gallery"]))
    with pytest.raises(
        ValueError, match="embedding.json was written with other .*; side 'gallery', now 'train'. Choose"
    ):
        embed.embed(embed.Embedding(str(seed_folder), "train", COUNT), tmp_path)


@pytest.mark.slow
def test_two_processes_make_the_same_shards(seed_folder, embedded, tmp_path):
    embed.embed(embed.Embedding(str(seed_folder), "gallery", COUNT), tmp_path, PROCESSES)
    assert_equal(feature_shards.read(tmp_path), feature_shards.read(embedded["gallery"]))


def test_a_missing_or_damaged_shard_is_named(embedded, tmp_path):
    for path in feature_shards.paths(embedded["gallery"]):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / feature_shards.NAME.format(2, COUNT)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match="00002-of-00004.parquet: a damaged shard"):
        feature_shards.read(tmp_path)
    content = bytearray(feature_shards.paths(embedded["gallery"])[2].read_bytes())
    content[len(content) // 2] ^= 1  # in a page, which only its checksum tells
    path.write_bytes(content)
    with pytest.raises(ValueError, match="00002-of-00004.parquet: a damaged shard"):
        feature_shards.read(tmp_path)
    path.unlink()
    with pytest.raises(FileNotFoundError, match="00002-of-00004.parquet is missing .1 of 4"):
        feature_shards.read(tmp_path)
    with pytest.raises(ValueError, match="holds the representations features; received 'joints'"):
        feature_shards.read(embedded["gallery"], "joints")


def test_more_shards_than_items_are_refused(seed_folder, tmp_path):
    with pytest.raises(ValueError, match="shards must be 1 to 30, the items of probe; received 31"):
        embed.embed(embed.Embedding(str(seed_folder), "probe", 31), tmp_path)


class Colours:
    """Embeds an image as its mean colour, and as the root of that."""

    def represent(self, images, batch_size):
        means = images.astype(np.float32).mean(axis=(1, 2))
        return {"features": means, "roots": np.sqrt(means)}


@pytest.mark.parametrize("pooling", ["max", ""])
def test_frames_of_a_tracklet_are_pooled_within_a_shard_and_every_representation_is_there(pooling, tmp_path):
    data = fakes.image_split(fakes.photographs(people=3, cameras=1, frames=4))
    data = data.subset(np.random.default_rng(0).permutation(len(data)))
    protocol = protocols.Protocol(pooling=pooling)
    opened = embed.Opened(data, protocol, Colours(), shards=2, batch_size=3)
    for shard in range(2):
        feature_shards.write(tmp_path, shard, 2, opened.features(shard))
    whole = features.extract(lambda rows: Colours().represent(data.raw(rows), 3), data, 3, pool=protocol.pool)
    assert len(whole["features"]) == (3 if pooling else 12)
    for name, wanted in whole.items():
        assert_equal(feature_shards.read(tmp_path, name), wanted)


@pytest.fixture
def walkers(tmp_path):
    """Features of people apart from each other, and the folder of their shards, which differ in size."""
    rng = np.random.default_rng(1)
    person = np.arange(90) % 6
    vectors = (3 * np.eye(6, 8)[person] + 0.1 * rng.normal(size=(90, 8))).astype(np.float32)
    nothing = np.full(90, "")
    whole = features.Features(vectors, person.astype(str), nothing, nothing)
    for number, (begin, end) in enumerate(((0, 20), (20, 65), (65, 90))):
        feature_shards.write(tmp_path, number, 3, {"features": whole.part(slice(begin, end))})
    return whole, tmp_path


def test_neighbours_and_clusters_of_shards_equal_those_of_the_whole(walkers, capsys):
    whole, folder = walkers
    shards.main(["neighbours", str(folder), "--k", "9", "--", *THREADS])
    np.testing.assert_array_equal(shards.rank(folder), neighbours.neighbours(whole.vectors, whole.vectors, 9))
    shards.main(["cluster", str(folder), "--eps", "0.6", "--k2", "3"])
    wanted = clustering.cluster(whole.vectors, "jaccard", eps=0.6, k1=9, k2=3)
    np.testing.assert_array_equal(np.load(folder / shards.LABELS)["labels"], wanted)
    report = json.loads((folder / shards.QUALITY).read_text())
    assert report["clusters"] >= 6 and f"purity {report['purity']:g}\n" in capsys.readouterr().out


def test_other_settings_or_impossible_ones_are_refused(walkers):
    shards.neighbours(walkers[1], k=5)
    with pytest.raises(SystemExit, match="neighbours.json was written with other settings: k 5, now 9"):
        shards.main(["neighbours", str(walkers[1]), "--k", "9"])
    with pytest.raises(ValueError, match="k 1 to 90, probes at least 32; received 'ivf', 91, 32"):
        shards.neighbours(walkers[1], k=91, search="ivf")


def test_what_stands_after_two_dashes_is_beam_s():
    assert beam_shards.divided(["a", "--b", "--", "--runner=X"]) == (["a", "--b"], ["--runner=X"])
    assert beam_shards.divided(["a"]) == (["a"], [])

# SPDX-License-Identifier: MIT
"""ST-ReIDNet: every setting with its default. Recipes named st_reidnet_<data set>.py change what differs.

The defaults are the README run of the original programs, surprises included; the comment names the option that does
what the text says instead, and in brackets the default of the original's flag where it differs.
Source: Ho, Shim, Wee, "Learning from Dances", ICASSP 2020, and the programs that its authors published.
"""

from ml_collections import ConfigDict

from configs import sections

GAN, BASELINE = "gan", "baseline"
# Part of the paper -> settings of the training in which it differs from the baseline's README run.
PARTS = {
    GAN: {},  # the encoder together with a generator and two discriminators
    BASELINE: {},  # the encoder alone, by triplets and classification
    "triplet": {"classification_weight": 0.0},
    "softmax": {"triplet_weight": 0.0},
    "siamese": {"margin": 4.0},  # pairs
}
# Stage of the GAN -> rates of encoder, generator and both discriminators.
RATES = {
    0: (2e-5, 1e-5, 4e-5),  # end to end, [1e-3, 1e-5, 4e-5]
    1: (1e-3, 1e-4, 1e-3),  # with a fixed encoder: the original's 0.1 lr and lr
    2: (1e-3, 1e-6, 1e-5),  # fine tuning
}
_PUBLISHED = ("B mAP", "B rank1 single-shot", "B rank5 single-shot")
# Published on DanceReID.
PUBLISHED = {
    "gan": dict(zip(_PUBLISHED, (0.861, 0.849, 0.987), strict=True)),
    "triplet": dict(zip(_PUBLISHED, (0.784, 0.772, 0.976), strict=True)),
    "siamese": dict(zip(_PUBLISHED, (0.775, 0.759, 0.969), strict=True)),
    "softmax": dict(zip(_PUBLISHED, (0.744, 0.731, 0.947), strict=True)),
}


def network(part: str) -> ConfigDict:
    """Networks of a part."""
    settings = {
        "depth": 50,  # of the encoder's ResNet; its features must be 2048 for the original generator: 50, 101 or 152
        "width": 64,  # channels after the first convolution of both ResNets
        "last_stride": 1,  # of the last block: a map of 16 x 8, with 2 of 8 x 4  [gan: 2]
        "embedding": "siamese" if part == "siamese" else "single",  # or "single": logits of one image, not of a pair
        "use_bn": True,  # classify what batch normalisation makes of the pooled features  [False]
        "test_bn": part != GAN,  # compare that, too, instead of the pooled features  [False]
    }
    if part == GAN:
        settings |= {
            "generator_width": 64,  # channels after the first convolution of generator and pose discriminator
            "joints": 17,  # of the poses: 17 (COCO) or 18 (OpenPose)
            "pose_features": 128,
            "fuse": "cat",  # features and pose: "cat" side by side, or the sum of linear maps: "add"
            "skips": 0,  # stages of the decoder, 0 to 5, that also see the encoder's map of their size
            "norm": "batch",  # or "instance"
            "dropout": 0.2,
        }
    return ConfigDict(settings)


def training(part: str, stage: int) -> ConfigDict:
    """The training of a part."""
    settings = {
        "program": GAN if part == GAN else BASELINE,
        "batch_size": 24 if part == GAN else 128,  # triplets, or pairs  [16, 256]
        "learning_rate": 5e-5,  # of the encoder  [0.01]
        "eraser": "original",  # pasted at the corner given by its own size; at the one drawn: "paper"; none: "off"
        "soft_margin": True,  # False: a margin  [False]
        "margin": 1.0 if part == GAN else 4.0,
        "triplet_weight": 1.0,
        "classification_weight": 1.0,
        "label_smoothing": True,  # [False]
        "start_encoder": "",  # weights to start from: ImageNet's, the original's, or a run's model folder
        # Frames of a person are numbered as the original sorts them, by text and unstably: "text", or by "time".
        "frame_order": "text",
        "skip_frames": 10 if part == GAN else 0,  # between anchor and positive, where videos are known  [20]
        "inter_rate": 0.7,  # share of triplets whose negative is of the anchor's video, where videos are known
        # Other persons of a video are looked up by training "label", as the original does, or by "identity".
        "neighbours": "label",
    }
    return ConfigDict(settings | (gan(stage) if part == GAN else baseline()) | PARTS[part])


def baseline() -> dict:
    """Settings of the baseline's training."""
    return {
        "epochs": 100,  # [50]
        # The positive of a triplet is any image of the person: both others are in "instance" mode; "random": the third
        # is of another person, which the original calls spatio-temporal, but it looks at no video.
        "sampling": "instance",
        "negative_pairs": 3,  # for each positive one, of pairs
        "optimizer": "adam",  # or "sgd"
        "momentum": 0.9,  # of sgd
        "weight_decay": 5e-4,
        "decay_epochs": 40,  # after so many the rate is a tenth
    }


def gan(stage: int) -> dict:
    """Settings of the GAN's training."""
    encoder, generator, discriminator = RATES[stage]
    return {
        "stage": stage,  # 0 end to end, 1 with a fixed encoder, 2 fine tuning
        "epochs": 50,  # at full rates; see schedules.linear for when they begin to fall, ...
        "decay_epochs": 50,  # ... in so many epochs
        "late_schedule": True,  # rates follow an epoch late, as under PyTorch 1.0; False: as under later ones
        "learning_rate": encoder,
        "generator_rate": generator,
        "discriminator_rate": discriminator,
        "pose_augmentation": "gauss",  # width of pose maps drawn; "erase": a joint left out; neither: "no"  ["no"]
        "swap_sides": False,  # a mirrored person's left joints stay in their channels; True: they become right ones
        "smooth_labels": True,  # [False]
        "mask": True,  # pixels of the person count ten times in the reconstruction  [False]
        "reconstruction_weight": 10.0,  # [1.0]
        "identity_weight": 0.1,  # [1.0]
        "pose_weight": 0.1,  # [1.0]
        "generator_loss_once": False,  # the original back-propagates the generator's loss twice; True: once
        # Weights to start from, as start_encoder.
        "start_generator": "",
        "start_identity_discriminator": "",
        "start_pose_discriminator": "",
    }


def base(part: str = GAN, stage: int = 0) -> ConfigDict:
    """The complete recipe with every default, locked against misspelt keys.

    Raises:
        ValueError: a stage of a part that has none.
    """
    if stage and part != GAN:
        raise ValueError(f"part={part} has no stage={stage}; stages belong to part={GAN}.")
    config = ConfigDict()
    config.system = "st_reidnet"
    config.seeds = (1,)
    config.dataset = sections.images()
    config.dataset.preparation = "torchvision"
    config.network = network(part)
    config.training = training(part, stage)
    # Share of train identities kept out of a second fit that chooses the epoch; 0: no fit. Every so many epochs the
    # probe is searched.
    config.selection = ConfigDict({"held_out": 0.0, "every": 10})
    return sections.end(config, "jaccard")

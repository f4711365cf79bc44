# SPDX-License-Identifier: MIT
"""What is odd about a division into persons to learn from and persons to search, said before anything is trained."""

from collections.abc import Iterator, Sequence

from datasets_tfds.readers import reid_lists

_SHOWN = 10


def sentences(lists: reid_lists.Lists, train: Sequence[int], advice: str = "") -> Iterator[str]:
    """Sentences on persons trained on and searched, with too few images for triplets, or alone in their video.

    Args:
        lists: the data set.
        train: persons to train on.
        advice: ends the first, where the data set knows another division.
    """
    searched = {*lists.parts["query"], *lists.parts["gallery"]}
    both = [person for person in train if person in searched]
    if both:
        count = len(lists.of(both))
        yield (
            f"{len(both)} of {len(train)} persons of train are searched, too: {_some(lists, both)} ({count:,} images); "
            f"what is found of them was learnt by heart.{advice}"
        )
    single = [person for person in train if len(lists.items[person]) == 1]
    if single:
        yield (
            f"{len(single)} persons of train have one image: {_some(lists, single)}; triplets need two of a person, so "
            "a training with triplets will refuse them. Take them out of trainval, or add images."
        )
    yield from _of_videos(lists, set(train))


def _of_videos(lists: reid_lists.Lists, train: set[int]) -> Iterator[str]:
    learnt = {video: [person for person in persons if person in train] for video, persons in lists.videos.items()}
    alone = {video: persons[0] for video, persons in learnt.items() if len(persons) == 1}
    if alone:
        named = ", ".join(f"{lists.form.identity(person)} in {video}" for video, person in list(alone.items())[:_SHOWN])
        more = f" and {len(alone) - _SHOWN} more" if len(alone) > _SHOWN else ""
        yield f"{len(alone)} videos have one person of train: {named}{more}; there is no negative in the same video."
    homeless = sorted(train - {person for persons in learnt.values() for person in persons})
    if homeless and lists.videos:
        yield f"{len(homeless)} persons of train are in no video of video.json: {_some(lists, homeless)}."


def _some(lists: reid_lists.Lists, persons: Sequence[int]) -> str:
    more = f" and {len(persons) - _SHOWN} more" if len(persons) > _SHOWN else ""
    return ", ".join(map(lists.form.identity, persons[:_SHOWN])) + more

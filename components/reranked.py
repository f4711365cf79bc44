# SPDX-License-Identifier: MIT
"""Retrieval after k-reciprocal re-ranking, which sees all probes at once: no method for one person before a camera."""

from tfskel.clustering import reranking
from tfskel.evaluation import matches, protocols, ranking

FAMILY = "B retrieval, re-ranked: sees all probes at once"


def retrieve(protocol: protocols.Protocol, probe, gallery, max_rank: int) -> matches.Retrieval:
    """Ranks the gallery by `reranking.Reranked`.

    Args:
        protocol: of two sets.
        probe, gallery: features.Features.
        max_rank: length of the CMC curve.
    """
    found = reranking.Reranked(probe.vectors, gallery.vectors)

    def ranked(searched, known, reverse: bool) -> matches.Retrieval:
        layout = matches.Layout(searched.identities, known.identities)
        blocks = (block[:, layout.order] for block in found.distances(reverse))
        blocks = ranking.without_unsearched(
            blocks, searched, known, layout, protocol.exclude_same or None, protocol.junk
        )
        return matches.rank_blocks(blocks, layout, max_rank, 0)

    forward = ranked(probe, gallery, reverse=False)
    if not protocol.both_directions:
        return forward
    return matches.both_directions(forward, ranked(gallery, probe, reverse=True))

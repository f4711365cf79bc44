# SPDX-License-Identifier: MIT
"""The feature space in two dimensions."""

import itertools

import numpy as np

from components.report import figures

POINTS = 1500  # most points drawn
NAMED = 30  # most identities named
MARKERS = "os^Dv<>pX*"


def figure(vectors: np.ndarray, identities: np.ndarray, method: str) -> figures.Figure:
    """A scatter plot with a colour and marker for each identity.

    Args:
        vectors: (N, D) float, N >= 3.
        identities: (N,) text.
        method: a key of METHODS.
    """
    rng = np.random.default_rng(0)
    chosen = np.sort(rng.permutation(len(vectors))[:POINTS])
    flat, how = METHODS[method](np.asarray(vectors, np.float64)[chosen])
    axes_of = [f"{place} {AXIS[method]}" for place in ("first", "second")]
    identities = identities[chosen]
    names, counts = np.unique(identities, return_counts=True)
    named = set(names[np.argsort(-counts, kind="stable")][:NAMED])
    with figures.canvas(height=4.6) as (axes, finish):
        axes.scatter(*flat[[name not in named for name in identities]].T, s=6, color=figures.COLOURS[-1], alpha=0.4)
        styles = itertools.cycle([(colour, marker) for marker in MARKERS for colour in figures.COLOURS[:-1]])
        for name, (colour, marker) in zip(sorted(named), styles, strict=False):
            points = flat[identities == name]
            axes.scatter(*points.T, s=16, color=colour, marker=marker, alpha=0.75, linewidths=0, label=name)
        axes.get_figure().legend(loc="outside lower center", ncols=6, handletextpad=0.1, columnspacing=1)
        first, second = (f"{axis}, no unit" for axis in axes_of)
        axes.set(xticks=[], yticks=[], xlabel=first, ylabel=second)
        axes.grid(False)
        some = f", {len(named)} of them named" if len(named) < len(names) else ""
        caption = f"{how} of {len(flat)} features, {len(names)} persons{some}; distances are only suggestive"
        return figures.Figure(finish(f"Scatter plot: {caption}."), caption)


def _principal_components(vectors: np.ndarray) -> tuple[np.ndarray, str]:
    from sklearn import decomposition

    model = decomposition.PCA(2, random_state=0)
    flat = model.fit_transform(vectors)
    return flat, f"Two principal components ({100 * model.explained_variance_ratio_.sum():.0f} % of variance)"


def _tsne(vectors: np.ndarray) -> tuple[np.ndarray, str]:
    import threadpoolctl
    from sklearn import manifold

    model = manifold.TSNE(2, perplexity=min(30, (len(vectors) - 1) / 3), init="pca", random_state=0)
    with threadpoolctl.threadpool_limits(1):  # threads that wait for a busy core cost far more than they save
        return model.fit_transform(vectors), "t-SNE"


AXIS = {"pca": "principal component", "tsne": "t-SNE dimension"}
"""Method -> what its axes are called."""

# Method -> function of (N, D) features that returns (N, 2) and the method's name in the caption.
METHODS = {"pca": _principal_components, "tsne": _tsne}

# SPDX-License-Identifier: MIT
"""The documentation is a site that is built without a warning and needs nothing from the network."""

import html.parser
import re

import pytest

from tests import fakes

pytest.importorskip("mkdocstrings", reason="the site needs the extra docs")

OUTSIDE = ("http:", "https:", "//")


class Loaded(html.parser.HTMLParser):
    """What a browser loads for a page by itself, and where its links lead."""

    def __init__(self, page):
        super().__init__()
        self.files, self.links = [], []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag in ("script", "img", "iframe") or (tag == "link" and of.get("rel") in ("stylesheet", "icon")):
            self.files += [of.get("src") or of.get("href") or ""]
        if tag == "a":
            self.links += [of.get("href") or ""]


def test_files_that_pages_name_are_there():
    pages = [*(fakes.ROOT / "docs").rglob("*.md"), *fakes.ROOT.glob("*.md")]
    form = r"`((?:tests|tools|components|tfskel|configs|datasets_tfds|docs)/[\w/]+\.(?:py|toml|md|npz))`"
    named = {file for page in pages for file in re.findall(form, page.read_text(encoding="utf-8"))}
    examples = {file for file in named if "/sequence_net/" in file or "/NAME/" in file}
    assert len(named) > 15 and {file for file in named if not (fakes.ROOT / file).exists()} == examples


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from mkdocs import config
    from mkdocs.commands import build

    folder = tmp_path_factory.mktemp("site")
    read = config.load_config(str(fakes.ROOT / "mkdocs.yml"), site_dir=str(folder))  # strict: a warning is an error
    read.plugins.on_startup(command="build", dirty=False)
    build.build(read)
    return folder


def test_every_page_is_built_from_where_its_text_stands(site):
    first, data_set = (Loaded(site / page).links for page in ("index.html", "data_sets/dance_reid.html"))
    assert {"start.html", "privacy.html", "results.html"} <= set(first), "README links to docs/*.md"
    assert "market1501.html" in data_set, "a data set's README links to ../market1501/README.md"
    assert not list(site.rglob("*.py"))


def test_arguments_that_share_a_line_of_a_docstring_have_one_each_on_a_page(site):
    page = (site / "api/evaluation.html").read_text(encoding="utf-8")
    distances = page.partition('id="tfskel.evaluation.ranking.distances"')[2].partition('class="doc doc-heading"')[2]
    probe, gallery = (distances.index(words) for words in ("<p>(P, D) float.</p>", "<p>(G, D) float.</p>"))
    assert distances.index("<code>probe</code>") < probe < distances.index("<code>gallery</code>") < gallery


def test_pages_load_nothing_from_the_network(site):
    pages = sorted(site.rglob("*.html"))
    outside = {(page.name, file) for page in pages for file in Loaded(page).files if file.startswith(OUTSIDE)}
    assert len(pages) > 30 and not outside

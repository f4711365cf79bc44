# SPDX-License-Identifier: MIT
"""MkDocs hook: texts that stand elsewhere in the repository are pages of the site, and links hold in both places."""

import pathlib
import posixpath
import re

from mkdocs.structure.files import File, Files

ROOT = pathlib.Path(__file__).resolve().parents[1]
_LINK = re.compile(r"\[([^]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def pages() -> dict[str, str]:
    """File of the repository -> page or picture of the site, both relative with forward slashes."""
    sources = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
    for path in sorted((ROOT / "datasets_tfds").glob("*/*.*")):
        if path.name == "README.md" or path.suffix == ".png":
            page = f"{path.parent.name}.md" if path.suffix == ".md" else path.name
            sources[path.relative_to(ROOT).as_posix()] = f"data_sets/{page}"
    own = sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))
    return sources | {f"docs/{page}": page for page in own}


def on_files(files: Files, config: dict) -> Files:
    """Adds the pages whose text stands elsewhere in the repository."""
    for source, page in pages().items():
        if not source.startswith("docs/"):
            files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page, **_) -> str:
    """Links to files of the repository lead to their pages; where a file has none, its name is left as text."""
    known = pages()
    sources = {target: source for source, target in known.items()}
    folder = posixpath.dirname(sources[page.file.src_uri])

    def rewrite(link: re.Match) -> str:
        text, path, anchor = link.groups(default="")
        target = posixpath.normpath(posixpath.join(folder, path))
        if target in known:
            return f"[{text}]({posixpath.relpath(known[target], posixpath.dirname(page.file.src_uri) or '.')}{anchor})"
        # What is not there at all is left for MkDocs to refuse.
        return text if (ROOT / target).exists() and not target.startswith("docs/") else link.group()

    return _LINK.sub(rewrite, markdown)

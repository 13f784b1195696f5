"""Sphinx configuration. The pages of the codes are generated from the installed rules before each build."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import tlsdiag

project = "tlsdiag"
author = "the tlsdiag authors"
release = tlsdiag.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.intersphinx"]
intersphinx_mapping: dict[str, Any] = {}
myst_enable_extensions = ["colon_fence", "deflist"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "tlsdiag"


def setup(app: Any) -> None:
    """Write the generated pages when a build begins."""
    from generate_codes import write_pages

    app.connect("builder-inited", lambda _: write_pages(Path(__file__).parent / "codes"))

# SPDX-License-Identifier: MIT
"""Exported models in the runtime of their form, each imported only when a model of that form is loaded."""

# SPDX-License-Identifier: MIT
"""Metrics of the two families: recognition network (auc) and probe/gallery retrieval (ranking)."""

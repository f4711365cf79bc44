# SPDX-License-Identifier: MIT
"""The stages of every recipe, in the order of the data flow."""

from components import cluster, evaluate, export, ingest, train
from components.report import stage as report

STAGES = (ingest.ingest, train.train, export.export, cluster.cluster, evaluate.evaluate, report.report)

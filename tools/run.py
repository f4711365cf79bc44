# SPDX-License-Identifier: MIT
"""Runs a recipe from raw files to the report: python tools/run.py --config configs/sm_sge_gait_sim.py"""

from components import main

if __name__ == "__main__":
    main.console()

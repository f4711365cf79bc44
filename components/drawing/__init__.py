# SPDX-License-Identifier: MIT
"""Pictures that stages draw for TensorBoard and for the report."""

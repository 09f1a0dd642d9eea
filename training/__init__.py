"""Synthetic data, networks, training and export. Not installed with the job."""

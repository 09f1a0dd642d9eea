from setuptools import setup

# All is said in pyproject.toml; Beam asks for this file when it ships the job to its workers.
setup()

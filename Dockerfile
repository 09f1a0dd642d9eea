# The workers' container of a cluster: Beam's own worker image, the job, and the versions of requirements.lock.
# The launcher must have the same Python (3.11) and the same Beam (2.77.0). See docs/clusters.md.
FROM apache/beam_python3.11_sdk:2.77.0

WORKDIR /opt/pagebeam
COPY requirements.lock pyproject.toml setup.py MANIFEST.in README.md LICENSE ./
COPY schemas schemas
COPY documents documents
COPY models models
COPY transforms transforms
COPY pipelines pipelines
# No `pip check`: the image holds much that the job does not use, and that may want other versions.
RUN pip install --no-cache-dir --constraint requirements.lock ".[gcp,aws]" \
    && cd / && rm -rf /opt/pagebeam \
    && python -m pipelines.backfill --help >/dev/null \
    && python -c 'from models.engines import open_engine; open_engine("native")'
WORKDIR /

# One image for every Frontlog process; the command decides what it is: `up`, `migrate`, `ingest` …
# The database is a service of its own (compose.yaml). Without FRONTLOG_DATABASE_URL the embedded server works here too
# and keeps its data in /var/lib/frontlog: give that a volume.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/frontlog
WORKDIR /src
# the dependencies first: they change less often than the code, and this layer is the large one
COPY requirements.lock ./
RUN /opt/frontlog/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY infra infra
COPY workers workers
RUN /opt/frontlog/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/frontlog --create-home --shell /usr/sbin/nologin frontlog
COPY --from=build /opt/frontlog /opt/frontlog
ENV PATH=/opt/frontlog/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FRONTLOG_DATA_DIR=/var/lib/frontlog/data
USER frontlog
WORKDIR /var/lib/frontlog
STOPSIGNAL SIGTERM
ENTRYPOINT ["frontlog"]
CMD ["up"]

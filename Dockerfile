# trixie, not bookworm: its SQLite is recent enough for all that Python does with it.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY cogs cogs
RUN python -m venv /opt/reeltalk && /opt/reeltalk/bin/pip install --no-cache-dir '.[chart]'

FROM python:3.13-slim-trixie
# The folder is made here, so that a volume in its place belongs to the user as well.
RUN useradd --create-home --uid 1000 reeltalk \
    && install --directory --owner reeltalk /home/reeltalk/data
COPY --from=build /opt/reeltalk /opt/reeltalk
USER 1000
WORKDIR /home/reeltalk
# Not on loopback, which in a container nobody else can ask; who is outside can't, either, until the
# port is published.
ENV PYTHONUNBUFFERED=1 HEALTH_ADDRESS=0.0.0.0:8080
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s --retries=2 \
    CMD ["/opt/reeltalk/bin/reeltalk", "healthy"]
# What follows the image's name is its role: gateway, worker, or nothing for both in one.
ENTRYPOINT ["/opt/reeltalk/bin/reeltalk"]

# The bot alone; the sandbox is in it too, but listens on loopback only.
#   docker build -t quartermaster .
#   docker run --env-file .env -v quartermaster:/data -v ./policy.toml:/app/policy.toml:ro --read-only --tmpfs /tmp quartermaster

FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.lock .
RUN /opt/venv/bin/pip install --no-deps --require-hashes --only-binary :all: -r requirements.lock

FROM python:3.13-slim
# 5 MB, for Chinese, Japanese and Korean names in pictures. `--build-arg FONTS=` does without it, and without Debian's packages.
ARG FONTS=fonts-wqy-microhei
RUN if [ -n "$FONTS" ]; then \
        apt-get update && apt-get install --yes --no-install-recommends $FONTS && rm -rf /var/lib/apt/lists/*; \
    fi
# Nothing is written outside of /data and /tmp, so the root file system may be read-only. The group root may write /data, because
# some platforms, such as OpenShift, run a container as a user of their own in that group.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite:////data/quartermaster.db \
    POLICY_FILE=/app/policy.toml
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin quartermaster \
    && install --directory --owner quartermaster --group root --mode 775 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY bot bot
COPY handlers handlers
COPY policy.toml ./
RUN python -m compileall -q bot handlers
USER 10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-m", "bot.cli.healthy"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]

"""The container files: what they set exists, and what they promise of the container is written there."""

import re
from pathlib import Path
from typing import Any

import yaml

from bot.settings.model import Settings, load_settings

ROOT = Path(__file__).parent.parent
SETTINGS = {name.upper() for name in Settings.model_fields}


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def image_settings() -> dict[str, str]:
    final = dockerfile().split("\nFROM ")[-1]
    block = re.search(r"^ENV ((?:.*\\\n)*.*)$", final, re.MULTILINE)
    assert block
    pairs = dict(pair.split("=", 1) for pair in block[1].replace("\\\n", " ").split())
    return {name: value for name, value in pairs.items() if not name.startswith(("PATH", "PYTHON", "MPL"))}


def test_the_image_sets_only_settings_that_exist_and_they_load() -> None:
    env = image_settings()
    assert set(env) <= SETTINGS
    needed = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-x",
        "EMAIL_DOMAINS": "acme.com",
        "ENCRYPTION_KEYS": "A" * 43 + "=",
    }
    settings = load_settings(env | needed)
    assert settings.host == "0.0.0.0"
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:////data/quartermaster.db"


def test_the_image_runs_without_root_and_says_whether_it_is_well() -> None:
    final = dockerfile().split("\nFROM ")[-1]
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", final, re.MULTILINE)
    assert re.search(r'^HEALTHCHECK .*\\\n\s+CMD \["python", "-m", "bot.cli.healthy"\]$', final, re.MULTILINE)


def test_a_user_that_the_platform_chooses_can_write_the_data() -> None:
    made = re.search(r"install --directory (.*) /data$", dockerfile(), re.MULTILINE)
    assert made
    assert made[1] == "--owner quartermaster --group root --mode 775"


def test_the_image_is_built_from_what_the_builder_gets() -> None:
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")
    }
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile(), re.MULTILINE) for word in line.split()[:-1]
    }
    assert copied == allowed
    assert all((ROOT / name).exists() for name in allowed)


def test_the_compose_file_starts_the_bot_alone_and_postgres_on_request() -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    bot, postgres = compose["services"]["bot"], compose["services"]["postgres"]
    assert "profiles" not in bot
    assert postgres["profiles"] == ["postgres"]
    assert "environment" not in bot  # it would win over what .env says
    assert [(ROOT / "deploy" / file["path"]).resolve() for file in bot["env_file"]] == [ROOT / ".env"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "in `.env`: `docker compose --env-file .env -f deploy/compose.yaml up -d`" in readme
    assert bot["read_only"] is True
    assert {volume.split(":")[0] for volume in bot["volumes"]} & set(compose["volumes"])


def test_monitoring_starts_on_request_with_the_dashboards_in_place_and_finds_the_bot() -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    prometheus, grafana = compose["services"]["prometheus"], compose["services"]["grafana"]
    assert prometheus["profiles"] == grafana["profiles"] == ["monitoring"]
    for service in (prometheus, grafana):
        mounts = [volume.split(":")[0] for volume in service["volumes"]]
        assert all((ROOT / "deploy" / one).exists() if one[0] == "." else one in compose["volumes"] for one in mounts)
    assert "GRAFANA_PASSWORD" in str(grafana["environment"])
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    assert config["scrape_configs"][0]["static_configs"] == [{"targets": ["bot:9108"]}]
    # A command stands for all of the image's own: without these two Prometheus would read and keep nothing of ours.
    said = dict(one.removeprefix("--").split("=") for one in prometheus["command"])
    mounted = dict(volume.split(":")[:2] for volume in prometheus["volumes"])
    assert said["config.file"] == mounted["./prometheus/prometheus.yml"]
    assert said["storage.tsdb.path"] == mounted["prometheus"]
    assert said["storage.tsdb.retention.time"] == "90d"  # longer than any panel looks back
    assert config["rule_files"] == [mounted["./prometheus/rules.yml"]]
    folder = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/quartermaster.yaml").read_text(encoding="utf-8"))
    assert f"./grafana/dashboards:{folder['providers'][0]['options']['path']}:ro" in grafana["volumes"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "put `METRICS_PORT=9108` and `GRAFANA_PASSWORD=…` into `.env`" in readme
    assert "-f deploy/compose.yaml --profile monitoring up -d" in readme

"""compose.yaml, the Dockerfile and .env.example agree with each other, with the schema and with the package."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")
SECRET = re.compile(r"PASS|SECRET|TOKEN|KEY")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return loaded


def test_compose_yaml_follows_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, str(ROOT / "compose.yaml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_variable_is_explained_in_the_example_and_the_example_names_no_other() -> None:
    used = {each["name"] for each in VARIABLE.finditer(COMPOSE)}
    assert set(re.findall(r"^(?:# )?(\w+)=", EXAMPLE, re.MULTILINE)) == used
    for name in used:
        above = EXAMPLE[: re.search(rf"^(# )?{name}=", EXAMPLE, re.MULTILINE).start()]  # type: ignore[union-attr]
        assert above.rstrip().splitlines()[-1].startswith("#"), f"{name} has no comment above it"


def test_a_variable_without_a_default_stops_compose_and_is_empty_in_the_example() -> None:
    for each in VARIABLE.finditer(COMPOSE):
        name, rest = each["name"], each["rest"]
        if SECRET.search(name):
            assert rest.startswith(":?"), f"{name} may be missing unnoticed"
            assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE), f"{name} has a value in .env.example"
        else:
            assert rest.startswith(":-"), f"{name} must have a default"
            default = rest.removeprefix(":-")
            assert re.search(rf"^# {name}={re.escape(default)}$", EXAMPLE, re.MULTILINE), f"{name} is another there"


def test_no_password_stands_in_a_file() -> None:
    for name, value in re.findall(r"^\s*(\w*(?:PASS|SECRET|TOKEN)\w*)\s*[:=]\s*(.*)$", COMPOSE + DOCKERFILE, re.M):
        assert re.match(r"\$\{\w+:\?", value), f"{name} is written out"
    for user, password in re.findall(r"://(\w+):(.*?)@\w+:\d", COMPOSE):
        assert re.fullmatch(r"\$\{\w+:\?[^}]*\}", password), f"the password of {user} is written out"


def test_services_that_stay_have_a_health_check_a_restart_policy_and_bounded_logs(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert "max-size" in service["logging"]["options"], name
        if name != "migrate":
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name
            assert service["stop_grace_period"], name
    assert services["migrate"]["restart"] == "no"


def test_workers_wait_for_the_migration_and_everything_waits_for_what_it_needs(services: dict[str, Any]) -> None:
    needs = services["worker"]["depends_on"]
    assert needs["migrate"]["condition"] == "service_completed_successfully"
    assert needs["rabbitmq"]["condition"] == "service_healthy"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_data_lies_in_named_volumes_where_these_images_keep_it(services: dict[str, Any]) -> None:
    assert services["postgres"]["image"].startswith("postgres:18")
    assert services["postgres"]["volumes"] == ["postgres-data:/var/lib/postgresql"]
    assert services["rabbitmq"]["image"].startswith("rabbitmq:4")
    assert services["rabbitmq"]["volumes"] == ["rabbitmq-data:/var/lib/rabbitmq"]
    assert services["rabbitmq"]["hostname"]
    assert set(yaml.safe_load(COMPOSE)["volumes"]) == {"postgres-data", "rabbitmq-data", "frontlog-data"}
    home = re.search(r"--home-dir (\S+) --create-home", DOCKERFILE)
    assert home, "a named volume takes its owner from the image's folder"
    assert services["worker"]["volumes"] == services["migrate"]["volumes"] == [f"frontlog-data:{home[1]}"]


def test_ports_are_published_on_the_loopback_address_only(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_installs_by_hash_and_does_not_run_as_root() -> None:
    assert "--require-hashes" in DOCKERFILE
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    user = re.findall(r"^USER (\w+)", last_stage, re.MULTILINE)[-1]
    assert user not in ("root", "0")
    assert last_stage.index("ENTRYPOINT") > last_stage.index(f"USER {user}")


def test_the_build_context_holds_what_the_image_copies_and_no_secret() -> None:
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = [
        name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()
    ]
    assert set(copied) <= set(let_in)
    assert all((ROOT / name).exists() for name in copied)
    assert ".env" not in let_in


def test_an_installed_frontlog_has_every_file_of_its_folders(tmp_path: Path) -> None:
    source = tmp_path / "source"  # a copy, since a build leaves folders behind
    for name in ("domain", "infra", "workers"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    wanted = {str(each.relative_to(source)) for each in source.rglob("*") if each.is_file()}
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(source)], check=True)
    [wheel] = tmp_path.glob("frontlog-*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert wanted <= packed

"""What describes a deployment agrees with the relay, and is what Kubernetes takes.

Helm itself is not needed: the chart uses little of it, which `helm_template` makes too.
"""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from relay.settings import PREFIX, Settings
from tests.support.helm_template import render
from wasm_runtime.contracts.relay_api import HEALTH_PATH

ROOT = Path(__file__).parents[1]
CHART = ROOT / "deploy" / "helm" / "wasm-runtime"
TEMPLATES = sorted((CHART / "templates").glob("*.yaml"))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
RELAYS = [service for name, service in COMPOSE["services"].items() if name.startswith("relay-")]
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
KUBERNETES = ("1.30", "1.37")


def rendered(path: Path, **values: Any) -> Any:
    return yaml.safe_load(render(path.read_text(), {**VALUES, **values}, "notebooks"))


@pytest.fixture
def pod() -> dict[str, Any]:
    spec: dict[str, Any] = rendered(CHART / "templates" / "deployment.yaml")["spec"]["template"]
    return spec["spec"]


def settings_named(names: list[str]) -> set[str]:
    return {name.removeprefix(PREFIX).lower() for name in names if name.startswith(PREFIX)}


@pytest.mark.parametrize("relay", RELAYS)
def test_the_variables_of_compose_are_settings(relay: dict[str, Any]) -> None:
    given = {
        name.removeprefix(PREFIX).lower(): value.replace("${PUBLIC_URL:-", "").rstrip("}")
        for name, value in relay["environment"].items()
        if name.startswith(PREFIX)
    }
    settings = Settings(**given)
    assert (settings.documents or "").startswith("postgresql://")
    proxy = COMPOSE["services"]["proxy"]["networks"]["default"]["ipv4_address"]
    assert settings.trusted_proxies == [proxy]
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert ip_address(proxy) in ip_network(network["subnet"])
    assert settings.redis_url == "redis://redis:6379/0"
    assert relay["healthcheck"]["test"][-1].count(f":{settings.port}/{HEALTH_PATH}") == 1
    assert f"EXPOSE {settings.port}" in DOCKERFILE


@pytest.mark.parametrize("relay", RELAYS)
def test_a_relay_of_compose_may_write_to_its_cache_alone(relay: dict[str, Any]) -> None:
    assert (relay["read_only"], relay["cap_drop"]) == (True, ["ALL"])
    assert relay["volumes"] == ["cache:/cache"]
    assert "WASM_RUNTIME_CACHE=/cache" in DOCKERFILE
    assert "USER 10001" in DOCKERFILE


def test_the_proxy_knows_the_relays_and_lets_sockets_and_blobs_through() -> None:
    assert re.findall(r"server (\S+):8000;", NGINX) == ["relay-1", "relay-2"]
    assert "proxy_set_header Upgrade $http_upgrade;" in NGINX
    assert "proxy_set_header Host $http_host;" in NGINX
    limit = re.search(r"client_max_body_size (\d+)m;", NGINX)
    assert limit is not None
    assert int(limit[1]) * 1024**2 == Settings.model_fields["max_blob_bytes"].default
    assert COMPOSE["services"]["proxy"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "listen 8080;" in NGINX


def test_no_password_stands_in_what_is_committed() -> None:
    secrets = [
        value
        for service in COMPOSE["services"].values()
        for name, value in service.get("environment", {}).items()
        if "PASSWORD" in name
    ]
    assert len(secrets) == 3
    assert all(value.startswith("${POSTGRES_PASSWORD:?") for value in secrets)


def test_the_variables_of_the_chart_are_settings_and_secrets_are_references(
    pod: dict[str, Any],
) -> None:
    variables = {each["name"]: each for each in pod["containers"][0]["env"] if "name" in each}
    assert settings_named(list(variables)) <= set(Settings.model_fields)
    for name in ("PGPASSWORD", "WASM_RUNTIME_REDIS_URL"):
        assert set(variables[name]) == {"name", "valueFrom"}
        assert "secretKeyRef" in variables[name]["valueFrom"]


def test_the_pod_runs_as_nobody_in_particular_on_a_file_system_it_cannot_change(
    pod: dict[str, Any],
) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"USER {pod['securityContext']['runAsUser']}" in DOCKERFILE
    for container in [*pod["containers"], *pod["initContainers"]]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_the_probes_ask_for_health_at_the_relays_port_by_a_name_it_answers_to(
    pod: dict[str, Any],
) -> None:
    (relay,) = pod["containers"]
    ports = {port["name"]: port["containerPort"] for port in relay["ports"]}
    told = {each["name"]: each.get("value") for each in relay["env"]}
    assert str(ports["http"]) == told["WASM_RUNTIME_PORT"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert relay[probe]["httpGet"] == {
            "path": f"/{HEALTH_PATH}",
            "port": "http",
            "httpHeaders": [{"name": "Host", "value": "localhost"}],
        }
    service = rendered(CHART / "templates" / "service.yaml")["spec"]["ports"][0]
    assert service["targetPort"] == "http"


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_what_the_chart_makes_is_what_kubernetes_takes(template: Path, version: str) -> None:
    settings = {"WASM_RUNTIME_ALLOWED_HOSTS": '["a.example"]', "WASM_RUNTIME_IDLE_SECONDS": 30}
    made = rendered(template, settings=settings)
    kubernetes_validate.validate(made, version, strict=True)
    assert made["metadata"]["name"] == "notebooks"


def test_kubernetes_refuses_what_is_misspelt() -> None:
    made = rendered(CHART / "templates" / "service.yaml")
    made["spec"]["prots"] = made["spec"].pop("ports")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(made, KUBERNETES[-1], strict=True)


def test_more_settings_are_variables_whatever_stands_in_them() -> None:
    hosts = '["a.example"]'
    made = rendered(
        CHART / "templates" / "deployment.yaml",
        settings={"WASM_RUNTIME_ALLOWED_HOSTS": hosts, "WASM_RUNTIME_IDLE_SECONDS": 30},
    )
    (relay,) = made["spec"]["template"]["spec"]["containers"]
    told = {each["name"]: each.get("value") for each in relay["env"]}
    assert told["WASM_RUNTIME_ALLOWED_HOSTS"] == hosts
    assert told["WASM_RUNTIME_IDLE_SECONDS"] == "30"


def test_without_an_ingress_there_is_none() -> None:
    ingress = {**VALUES["ingress"], "enabled": False}
    assert rendered(CHART / "templates" / "ingress.yaml", ingress=ingress) is None


def test_an_action_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="not known"):
        render('{{ include "labels" . }}', VALUES, "notebooks")


def test_the_chart_is_of_this_version() -> None:
    import wasm_runtime

    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["appVersion"] == wasm_runtime.__version__

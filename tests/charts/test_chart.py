"""The chart as Helm 3 and 4 render it: over a matrix of values, for several Kubernetes, and what its pods may do.

VORTEX_GOLDENS=write rewrites the files in goldens/.
"""

import base64
import json
import os
import re
import subprocess
import unittest
import zlib
from pathlib import Path

import kubernetes_validate
import yaml

HERE = Path(__file__).parent
TREE = HERE.parent.parent
CHART = TREE / "charts" / "vortex"
TOOLS = Path(os.environ["VORTEX_TOOLS"])
HELMS = {name: str(TOOLS / name / "helm") for name in ("helm3", "helm4")}

# The oldest that the chart is for, some between, and the newest that is known.
VERSIONS = ["1.25", "1.29", "1.33", kubernetes_validate.latest_version()]

COMPONENTS = ["gateway", "config-svc", "rollout-svc", "drift-svc", "heartbeat-ingest"]
SEEDS_LINE = [
    "replicaCount=3",
    "vortex.backends.git.enabled=true",
    "vortex.backends.git.uri=https://github.com/example/config-repo",
    "autoscaling.enabled=true",
    "serviceMonitor.enabled=true",
]
CERT_MANAGER = ["tls.enabled=true", "tls.certManager.enabled=true", "tls.certManager.issuer.name=authority"]
MONITORING = [
    "serviceMonitor.enabled=true",
    "prometheusRule.enabled=true",
    "dashboards.enabled=true",
    "metrics.scrapeAnnotations=true",
]
EVERYTHING = [
    *SEEDS_LINE,
    *CERT_MANAGER,
    *MONITORING,
    "tls.mutual=true",
    "ingress.enabled=true",
    "springPrefix=/config",
    "ingress.className=nginx",
    "autoscaling.targetMemoryUtilizationPercentage=80",
    "autoscaling.targetRequestsPerSecond=500",
    "metrics.keySecret.name=scraper",
    "image.tag=9.0.1",
    "imagePullSecrets[0]=pull",
    "commonLabels.team=platform",
    "settings.log=debug",
    "components.gateway.settings.access-log=true",
    "components.config-svc.persistence.storageClass=fast",
    "oidc=issuer: https://id.example.com",
]

ONLY = {
    f"only {one}": [f"components.{other}.enabled=false" for other in COMPONENTS if other != one] for one in COMPONENTS
}
MATRIX = {
    "defaults": [],
    "the seed's line": SEEDS_LINE,
    "everything": EVERYTHING,
    "nothing": ["enabled=false"],
    "no component": [f"components.{one}.enabled=false" for one in COMPONENTS],
    "certificates of cert-manager": CERT_MANAGER,
    "certificates of a secret": ["tls.enabled=true", "tls.existingSecret=certificates", "tls.mutual=true"],
    "monitoring": MONITORING,
    "keys of a secret": ["keys.existingSecret=mine"],
    "an ingress with paths of its own": ["ingress.enabled=true", "ingress.paths[0]=/"],
    "narrow policies": [
        "networkPolicy.gatewayFrom[0].namespaceSelector.matchLabels.name=ingress",
        "networkPolicy.ingestFrom[0].podSelector.matchLabels.app=orders",
        "networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.name=monitoring",
        "networkPolicy.grpcFrom[0].podSelector.matchLabels.app=tools",
    ],
    "no policies, account or test": [
        "networkPolicy.enabled=false",
        "serviceAccount.create=false",
        "test.enabled=false",
        "componentDefaults.podDisruptionBudget.enabled=false",
    ],
    "images by digest": [f"components.gateway.image.digest=sha256:{'0' * 64}", "global.imageRegistry=10.90.0.1:5000"],
    **ONLY,
}

# Each is refused, for a reason that says what.
REFUSED = {
    "two that hold one state": (["components.config-svc.replicas=2"], "config-svc"),
    "all with two": (["componentDefaults.replicas=2"], "holds its state"),
    "autoscaling of state": (["components.drift-svc.autoscaling.enabled=true"], "drift-svc"),
    "a value that there is not": (["componets.gateway.replicas=2"], "componets"),
    "a component that there is not": (["components.gatway.replicas=2"], "gatway"),
    "a number as text": (["replicaCount=three"], "replicaCount"),
    "no keys": (["settings.require-keys=false"], "require-keys"),
    "the way around keys": (["settings.insecure=true"], "insecure"),
    "that way by a variable": (["components.gateway.env[0].name=VORTEX_INSECURE"], "env"),
    "another port": (["components.gateway.settings.http=0.0.0.0:80"], "http"),
    "a setting in parts": (["settings.drain.delay=5s"], "settings"),
    "TLS without certificates": (["tls.enabled=true"], "tls.existingSecret"),
    "cert-manager without an issuer": (["tls.enabled=true", "tls.certManager.enabled=true"], "issuer"),
    "an ingress that would show everything": (["ingress.enabled=true"], "springPrefix"),
    "a prefix that is none": (["springPrefix=config"], "springPrefix"),
    "a volume without a size": (["componentDefaults.persistence.size=much"], "size"),
    "fewer at most than at least": (["autoscaling.enabled=true", "autoscaling.maxReplicas=1"], "maxReplicas"),
    "a policy of commits that there is not": (["vortex.backends.git.release=later"], "release"),
}

# What is not of Kubernetes itself, and has no schema to hold it to.
FOREIGN = {"ServiceMonitor", "PrometheusRule", "Certificate"}

GOLDENS = {"defaults": [], "seeds-line": SEEDS_LINE, "everything": EVERYTHING}


def helm(which, *arguments):
    return subprocess.run([HELMS[which], *arguments], capture_output=True, text=True, timeout=120)


def template(which, values, *more, chart=CHART):
    sets = [argument for value in values for argument in ("--set", value)]
    return helm(which, "template", "vortex", str(chart), "--namespace", "vortex-config", *sets, *more)


def rendered(which, values, **where):
    result = template(which, values, **where)
    assert result.returncode == 0, result.stderr
    return result.stdout


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def of_kind(all_documents, *kinds):
    return [document for document in all_documents if document["kind"] in kinds]


def without_keys(text):
    return re.sub(r"(bootstrap-key|service-key): \S{60,}", r"\1: RANDOM", text)


def checksum(body):
    """As crates/access/src/key.rs says."""
    alphabet, value = "0123456789abcdefghjkmnpqrstvwxyz", zlib.crc32(body.encode()) << 3
    return "".join(alphabet[value >> 5 * place & 31] for place in range(6, -1, -1))


class Chart(unittest.TestCase):
    def test_lint_has_nothing_to_say(self):
        for which in HELMS:
            with self.subTest(which):
                result = helm(which, "lint", "--strict", str(CHART))
                self.assertEqual(result.returncode, 0, result.stdout)

    def test_every_combination_renders_alike_by_helm_3_and_4(self):
        for name, values in MATRIX.items():
            with self.subTest(name):
                three, four = (
                    sorted(map(str, documents(without_keys(rendered(which, values))))) for which in HELMS
                )
                self.assertEqual(three, four)

    def test_every_combination_is_valid_for_every_kubernetes(self):
        told = set()
        for name, values in MATRIX.items():
            for document in documents(rendered("helm4", values)):
                if document["kind"] in FOREIGN or str(document) in told:
                    continue
                told.add(str(document))
                for version in VERSIONS:
                    with self.subTest(f"{name}, {version}, {document['kind']} {document['metadata']['name']}"):
                        # an unknown kind is an error here
                        kubernetes_validate.validate(document, version, strict=True)

    def test_values_that_are_wrong_are_refused(self):
        for name, (values, reason) in REFUSED.items():
            for which in HELMS:
                with self.subTest(f"{name}, {which}"):
                    result = template(which, values)
                    self.assertNotEqual(result.returncode, 0)
                    self.assertIn(reason, result.stderr)

    def test_it_is_a_subchart_too(self):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            parent = Path(folder) / "parent"
            (parent / "charts").mkdir(parents=True)
            (parent / "charts" / "vortex").symlink_to(CHART)
            (parent / "Chart.yaml").write_text(
                "apiVersion: v2\nname: parent\nversion: 1.0.0\n"
                "dependencies: [{name: vortex, version: '*', condition: vortex.enabled}]\n"
            )
            (parent / "values.yaml").write_text("global: {imageRegistry: registry.example.com, other: 1}\n")
            for which in HELMS:
                with self.subTest(which):
                    text = rendered(which, ["vortex.replicaCount=3"], chart=parent)
                    self.assertIn("image: registry.example.com/example/vortex-config/gateway:", text)
                    self.assertIn("replicas: 3", text)
                    self.assertEqual(documents(rendered(which, ["vortex.enabled=false"], chart=parent)), [])

    def test_the_goldens_are_what_is_rendered(self):
        for name, values in GOLDENS.items():
            with self.subTest(name):
                file, text = HERE / "goldens" / f"{name}.yaml", without_keys(rendered("helm4", values))
                if os.environ.get("VORTEX_GOLDENS") == "write":
                    file.write_text(text)
                self.assertEqual(file.read_text(), text, "VORTEX_GOLDENS=write tests/charts/run writes it anew")

    def test_the_readme_tells_of_every_value(self):
        result = subprocess.run([TREE / "build" / "chart-values", "--check"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)


class Monitoring(unittest.TestCase):
    def test_every_alert_has_a_runbook(self):
        headings = re.findall(r"^### (\S+)$", (TREE / "docs" / "operations.md").read_text(), re.MULTILINE)
        rules = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())
        alerts = [rule for group in rules["groups"] for rule in group["rules"]]
        for alert in alerts:
            self.assertEqual(alert["annotations"]["runbook_url"], f"RUNBOOKS#{alert['alert'].lower()}")
            self.assertIn(alert["alert"], headings)
        tested = (HERE / "alerts.test.yaml").read_text()
        self.assertEqual([one["alert"] for one in alerts if one["alert"] not in tested], [])

    def test_the_chart_brings_rules_and_dashboards_whole(self):
        made = documents(rendered("helm4", [*MONITORING, "prometheusRule.runbookUrl=https://runbooks.example.com"]))
        rules = of_kind(made, "PrometheusRule")[0]["spec"]
        self.assertEqual(len(rules["groups"]), 5)
        for group in rules["groups"]:
            for rule in group["rules"]:
                self.assertTrue(rule["annotations"]["runbook_url"].startswith("https://runbooks.example.com#vortex"))
        boards = {
            file: json.loads(content)
            for one in of_kind(made, "ConfigMap")
            for file, content in one["data"].items()
            if file.endswith(".json")
        }
        self.assertEqual(set(boards), {"overview.json", "rollouts.json", "drift.json", "ingest.json"})
        self.assertEqual(len({board["uid"] for board in boards.values()}), 4)


class Meaning(unittest.TestCase):
    def test_the_seeds_line_does_what_it_says(self):
        made = documents(rendered("helm4", SEEDS_LINE))
        scalers = {one["metadata"]["name"]: one["spec"] for one in of_kind(made, "HorizontalPodAutoscaler")}
        self.assertEqual(set(scalers), {"vortex-gateway", "vortex-heartbeat-ingest"})
        self.assertEqual(scalers["vortex-gateway"]["minReplicas"], 3)
        for deployment in of_kind(made, "Deployment"):
            self.assertNotIn("replicas", deployment["spec"], "the autoscaler's number would be put back")
        self.assertEqual(len(of_kind(made, "ServiceMonitor")), 1)
        settings = yaml.safe_load(of_kind(made, "ConfigMap")[0]["data"]["config-svc.yaml"])
        self.assertEqual(settings["git"], "https://github.com/example/config-repo")

    def test_keys_are_made_as_the_programs_read_them(self):
        secret = of_kind(documents(rendered("helm3", [])), "Secret")[0]
        keys = [base64.b64decode(value).decode() for value in secret["data"].values()]
        self.assertEqual(len(set(keys)), 2)
        for key in keys:
            self.assertRegex(key, r"^vx_[0-9a-hjkmnp-tv-z]{16}_[0-9a-hjkmnp-tv-z]{59}$")
            self.assertEqual(checksum(key[:-7]), key[-7:])
        self.assertEqual(secret["metadata"]["annotations"]["helm.sh/resource-policy"], "keep")

    def test_nobody_gets_in_without_a_key(self):
        for name, values in MATRIX.items():
            text = rendered("helm4", values)
            self.assertNotIn("insecure", text, name)
            for settings in of_kind(documents(text), "ConfigMap"):
                for file, content in (settings["data"] or {}).items():
                    if file.removesuffix(".yaml") in COMPONENTS:
                        self.assertIs(yaml.safe_load(content)["require-keys"], True, f"{name}, {file}")

    def test_pods_keep_to_the_restricted_standard(self):
        for name in ("defaults", "everything"):
            made = documents(rendered("helm4", MATRIX[name]))
            pods = [one["spec"]["template"]["spec"] for one in of_kind(made, "Deployment", "StatefulSet")]
            pods += [one["spec"] for one in of_kind(made, "Pod")]
            self.assertEqual(len(pods), 6)
            for pod in pods:
                self.assertIs(pod["automountServiceAccountToken"], False)
                self.assertIs(pod["enableServiceLinks"], False)
                self.assertIs(pod["securityContext"]["runAsNonRoot"], True)
                self.assertEqual(pod["securityContext"]["runAsUser"], 65532)
                self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
                for container in pod["containers"] + pod.get("initContainers", []):
                    self.assertEqual(
                        container["securityContext"],
                        {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    )
                    self.assertIn("memory", container["resources"]["limits"])

    def test_pods_have_time_to_drain(self):
        values = ["components.gateway.drainDelaySeconds=40", "components.gateway.drainTimeoutSeconds=50"]
        made = documents(rendered("helm4", values))
        grace = {
            one["metadata"]["name"]: one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
            for one in of_kind(made, "Deployment")
        }
        self.assertEqual(grace, {"vortex-gateway": 95, "vortex-heartbeat-ingest": 30})

    def test_policies_let_callers_in_and_nobody_else(self):
        made = documents(rendered("helm4", []))
        calls = {}
        for policy in of_kind(made, "NetworkPolicy"):
            name = policy["metadata"]["labels"]["app.kubernetes.io/component"]
            peers = policy["spec"]["ingress"][0].get("from")
            calls[name] = peers and {
                peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in peers
            }
        self.assertEqual(
            calls,
            {
                "gateway": None,
                "heartbeat-ingest": None,
                "config-svc": {"gateway", "rollout-svc", "drift-svc", "heartbeat-ingest"},
                "rollout-svc": {"gateway", "heartbeat-ingest"},
                "drift-svc": {"gateway", "heartbeat-ingest", "rollout-svc"},
            },
        )
        for policy in of_kind(documents(rendered("helm4", ONLY["only rollout-svc"])), "NetworkPolicy"):
            self.assertTrue(policy["spec"]["ingress"][0]["from"], "an empty list would be anybody")

    def test_a_change_of_settings_restarts_only_whom_it_concerns(self):
        def sums(values):
            made = of_kind(documents(rendered("helm4", values)), "Deployment", "StatefulSet")
            return {
                one["metadata"]["name"]: one["spec"]["template"]["metadata"]["annotations"]["checksum/settings"]
                for one in made
            }

        before, after = sums([]), sums(["components.gateway.settings.access-log=true"])
        self.assertEqual({name for name in before if before[name] != after[name]}, {"vortex-gateway"})

    def test_metrics_are_open_only_where_something_scrapes_them_without_a_key(self):
        def public(values):
            settings = of_kind(documents(rendered("helm4", values)), "ConfigMap")[0]["data"]["gateway.yaml"]
            return yaml.safe_load(settings)["public"]

        self.assertEqual(public([]), "health")
        self.assertEqual(public(["serviceMonitor.enabled=true"]), "health,metrics")
        self.assertEqual(public(["serviceMonitor.enabled=true", "metrics.keySecret.name=scraper"]), "health")


if __name__ == "__main__":
    unittest.main()

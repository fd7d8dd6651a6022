"""skaffold.yaml by its schema, and against the Dockerfile and the chart that it uses."""

import json
import re
import unittest
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

HERE = Path(__file__).parent
TREE = HERE.parent.parent
CONFIG = yaml.safe_load((TREE / "skaffold.yaml").read_text())


class Skaffold(unittest.TestCase):
    def test_it_is_what_skaffold_reads(self):
        schema = json.loads((HERE / "skaffold-v4beta14.schema.json").read_text())
        jsonschema.validate(CONFIG, schema)

    def test_every_target_of_the_dockerfile_is_an_image(self):
        stages = re.findall(r"^FROM base AS (\S+)$", (TREE / "Dockerfile").read_text(), re.MULTILINE)
        targets = [artifact["docker"]["target"] for artifact in CONFIG["build"]["artifacts"]]
        self.assertEqual(sorted(targets), sorted(stages))
        patches = [patch["value"] for patch in CONFIG["profiles"][0]["patches"] if "artifacts" in patch["path"]]
        self.assertEqual(
            [patch["image"] for patch in patches], [artifact["image"] for artifact in CONFIG["build"]["artifacts"]]
        )

    def test_every_image_is_given_to_the_chart(self):
        templates = CONFIG["deploy"]["helm"]["releases"][0]["setValueTemplates"]
        for artifact in CONFIG["build"]["artifacts"]:
            variable = artifact["image"].replace("-", "_")
            self.assertIn(f"{{{{.IMAGE_REPO_{variable}}}}}", templates.values())
            self.assertIn(f"{{{{.IMAGE_TAG_{variable}}}}}", templates.values())
        schema = json.loads((TREE / "charts/vortex/values.schema.json").read_text())
        for name in templates:
            self.assertIn(name.split(".")[0], schema["properties"])

    def test_what_it_names_is_there(self):
        job = TREE / CONFIG["verify"][0]["executionMode"]["kubernetesCluster"]["jobManifestPath"]
        kubernetes_validate.validate(yaml.safe_load(job.read_text()), "1.29", strict=True)
        self.assertTrue((TREE / CONFIG["deploy"]["helm"]["releases"][0]["chartPath"] / "Chart.yaml").exists())


if __name__ == "__main__":
    unittest.main()

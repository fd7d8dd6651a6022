"""A release, step by step, as the workflows do it: into a registry on this machine, by programs that are mere files."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
import unittest
from pathlib import Path

import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

TREE = Path(__file__).parents[2]
TOOLS = Path(os.environ["VORTEX_TOOLS"])
PROGRAMS = ["gateway", "config-svc", "rollout-svc", "drift-svc", "heartbeat-ingest", "vortex"]
VERSION = "1.2.3"


def run(*command, env=None, **more):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=TREE, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=600, **more,
    )
    if done.returncode:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def skipped(what, why):
    with open(os.environ["VORTEX_SKIPS"], "a", encoding="utf8") as skips:
        skips.write(f"{what}: {why}\n")
    return unittest.SkipTest(why)


def helm(which, *arguments, **more):
    return run(TOOLS / which / "helm", *arguments, **more)


class Workflows(unittest.TestCase):
    def test_every_step_is_a_script_that_is_there(self):
        named = 0
        for file in sorted((TREE / ".github" / "workflows").glob("*.yml")):
            for job in yaml.safe_load(file.read_text())["jobs"].values():
                for step in job.get("steps", []):
                    for script in re.findall(r"(?<!\S)(?:build|tests)/[\w/.-]+", step.get("run", "")):
                        self.assertTrue(os.access(TREE / script, os.X_OK), f"{file.name}: {script}")
                        named += 1
        self.assertGreater(named, 10)

    def test_actions_of_others_are_pinned(self):
        for file in (TREE / ".github" / "workflows").glob("*.yml"):
            for used in re.findall(r"uses: (\S+)", file.read_text()):
                self.assertRegex(used, r"^(\./|[\w./-]+@[0-9a-f]{40}$)", file.name)

    def test_stages_are_those_that_there_are(self):
        stages = set(re.findall(r"^stage_(\S+)\(\)", (TREE / "tests" / "run").read_text(), re.MULTILINE))
        asked = re.findall(r"--only (\S+)", (TREE / ".github" / "workflows" / "check.yml").read_text())
        self.assertEqual(set(asked) - stages, set())


class Bills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        run("build/sbom", "--out", cls.folder.name, VERSION)
        cls.bills = {name: (Path(cls.folder.name) / f"{name}.cdx.json").read_text() for name in PROGRAMS}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_they_are_what_cyclonedx_says(self):
        for name, text in self.bills.items():
            self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(text), name)

    def test_they_name_what_is_linked_and_not_what_builds_or_tests_it(self):
        for name, text in self.bills.items():
            crates = {one["name"]: one for one in json.loads(text)["components"]}
            self.assertIn("tonic", crates.keys(), name)
            for absent in ("tonic-prost-build", "proptest", "serde_derive"):
                self.assertNotIn(absent, crates.keys(), name)
            for crate, said in crates.items():
                if said["type"] == "library":
                    self.assertIn("licenses", said, f"{name}: {crate}")
        self.assertIn("pkg:cargo/fjall@", self.bills["config-svc"])
        self.assertFalse("pkg:cargo/fjall@" in self.bills["gateway"])

    def test_the_same_tree_gives_the_same_bill(self):
        with tempfile.TemporaryDirectory() as again:
            run("build/sbom", "--out", again, VERSION, "gateway")
            self.assertEqual((Path(again) / "gateway.cdx.json").read_text(), self.bills["gateway"])


class Chart(unittest.TestCase):
    def test_the_packed_chart_takes_images_of_its_version(self):
        with tempfile.TemporaryDirectory() as dist:
            run("build/push-chart", "registry.example.com/some/where", VERSION, env=with_helm({"DIST": dist}))
            packed = Path(dist) / f"vortex-{VERSION}.tgz"
            for which in ("helm3", "helm4"):
                helm(which, "lint", "--strict", packed)
                made = helm(which, "template", "vortex", packed)
                images = set(re.findall(r"image: \"?([^\s\"]+)", made))
                self.assertEqual(images, {f"registry.example.com/some/where/{name}:{VERSION}" for name in PROGRAMS})


def with_helm(env):
    return {**env, "PATH": f"{TOOLS / 'helm4'}:{os.environ['PATH']}"}


# What build/programs leaves behind, with files in the places of programs.
def programs(dist):
    for arch in ("amd64", "arm64"):
        (dist / arch).mkdir(parents=True)
        for name in PROGRAMS:
            (dist / arch / name).write_text(f"{name} for {arch}")
            (dist / arch / name).chmod(0o755)
    (dist / "files" / "var" / "lib" / "vortex").mkdir(parents=True)


class Registry(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("crane"):
            raise skipped("release images", "there is no registry: it is built with Go")
        if os.geteuid() or not shutil.which("buildah"):
            raise skipped("release images", "only root can make them without an engine, with buildah")
        cls.folder = tempfile.TemporaryDirectory()
        cls.dist = Path(cls.folder.name) / "dist"
        programs(cls.dist)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            cls.address = f"127.0.0.1:{free.getsockname()[1]}"
        cls.registry = subprocess.Popen(
            ["crane", "registry", "serve", "--address", cls.address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 30
        while subprocess.run(["curl", "-sf", f"http://{cls.address}/v2/"], capture_output=True).returncode:
            assert time.monotonic() < end, "the registry does not answer"
            time.sleep(0.1)
        cls.images = f"{cls.address}/some/where"
        # a storage of its own, which goes with it
        cls.env = with_helm({
            "DIST": str(cls.dist),
            "INSECURE": "true",
            "BUILDAH_ISOLATION": "chroot",
            "STORAGE_DRIVER": "vfs",
            "CONTAINERS_STORAGE_CONF": str(storage(Path(cls.folder.name))),
        })
        run("build/sbom", "--out", cls.dist / "sbom", VERSION)
        run("build/push-images", cls.images, VERSION, env=cls.env)
        run("build/push-chart", cls.images, VERSION, f"oci://{cls.address}/charts", env=cls.env)

    @classmethod
    def tearDownClass(cls):
        cls.registry.terminate()
        cls.registry.wait()
        cls.folder.cleanup()

    def crane(self, *arguments):
        return run("crane", *arguments, "--insecure")

    def test_each_image_is_a_list_for_both_machines(self):
        digests = dict(line.split() for line in (self.dist / "digests").read_text().splitlines())
        self.assertEqual(set(digests), set(PROGRAMS))
        for name in PROGRAMS:
            image = f"{self.images}/{name}:{VERSION}"
            self.assertEqual(digests[name], f"{self.images}/{name}@{self.crane('digest', image).strip()}")
            listed = json.loads(self.crane("manifest", image))["manifests"]
            self.assertEqual({one["platform"]["architecture"] for one in listed}, {"amd64", "arm64"})
            for arch in ("amd64", "arm64"):
                config = json.loads(self.crane("config", "--platform", f"linux/{arch}", image))
                self.assertEqual(config["config"]["User"], "65532:65532")
                self.assertEqual(config["config"]["Labels"]["org.opencontainers.image.version"], VERSION)
                self.assertEqual(config["config"]["Labels"]["org.opencontainers.image.title"], name)
                exported = Path(self.folder.name) / "exported.tar"
                self.crane("export", "--platform", f"linux/{arch}", image, exported)
                with tarfile.open(exported) as root:
                    self.assertEqual(root.extractfile(name).read().decode(), f"{name} for {arch}")

    def test_the_chart_is_pulled_as_it_was_packed(self):
        packed = (self.dist / f"vortex-{VERSION}.tgz").read_bytes()
        for which in ("helm3", "helm4"):
            with tempfile.TemporaryDirectory() as pulled:
                helm(which, "pull", f"oci://{self.address}/charts/vortex", "--version", VERSION,
                     "--plain-http", "--destination", pulled)
                self.assertEqual((Path(pulled) / f"vortex-{VERSION}.tgz").read_bytes(), packed)

    def test_signatures_hold_for_what_was_pushed_and_for_nothing_else(self):
        if not shutil.which("cosign"):
            raise skipped("release signatures", "cosign is not installed")
        folder = Path(self.folder.name)
        env = {**self.env, "COSIGN_PASSWORD": "", "HOME": str(folder)}
        for name in ("mine", "foreign"):
            run("cosign", "generate-key-pair", "--output-key-prefix", folder / name, env=env)
        run("build/sign", env={**env, "COSIGN_KEY": str(folder / "mine.key")})
        lines = [line.split() for line in (self.dist / "digests").read_text().splitlines()]
        first, signed = lines[0][0], [image for _, image in lines]
        signed.append((self.dist / "chart-digest").read_text().strip())
        verify = ["--insecure-ignore-tlog", "--allow-http-registry"]
        for one in signed:
            run("cosign", "verify", *verify, "--key", folder / "mine.pub", one, env=env)
        with self.assertRaises(AssertionError):
            run("cosign", "verify", *verify, "--key", folder / "foreign.pub", signed[0], env=env)
        attested = run(
            "cosign", "verify-attestation", *verify, "--type", "cyclonedx", "--key", folder / "mine.pub", signed[0], env=env
        )
        statement = json.loads(base64.b64decode(json.loads(attested)["payload"]))
        self.assertEqual(statement["predicateType"], "https://cyclonedx.org/bom")
        self.assertEqual(statement["predicate"], json.loads((self.dist / "sbom" / f"{first}.cdx.json").read_text()))

    def test_archives_have_the_command_and_their_sums(self):
        run("build/archives", VERSION, env=self.env)
        release = self.dist / "release"
        self.check_sums(release)
        for arch in ("amd64", "arm64"):
            with tarfile.open(release / f"vortex-{VERSION}-{arch}.tar.gz") as archive:
                self.assertEqual(archive.getnames(), ["vortex", "LICENSE", "README.md"])
                self.assertEqual(archive.extractfile("vortex").read().decode(), f"vortex for {arch}")
        self.assertEqual(len(list(release.glob("*.cdx.json"))), len(PROGRAMS))

    def check_sums(self, release):
        done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=release, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


def storage(folder):
    conf = folder / "storage.conf"
    conf.write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{folder}/run"\ngraphroot = "{folder}/graph"\n')
    return conf


if __name__ == "__main__":
    unittest.main()

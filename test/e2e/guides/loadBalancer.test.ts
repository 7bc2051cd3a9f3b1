import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callHttp } from "../../../src/http/callHttp.ts";
import { PosternProcess } from "../../cli/PosternProcess.ts";
import { toolBinary } from "../../cluster/build/toolBinary.ts";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { ROOT } from "../../docs/readmes.ts";
import { nginxBinary } from "../../nginx/nginxBinary.ts";
import { patience } from "../../run/speedFactor.ts";
import { guideBlock, withReplaced } from "./guideBlock.ts";

const GUIDE = "infra/guides/load-balancer/README.md";
const REVIEW = readFileSync(join(ROOT, "test/fixtures/reviews/validate-v1-create-pods-2.json"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "postern-balancer-"));
const file = (name: string): string => join(folder, name);
const stops: (() => unknown)[] = [];
let ca: TestCa;

beforeAll(async () => {
  ca = await TestCa.create("load balancer");
  const { cert, key } = await ca.issue({ name: "gate", hosts: ["127.0.0.1"] });
  writeFileSync(file("tls.crt"), cert);
  writeFileSync(file("tls.key"), key);
  writeFileSync(
    file("gate.ts"),
    'import { defineGate } from "postern";\nimport { denyLabels } from "postern/policies";\nexport default defineGate({ policies: [denyLabels()], clusters: { local: { identity: "none" } } });\n',
  );
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the gate as the guide says: plain HTTP, behind a proxy. */
async function startGate(port: number): Promise<PosternProcess> {
  const args = ["serve", "--gate", "gate.ts", "--host", "127.0.0.1", "--port", String(port)];
  const env = { POSTERN_TRUSTED_PROXIES: "127.0.0.1", POSTERN_CLUSTER_RATE: "100000", POSTERN_VERDICT_LINES: "1" };
  const gate = new PosternProcess(args, folder, env);
  stops.push(() => gate.kill());
  await gate.says(/"message":"listening"/);
  return gate;
}

type StartBalancer = (ports: { edge: number; gates: readonly number[] }) => Promise<ChildService>;

const startCaddy: StartBalancer = async ({ edge, gates: [one, two] }) => {
  const config = withReplaced(guideBlock(GUIDE, "caddyfile"), {
    "https://gate.example.com": `https://127.0.0.1:${edge}`,
    "/etc/gate/": `${folder}/`,
    "10.0.0.11:8080": `127.0.0.1:${one}`,
    "10.0.0.12:8080": `127.0.0.1:${two}`,
  });
  writeFileSync(file("Caddyfile"), config);
  return new ChildService({
    name: "caddy",
    file: await toolBinary("caddy", () => undefined),
    args: ["run", "--config", file("Caddyfile"), "--adapter", "caddyfile"],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    logFile: file("caddy.log"),
  });
};

const startNginx: StartBalancer = async ({ edge, gates: [one, two] }) => {
  const block = withReplaced(guideBlock(GUIDE, "nginx"), {
    "listen 443 ssl": `listen 127.0.0.1:${edge} ssl`,
    "/etc/gate/": `${folder}/`,
    "10.0.0.11:8080": `127.0.0.1:${one}`,
    "10.0.0.12:8080": `127.0.0.1:${two}`,
  });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (it) => `${it}_temp_path ${folder}/${it};`,
  );
  const http = ["access_log off;", ...temporary, block].join("\n");
  writeFileSync(file("nginx.conf"), `pid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n${http}\n}\n`);
  return new ChildService({
    name: "nginx",
    file: (await nginxBinary()) ?? "nginx",
    args: ["-p", folder, "-c", file("nginx.conf"), "-g", "daemon off; master_process off;"],
    logFile: file("nginx.log"),
  });
};

async function call(edge: number): Promise<string> {
  const answer = await callHttp({
    url: `https://127.0.0.1:${edge}/c/local/validate?timeout=5s`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: REVIEW,
    timeoutMs: patience(10_000),
    maxBytes: 64 * 1024,
    ca: ca.cert,
  });
  return answer.text.includes('"allowed":false') ? "denied" : `${answer.status} ${answer.text.slice(0, 200)}`;
}

describe.each<[name: string, start: StartBalancer]>([
  ["caddy", startCaddy],
  ["nginx", startNginx],
])("the configuration of %s in the guide", (_name, start) => {
  it(
    "loses no call while one gate after the other is stopped and started again",
    async () => {
      const [edge = 0, one = 0, two = 0] = await freePorts(3);
      const gates = new Map(await Promise.all([one, two].map(async (port) => [port, await startGate(port)] as const)));
      const balancer = await start({ edge, gates: [one, two] });
      stops.push(() => balancer.stop());
      await balancer.waitUntil(
        () =>
          call(edge).then(
            (text) => text === "denied",
            () => false,
          ),
        patience(20_000),
      );
      const verdicts: string[] = [];
      let isOver = false;
      const callers = Array.from({ length: 4 }, async () => {
        while (!isOver) verdicts.push(await call(edge).catch((error: unknown) => String(error)));
      });
      for (const port of [one, two]) {
        const before = verdicts.length;
        gates.get(port)?.signal("SIGTERM");
        expect(await gates.get(port)?.exit()).toBe(0);
        while (verdicts.length < before + 50) await new Promise((resolve) => setTimeout(resolve, 20));
        gates.set(port, await startGate(port));
        // The load balancer has found it, and sends it calls again, before the other one stops.
        await gates.get(port)?.says(/deny-labels/);
      }
      isOver = true;
      await Promise.all(callers);
      expect([...new Set(verdicts)]).toEqual(["denied"]);
      expect(verdicts.length).toBeGreaterThan(100);
    },
    patience(120_000),
  );
});

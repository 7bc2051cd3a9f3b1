import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readReview } from "../../../fixtures/readReview.ts";
import { callHttps } from "../../callHttps.ts";
import { DevProcesses } from "../../DevProcesses.ts";
import { PosternProcess } from "../../PosternProcess.ts";

const GATE = `import { defineGate } from "postern";
import { capability, clientCertificate, jwt } from "postern/identity";
import { denyLabels } from "postern/policies";
export default defineGate({
  policies: [denyLabels()],
  tiers: [clientCertificate(), jwt(), capability()],
  clusters: {
    onprem: { identity: [{ tier: "client-certificate", subjects: ["CN=kube-apiserver"] }] },
    datacenter: { identity: [{ tier: "jwt", issuer: "https://issuer.example.com", subjects: ["caller"], audiences: ["gate"] }] },
    eks: { identity: [{ tier: "capability", issuer: "https://issuer.example.com" }] },
  },
});
`;
const WORKER =
  'import { createWorker } from "postern/gate";\nimport gate from "./gate.ts";\nexport default createWorker(gate);\n';
const review = readReview("validate-v1-create-pods-2");
const processes = DevProcesses.forEachTest();

it.each<[what: string, args: string[], env: Record<string, string>]>([
  ["a gate", ["--gate", "functions/gate.ts"], {}],
  ["the gate of a functions/worker.ts", [], {}],
  ["a gate, with keys that cannot be used", ["--gate", "functions/gate.ts"], { POSTERN_CAPABILITY_KEYS: "none" }],
])("postern dev starts %s with every tier, answers each caller, and says so", async (_, args, env) => {
  const { folder } = processes;
  folder.write("functions/gate.ts", GATE);
  folder.write("functions/worker.ts", WORKER);
  const dev = processes.add(new PosternProcess(["dev", ...args, "--port", "0"], folder.path, env));
  const [, port] = await dev.says(/^postern dev +https:\/\/localhost:(\d+)\/c\/onprem\/validate$/m);
  await dev.says(/^listens on +127\.0\.0\.1: only this machine can call it$/m);
  await dev.says(/^identity +not asked for: dev answers every caller, and needs no keys$/m);
  await dev.says(/^kind, minikube /m);
  const ca = readFileSync(`${folder.path}/.postern/ca.pem`, "utf8");
  for (const cluster of ["onprem", "datacenter", "eks"]) {
    const answer = await callHttps({ port: Number(port), ca, path: `/c/${cluster}/validate`, body: review });
    expect(answer).toMatchObject({ status: 200, body: { response: { allowed: false } } });
  }
  expect(dev.err).toBe("");
});

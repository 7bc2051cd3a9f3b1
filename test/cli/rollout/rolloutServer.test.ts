import { once } from "node:events";
import { chmodSync } from "node:fs";
import { request } from "node:https";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rolloutServer } from "../../../src/cli/rollout/rolloutServer.ts";
import type { ApiRequest, ApiResponse } from "../../../src/kubernetes/KubernetesApi.ts";
import { createRolloutApp } from "../../../src/rollout/http/createRolloutApp.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { RolloutApi } from "../../rollout/RolloutApi.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { RawHttp2 } from "../../tls/server/limits/RawHttp2.ts";
import { InputFolder } from "../InputFolder.ts";

const folder = new InputFolder();
const api = new RolloutApi();
const log = memoryLog();
const strangers: RawHttp2[] = [];
let port = 0;
let stop: () => Promise<unknown> = async () => {};

beforeAll(async () => {
  const pair = await selfSignedPair();
  folder.write("tls.crt", pair.cert);
  folder.write("tls.key", pair.key);
  chmodSync(`${folder.path}/tls.key`, 0o600);
  await api.certificate("gate-tls", { "postern.dev/rollout": "deployment/gate" }, 1);
  api.refuse = ({ body }: ApiRequest): ApiResponse | undefined => {
    const kind: unknown = Reflect.get(body ?? {}, "kind");
    const token: unknown = Reflect.get(Reflect.get(body ?? {}, "spec") ?? {}, "token");
    const status = { authenticated: token === "good", user: { username: "alice" } };
    if (kind === "TokenReview") return { status: 201, body: { kind, status } };
    return kind === "SubjectAccessReview" ? { status: 201, body: { kind, status: { allowed: true } } } : undefined;
  };
  const app = createRolloutApp({ api: api.ask, log, newRequest: () => "r-1" });
  const [cert, key] = [`${folder.path}/tls.crt`, `${folder.path}/tls.key`];
  const env = { POSTERN_TLS_ALLOW_LEAF_ONLY: "1", POSTERN_TLS_HOSTS: "localhost" };
  ({ stop } = await rolloutServer({ app, port: 0, cert, key, env, log }));
  port = Number(log.lines.find(({ message }) => message === "listening")?.properties.port);
});
afterAll(async () => {
  for (const { socket } of strangers) socket.destroy();
  await stop();
  folder.remove();
});

async function rollout(): Promise<number | undefined> {
  const headers = { authorization: "Bearer good", "content-type": "application/json" };
  const target = { host: "127.0.0.1", port, path: "/rollout", method: "POST", headers, rejectUnauthorized: false };
  const call = request({ ...target, agent: false }).end('{"namespace": "gates", "name": "gate-tls"}');
  const [response] = await once(call, "response");
  response.resume();
  return response.statusCode;
}

const HEADERS = { ":path": "/rollout", "content-type": "application/json" };

it.each<[string, Readonly<Record<string, string>>, boolean]>([
  ["without a token", HEADERS, false],
  ["with a token that is not accepted", { ...HEADERS, authorization: "Bearer bad" }, false],
  ["with a complete body, and a token that is not accepted", { ...HEADERS, authorization: "Bearer bad" }, true],
])("POST /rollout is answered while 300 connections hold calls %s", async (_, headers, isComplete) => {
  for (let count = 0; count < 300; count += 1) {
    const stranger = await RawHttp2.connect(port);
    strangers.push(stranger.begin().open(4, isComplete, headers));
    if (count % 60 === 0) expect(await rollout()).toBe(202);
  }
  expect(await rollout()).toBe(202);
});

import { beforeEach, describe, expect, it } from "vitest";
import type { ApiRequest, ApiResponse } from "../../../src/kubernetes/KubernetesApi.ts";
import { createRolloutApp } from "../../../src/rollout/http/createRolloutApp.ts";
import { RolloutApi } from "../RolloutApi.ts";

const SETTINGS = { "postern.dev/rollout": "deployment/gate,statefulset/db" };
const TARGET = { namespace: "gates", name: "gate-tls" };
const CONNECTION = {};
/** The option of fetch for a body that is a stream. TypeScript's DOM types do not have it. */
const HALF: object = { duplex: "half" };
const HEADERS = { authorization: "Bearer token", "content-type": "application/json" };

let api: RolloutApi;
/** The lines of the log. */
let lines: { readonly level: string; readonly message: string; readonly properties: unknown }[];
beforeEach(async () => {
  api = new RolloutApi();
  lines = [];
  api.refuse = authorized;
  await api.certificate("gate-tls", SETTINGS, 1);
});

/** Answers the reviews of the user alice, who may update every Certificate. */
function authorized({ body }: ApiRequest): ApiResponse | undefined {
  const kind: unknown = Reflect.get(body ?? {}, "kind");
  if (kind === "TokenReview")
    return { status: 201, body: { kind, status: { authenticated: true, user: { username: "alice" } } } };
  return kind === "SubjectAccessReview" ? { status: 201, body: { kind, status: { allowed: true } } } : undefined;
}

function app(): ReturnType<typeof createRolloutApp> {
  const at =
    (level: string) =>
    (message: string, properties?: unknown): void => {
      lines.push({ level, message, properties });
    };
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return createRolloutApp({ api: api.ask, log, newRequest: () => "r-1" });
}

async function call(init: RequestInit = {}, path = "/rollout"): Promise<{ response: Response; body: unknown }> {
  const response = await app().request(path, {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify(TARGET),
    ...init,
  });
  return { response, body: await response.json() };
}

describe("POST /rollout", () => {
  it("writes the request and the user on the Certificate, and answers with the certificate and its workloads", async () => {
    const { response, body } = await call();
    const serial = response.headers.get("x-certificate-serial");
    expect(response.status).toBe(202);
    expect(body).toEqual({
      ...TARGET,
      request: "r-1",
      revision: 1,
      serial,
      workloads: ["deployment/gate", "statefulset/db"],
    });
    expect(api.calls.filter(({ method }) => method === "PATCH").map(({ body: written }) => written)).toEqual([
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
          ...TARGET,
          annotations: { "postern.dev/rollout-request": "r-1", "postern.dev/rollout-requested-by": "alice" },
        },
      },
    ]);
    expect(lines).toMatchObject([{ level: "info", message: "a manual rollout was requested" }]);
  });

  it("accepts the certificate's own serial in the header, in upper case as well", async () => {
    const serial = (await call()).response.headers.get("x-certificate-serial") ?? "";
    const headers = { ...HEADERS, "x-certificate-serial": serial.toUpperCase() };
    expect((await call({ headers })).response.status).toBe(202);
  });

  it.each<[string, RequestInit, number, string]>([
    ["a GET", { method: "GET", body: null }, 405, "method-not-allowed"],
    ["another content type", { headers: { ...HEADERS, "content-type": "text/plain" } }, 415, "wrong-content-type"],
    ["a body that is not JSON", { body: "{" }, 400, "bad-request"],
    ["a body without a name", { body: '{"namespace": "gates"}' }, 400, "bad-request"],
    ["a body with another member", { body: JSON.stringify({ ...TARGET, force: true }) }, 400, "bad-request"],
    ["a name that is not one", { body: JSON.stringify({ ...TARGET, name: "a/b" }) }, 400, "bad-request"],
    ["a body of 17 KiB", { body: " ".repeat(17 * 1024) }, 413, "too-large"],
    ["no token", { headers: { "content-type": "application/json" } }, 401, "unauthenticated"],
    [
      "a Certificate that does not exist",
      { body: JSON.stringify({ ...TARGET, name: "x" }) },
      404,
      "unknown-certificate",
    ],
    ["another serial", { headers: { ...HEADERS, "x-certificate-serial": "1" } }, 409, "other-serial"],
  ])("refuses %s and writes nothing", async (_, init, status, code) => {
    const { response, body } = await call(init);
    expect([response.status, body]).toEqual([status, { error: { code, message: expect.stringMatching(/\S/) } }]);
    expect(api.calls.filter(({ method }) => method === "PATCH")).toEqual([]);
  });

  it.each([
    ["has no annotation postern.dev/rollout", {}, 1],
    ["has an annotation that cannot be used", { "postern.dev/rollout": "pod/x" }, 1],
    ["has no certificate yet", SETTINGS, undefined],
  ])("refuses a Certificate that %s", async (_, annotations, revision) => {
    await api.certificate("gate-tls", annotations, revision);
    const { response, body } = await call();
    expect([response.status, body]).toMatchObject([409, { error: { code: "cannot-roll" } }]);
  });

  it("answers 503 with retry-after, and writes a line to the log, when the API server refuses a call", async () => {
    api.refuse = (request) =>
      authorized(request) ??
      (request.path.includes("/certificaterequests") ? { status: 500, body: { message: "no" } } : undefined);
    const { response, body } = await call();
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(body).toMatchObject({ error: { code: "cluster-unavailable" } });
    expect(lines).toEqual([
      {
        level: "warn",
        message: "a call failed",
        properties: { path: "/rollout", ...TARGET, code: "cluster-refused", reason: expect.stringMatching(/500 no$/) },
      },
    ]);
  });

  it("names path and Certificate in the log, but neither token nor query, when the token cannot be checked", async () => {
    api.refuse = () => ({ status: 500, body: { message: "no" } });
    const { response } = await call({}, "/rollout?secret=query");
    expect(response.status).toBe(503);
    expect(lines).toEqual([
      {
        level: "warn",
        message: "a call failed",
        properties: {
          path: "/rollout",
          ...TARGET,
          code: "cluster-unavailable",
          reason: "the API server refuses the TokenReview, so you are not authorized: 500 no",
        },
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/secret|Bearer/);
  });

  it("answers 400, and logs nothing, when the connection ends before the body", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("the connection ended")) });
    const { response, body: answer } = await call({ body, ...HALF });
    expect([response.status, answer]).toMatchObject([400, { error: { code: "bad-request" } }]);
    expect(lines).toEqual([]);
  });

  it("answers 404 for another path", async () => {
    const { response, body } = await call({}, "/other");
    expect([response.status, body]).toMatchObject([404, { error: { code: "not-found" } }]);
  });

  it.each<[string, number, (request: ApiRequest) => boolean, () => object]>([
    ["a connection while they are authorized", 4, () => true, () => CONNECTION],
    ["a user after that", 8, ({ method }) => method !== "POST", () => ({})],
  ])("bounds the calls of %s to %i, and answers 503 to others", async (_, most, isBlocked, connection) => {
    const blocked = Promise.withResolvers<void>();
    const served = createRolloutApp({
      api: async (request) => {
        if (isBlocked(request)) await blocked.promise;
        return api.ask(request);
      },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      newRequest: () => "r-1",
    });
    const statuses: number[] = [];
    const post = async (): Promise<void> => {
      const init = { method: "POST", headers: HEADERS, body: JSON.stringify(TARGET) };
      statuses.push((await served.request("/rollout", init, { connection: connection() })).status);
    };
    const calls = Array.from({ length: most + 3 }, post);
    await expect.poll(() => statuses).toEqual([503, 503, 503]);
    blocked.resolve();
    await Promise.all(calls);
    expect(statuses.slice(3)).toEqual(Array(most).fill(202));
  });

  it("holds no slot for calls whose bodies do not arrive", async () => {
    const served = app();
    const silent = (): RequestInit => ({ body: new ReadableStream({ pull: () => new Promise(() => {}) }), ...HALF });
    const post = (init: RequestInit): Response | Promise<Response> =>
      served.request("/rollout", { method: "POST", headers: HEADERS, ...init }, { connection: CONNECTION });
    const strangers = Array.from({ length: 100 }, () => post(silent()));
    expect((await post({ body: JSON.stringify(TARGET) })).status).toBe(202);
    const [first] = await Promise.all(strangers);
    expect([first?.status, api.calls.filter(({ method }) => method === "POST").length]).toEqual([400, 2]);
  });
});

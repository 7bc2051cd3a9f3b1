import { writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChildService } from "../cluster/ChildService.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import type { RolloutBed } from "./RolloutBed.ts";

/** For one call. In milliseconds. */
const CALL_TIMEOUT = patience(20_000);
/** The Certificate that is rolled. */
const NAME = "called";

/** `POST /rollout`, and the metrics of whoever answers it. For a `describe`. */
export function rolloutCalls(bedOf: () => RolloutBed): void {
  let bed: RolloutBed;
  let controller: ChildService;
  let port = 0;
  let ca: TestCa;
  /** Tokens of ServiceAccounts: one that may change the Certificate `called`, and one that may do nothing. */
  const tokens = { may: "", mayNot: "", otherAudience: "" };

  beforeAll(async () => {
    bed = bedOf();
    ca = await TestCa.create("calls");
    const { folder } = bed.cluster.place;
    const files = { cert: join(folder, "calls.crt"), key: join(folder, "calls.key") };
    const pair = await ca.issue({ name: "rollout", hosts: ["localhost", "127.0.0.1"] });
    await writeFile(files.cert, pair.cert + ca.cert);
    await writeFile(files.key, pair.key, { mode: 0o600 });
    await bed.certificate(NAME, { "postern.dev/rollout": `deployment/${NAME}` });
    await bed.certificate("plain", {});
    await bed.workload(NAME, NAME, { replicas: 1 });
    const { api } = bed.cluster;
    const rbac = "rbac.authorization.k8s.io/v1";
    for (const name of ["may", "may-not"]) await api.create(bed.ns.path("serviceaccounts"), { metadata: { name } });
    await api.create(bed.ns.path(rbac, "roles"), {
      metadata: { name: "may" },
      rules: [
        {
          apiGroups: ["cert-manager.io"],
          resources: ["certificates"],
          resourceNames: [NAME, "plain", "missing"],
          verbs: ["update"],
        },
      ],
    });
    await api.create(bed.ns.path(rbac, "rolebindings"), {
      metadata: { name: "may" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "may" },
      subjects: [{ kind: "ServiceAccount", name: "may", namespace: bed.ns.name }],
    });
    tokens.may = await tokenOf(bed, "may");
    tokens.mayNot = await tokenOf(bed, "may-not");
    tokens.otherAudience = await tokenOf(bed, "may", ["somebody-else"]);
    controller = await bed.controller(["--port", "0", "--cert", files.cert, "--key", files.key, "--metrics-port", "0"]);
    port = await eventually("the controller to listen", async () => {
      const [, found] = /listening port=(\d+) protocol=https/.exec(controller.log()) ?? [];
      return found === undefined ? undefined : Number(found);
    });
    await bed.condition(NAME, "True", 1);
  });

  afterAll(async () => {
    await controller?.stop();
    await bed?.remove("Deployment", NAME);
  });

  function call({ method = "POST", path = "/rollout", token, body = gate(), headers = {} }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port,
          path,
          method,
          ca: ca.cert,
          agent: false,
          timeout: CALL_TIMEOUT,
          headers: {
            "content-type": "application/json",
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...headers,
          },
        },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (part: string) => {
            text += part;
          });
          answer.once("end", () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(text) }),
          );
        },
      );
      sent.once("error", reject);
      sent.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  }

  const gate = (name = NAME): { namespace: string; name: string } => ({ namespace: bed.ns.name, name });

  it("rolls the workload once more at the same revision, and says who asked", async () => {
    const before = await bed.pods(NAME);
    const answer = await call({ token: tokens.may });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      ...gate(),
      request: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ-[0-9a-f]{6}$/),
      revision: 1,
      serial: before[0]?.serial,
      workloads: [`deployment/${NAME}`],
    });
    expect(answer.headers["x-certificate-serial"]).toBe(before[0]?.serial);
    const { spec } = await eventually("the Pod of this request alone", async () => {
      const [pod, ...others] = await bed.pods(NAME);
      const live = await bed.live("Deployment", NAME);
      const isAsked = live.spec.template.metadata.annotations["postern.dev/rollout-request"] === answer.body.request;
      const isAnother = pod !== undefined && before.every(({ name }) => name !== pod.name);
      return isAsked && isAnother && others.length === 0 ? live : undefined;
    });
    await bed.condition(NAME, "True", 1);
    expect(spec.template.metadata.annotations["x-certificate-serial"]).toBe(before[0]?.serial);
    const byHand = `by hand (${answer.body.request}, system:serviceaccount:${bed.ns.name}:may)`;
    await eventually("an Event that says who asked", async () => {
      const { stdout } = await bed.cluster.kubectl(["-n", bed.ns.name, "get", "events", "-o", "yaml"]);
      return stdout.includes(byHand) ? true : undefined;
    });
    // The token is nowhere but in the call.
    expect(controller.log()).toContain(`user=system:serviceaccount:${bed.ns.name}:may`);
    expect(controller.log()).not.toContain(tokens.may);
  });

  it("takes the serial that the certificate has, in any case, and no other", async () => {
    const [{ serial = "" } = {}] = await bed.pods(NAME);
    const header = (value: string): Call => ({ token: tokens.may, headers: { "x-certificate-serial": value } });
    expect((await call(header(serial.toUpperCase()))).status).toBe(202);
    const other = await call(header("1234"));
    expect([other.status, other.body.error?.code]).toEqual([409, "other-serial"]);
  });

  it("tells its metrics, and that it is alive", async () => {
    const [, found] = /metrics port=(\d+)/.exec(controller.log()) ?? [];
    const text = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${found}${path}`, { signal: AbortSignal.timeout(CALL_TIMEOUT) })).text();
    const metrics = await text("/metrics");
    expect(metrics).toMatch(/^postern_rollout_leads 1$/m);
    expect(metrics).toMatch(/^postern_rollout_queue_depth \d+$/m);
    expect(metrics).toMatch(/^postern_rollout_ended_total\{policy="rolling",result="RolledOut"\} [1-9]\d*$/m);
    expect(metrics).toMatch(/^postern_rollout_seconds_count\{policy="rolling"\} [1-9]\d*$/m);
    expect(await text("/healthz")).toBe("ok\n");
  });

  describe("what is not taken says why, and changes nothing", () => {
    it.each<[string, () => Call, number, string]>([
      ["no token", () => ({}), 401, "unauthenticated"],
      ["a token that is none", () => ({ token: "abc" }), 401, "unauthenticated"],
      ["a token that is cut off", () => ({ token: tokens.may.slice(0, -5) }), 401, "unauthenticated"],
      ["a token for somebody else", () => ({ token: tokens.otherAudience }), 401, "unauthenticated"],
      ["another scheme", () => ({ headers: { authorization: "Basic YTpi" } }), 401, "unauthenticated"],
      [
        "two tokens",
        () => ({ headers: { authorization: `Bearer ${tokens.may} ${tokens.may}` } }),
        401,
        "unauthenticated",
      ],
      ["somebody who may not", () => ({ token: tokens.mayNot }), 403, "forbidden"],
      [
        "another namespace",
        () => ({ token: tokens.may, body: { namespace: "kube-system", name: NAME } }),
        403,
        "forbidden",
      ],
      ["another Certificate", () => ({ token: tokens.may, body: gate("ca") }), 403, "forbidden"],
      // Who may not ask about it is not told whether it is there.
      [
        "one that is not there, of who may not",
        () => ({ token: tokens.mayNot, body: gate("missing") }),
        403,
        "forbidden",
      ],
      ["one that is not there", () => ({ token: tokens.may, body: gate("missing") }), 404, "unknown-certificate"],
      ["one that rolls nothing", () => ({ token: tokens.may, body: gate("plain") }), 409, "cannot-roll"],
      ["GET", () => ({ method: "GET", body: "" }), 405, "method-not-allowed"],
      ["another path", () => ({ path: "/rollouts", token: tokens.may }), 404, "not-found"],
      ["no JSON", () => ({ token: tokens.may, body: "namespace=x" }), 400, "bad-request"],
      ["an empty body", () => ({ token: tokens.may, body: "" }), 400, "bad-request"],
      ["no name", () => ({ token: tokens.may, body: { namespace: bed.ns.name } }), 400, "bad-request"],
      ["a path for a name", () => ({ token: tokens.may, body: gate("../secrets/ca") }), 400, "bad-request"],
      ["a member too many", () => ({ token: tokens.may, body: { ...gate(), force: true } }), 400, "bad-request"],
      [
        "another type",
        () => ({ token: tokens.may, headers: { "content-type": "text/plain" } }),
        415,
        "wrong-content-type",
      ],
      [
        "a large body",
        () => ({ token: tokens.may, body: JSON.stringify({ ...gate(), x: "x".repeat(20_000) }) }),
        413,
        "too-large",
      ],
    ])("%s", async (_, make, status, code) => {
      const path = bed.ns.path("cert-manager.io/v1", "certificates", NAME);
      const before = (await bed.cluster.api.get(path)).body.metadata.annotations;
      const answer = await call(make());
      expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
      expect(answer.body.error?.message).not.toBe("");
      expect(JSON.stringify(answer.body)).not.toContain(tokens.may);
      if (status === 401) expect(answer.headers["www-authenticate"]).toBe("Bearer");
      if (status === 405) expect(answer.headers.allow).toBe("POST");
      expect((await bed.cluster.api.get(path)).body.metadata.annotations).toEqual(before);
    });
  });
}

async function tokenOf(bed: RolloutBed, name: string, audiences?: readonly string[]): Promise<string> {
  const spec = { expirationSeconds: 3600, ...(audiences === undefined ? {} : { audiences }) };
  const { status, body } = await bed.cluster.api.create(bed.ns.path("serviceaccounts", name, "token"), { spec });
  if (status !== 201) throw new Error(body.message);
  return body.status.token;
}

interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string | undefined;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly error?: { readonly code: string; readonly message: string };
    readonly [name: string]: unknown;
  };
}

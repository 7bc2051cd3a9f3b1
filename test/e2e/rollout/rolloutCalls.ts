import { writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChildService } from "../../cluster/ChildService.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { type CallerTokens, createCallers } from "./createCallers.ts";
import type { RolloutBed } from "./RolloutBed.ts";

const CALL_TIMEOUT_MS = patience(20_000);
/** The Certificate that the calls roll out. */
const CERTIFICATE = "called";

/** Registers tests of `POST /rollout` and of the controller's metrics. Call it in a `describe`. */
export function rolloutCalls(bedOf: () => RolloutBed): void {
  let bed: RolloutBed;
  let controller: ChildService;
  let port = 0;
  let ca: TestCa;
  let tokens: CallerTokens;

  beforeAll(async () => {
    bed = bedOf();
    ca = await TestCa.create("calls");
    const { folder } = bed.cluster.place;
    const files = { cert: join(folder, "calls.crt"), key: join(folder, "calls.key") };
    const pair = await ca.issue({ name: "rollout", hosts: ["localhost", "127.0.0.1"] });
    await writeFile(files.cert, pair.cert + ca.cert);
    await writeFile(files.key, pair.key, { mode: 0o600 });
    await bed.certificates.create(CERTIFICATE, { "postern.dev/rollout": `deployment/${CERTIFICATE}` });
    await bed.certificates.create("plain", {});
    await bed.createWorkload(CERTIFICATE, CERTIFICATE, { replicas: 1 });
    tokens = await createCallers(bed, [CERTIFICATE, "plain", "missing"]);
    controller = await bed.startController([
      "--port",
      "0",
      "--cert",
      files.cert,
      "--key",
      files.key,
      "--metrics-port",
      "0",
    ]);
    port = await eventually("the controller to listen", async () => {
      const [, found] = /listening port=(\d+) protocol=https/.exec(controller.log()) ?? [];
      return found === undefined ? undefined : Number(found);
    });
    await bed.certificates.waitForCondition(CERTIFICATE, { status: "True", revision: 1 });
  });

  afterAll(async () => {
    await controller?.stop();
    await bed?.remove("Deployment", CERTIFICATE);
  });

  function call({ method = "POST", path = "/rollout", token, body = bodyFor(), headers = {} }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port,
          path,
          method,
          ca: ca.cert,
          agent: false,
          timeout: CALL_TIMEOUT_MS,
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

  const bodyFor = (name = CERTIFICATE): { namespace: string; name: string } => ({ namespace: bed.ns.name, name });

  it("rolls the workload again at the same revision for POST /rollout and records the requester", async () => {
    const before = await bed.pods(CERTIFICATE);
    const answer = await call({ token: tokens.withRights });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      ...bodyFor(),
      request: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ-[0-9a-f]{6}$/),
      revision: 1,
      serial: before[0]?.serial,
      workloads: [`deployment/${CERTIFICATE}`],
    });
    expect(answer.headers["x-certificate-serial"]).toBe(before[0]?.serial);
    const { spec } = await eventually("only the Pod of this request to remain", async () => {
      const [pod, ...others] = await bed.pods(CERTIFICATE);
      const live = await bed.live("Deployment", CERTIFICATE);
      const isAsked = live.spec.template.metadata.annotations["postern.dev/rollout-request"] === answer.body.request;
      const isAnother = pod !== undefined && before.every(({ name }) => name !== pod.name);
      return isAsked && isAnother && others.length === 0 ? live : undefined;
    });
    await bed.certificates.waitForCondition(CERTIFICATE, { status: "True", revision: 1 });
    expect(spec.template.metadata.annotations["x-certificate-serial"]).toBe(before[0]?.serial);
    const origin = `manual (${answer.body.request}, system:serviceaccount:${bed.ns.name}:may)`;
    await eventually("an Event that names the requester", async () => {
      const { stdout } = await bed.cluster.kubectl(["-n", bed.ns.name, "get", "events", "-o", "yaml"]);
      return stdout.includes(origin) ? true : undefined;
    });
    // The token must not be logged.
    expect(controller.log()).toContain(`user=system:serviceaccount:${bed.ns.name}:may`);
    expect(controller.log()).not.toContain(tokens.withRights);
  });

  it("accepts only the serial of the current certificate in X-Certificate-Serial, in upper or lower case", async () => {
    const [{ serial = "" } = {}] = await bed.pods(CERTIFICATE);
    const header = (value: string): Call => ({ token: tokens.withRights, headers: { "x-certificate-serial": value } });
    expect((await call(header(serial.toUpperCase()))).status).toBe(202);
    const other = await call(header("1234"));
    expect([other.status, other.body.error?.code]).toEqual([409, "other-serial"]);
  });

  it("serves its metrics and answers the liveness probe", async () => {
    const [, found] = /metrics port=(\d+)/.exec(controller.log()) ?? [];
    const text = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${found}${path}`, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })).text();
    const metrics = await text("/metrics");
    expect(metrics).toMatch(/^postern_rollout_leads 1$/m);
    expect(metrics).toMatch(/^postern_rollout_queue_depth \d+$/m);
    expect(metrics).toMatch(/^postern_rollout_ended_total\{policy="rolling",result="RolledOut"\} [1-9]\d*$/m);
    expect(metrics).toMatch(/^postern_rollout_seconds_count\{policy="rolling"\} [1-9]\d*$/m);
    expect(await text("/healthz")).toBe("ok\n");
  });

  describe("rejects an invalid POST /rollout", () => {
    it.each<[string, () => Call, number, string]>([
      ["without a token", () => ({}), 401, "unauthenticated"],
      ["with an invalid token", () => ({ token: "abc" }), 401, "unauthenticated"],
      ["with a truncated token", () => ({ token: tokens.withRights.slice(0, -5) }), 401, "unauthenticated"],
      ["with a token for another audience", () => ({ token: tokens.otherAudience }), 401, "unauthenticated"],
      [
        "with another authentication scheme",
        () => ({ headers: { authorization: "Basic YTpi" } }),
        401,
        "unauthenticated",
      ],
      [
        "with two tokens",
        () => ({ headers: { authorization: `Bearer ${tokens.withRights} ${tokens.withRights}` } }),
        401,
        "unauthenticated",
      ],
      ["from a user without rights", () => ({ token: tokens.withoutRights }), 403, "forbidden"],
      [
        "for another namespace",
        () => ({ token: tokens.withRights, body: { namespace: "kube-system", name: CERTIFICATE } }),
        403,
        "forbidden",
      ],
      ["for another Certificate", () => ({ token: tokens.withRights, body: bodyFor("ca") }), 403, "forbidden"],
      // A user without rights must not learn whether the Certificate exists.
      [
        "for a missing Certificate from a user without rights",
        () => ({ token: tokens.withoutRights, body: bodyFor("missing") }),
        403,
        "forbidden",
      ],
      [
        "for a missing Certificate",
        () => ({ token: tokens.withRights, body: bodyFor("missing") }),
        404,
        "unknown-certificate",
      ],
      [
        "for a Certificate without a workload",
        () => ({ token: tokens.withRights, body: bodyFor("plain") }),
        409,
        "cannot-roll",
      ],
      ["with the method GET", () => ({ method: "GET", body: "" }), 405, "method-not-allowed"],
      ["to another path", () => ({ path: "/rollouts", token: tokens.withRights }), 404, "not-found"],
      ["without JSON", () => ({ token: tokens.withRights, body: "namespace=x" }), 400, "bad-request"],
      ["with an empty body", () => ({ token: tokens.withRights, body: "" }), 400, "bad-request"],
      ["without a name", () => ({ token: tokens.withRights, body: { namespace: bed.ns.name } }), 400, "bad-request"],
      [
        "with a path as the name",
        () => ({ token: tokens.withRights, body: bodyFor("../secrets/ca") }),
        400,
        "bad-request",
      ],
      [
        "with an unknown member",
        () => ({ token: tokens.withRights, body: { ...bodyFor(), force: true } }),
        400,
        "bad-request",
      ],
      [
        "with another content type",
        () => ({ token: tokens.withRights, headers: { "content-type": "text/plain" } }),
        415,
        "wrong-content-type",
      ],
      [
        "with a large body",
        () => ({ token: tokens.withRights, body: JSON.stringify({ ...bodyFor(), x: "x".repeat(20_000) }) }),
        413,
        "too-large",
      ],
    ])("%s, with a status and a code, and changes nothing", async (_, make, status, code) => {
      const path = bed.certificates.path(CERTIFICATE);
      const before = (await bed.cluster.api.get(path)).body.metadata.annotations;
      const answer = await call(make());
      expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
      expect(answer.body.error?.message).not.toBe("");
      expect(JSON.stringify(answer.body)).not.toContain(tokens.withRights);
      if (status === 401) expect(answer.headers["www-authenticate"]).toBe("Bearer");
      if (status === 405) expect(answer.headers.allow).toBe("POST");
      expect((await bed.cluster.api.get(path)).body.metadata.annotations).toEqual(before);
    });
  });
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

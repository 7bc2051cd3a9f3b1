import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { MotoServer, motoBinary } from "../../announcement/providers/MotoServer.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { functionUrlEvent } from "../../functions/startLambda.ts";
import { patience } from "../../run/speedFactor.ts";
import { answered, postReview, REVIEW, ScaffoldBed } from "./ScaffoldBed.ts";

const DENIED = { allowed: false, message: "require-team: metadata.labels has no team" };
const GREEN = "5 passed, 0 failed";

let bed: ScaffoldBed;
beforeAll(async () => {
  bed = await ScaffoldBed.start();
}, patience(200_000));
afterAll(() => bed.stop());

/** What holds for each project. */
async function expectGreen(folder: string): Promise<void> {
  expect(await bed.run("npm test", folder)).toContain(GREEN);
  await bed.run("npm run types", folder);
  expect(await bed.run("npm run --silent review", folder)).toContain("1 allowed, 0 denied");
}

/** The checks of both environments. */
async function checks(folder: string): Promise<string[]> {
  return [await bed.run("npm run check:staging", folder), await bed.run("npm run check:production", folder)];
}

describe("the project for Cloudflare", () => {
  let first: string;
  beforeAll(async () => {
    first = await bed.project("cloudflare", "cloudflare");
  }, patience(200_000));

  it(
    "is green, has two environments that wrangler takes, and its Worker denies a Pod",
    async () => {
      await expectGreen(first);
      for (const output of await checks(first)) {
        expect(output).toContain("POSTERN_ANNOUNCEMENTS");
        expect(output).toContain("POSTERN_CLUSTER_RATE (5000 requests/10s)");
        expect(output).not.toMatch(/warning|error/i);
      }
      const [port] = await freePorts(1);
      const url = `http://127.0.0.1:${port}`;
      await bed.serve(`npx wrangler dev --env production --ip 127.0.0.1 --port ${port} --inspector-port 0`, first, url);
      expect(await postReview(url)).toEqual(DENIED);
    },
    patience(300_000),
  );

  it.each([
    ["latency", ["POSTERN_RECORD_QUEUE", "POSTERN_LATENCY_BUCKET"]],
    ["compliance", ["POSTERN_RECORDS (RecordsObject)", "POSTERN_RECORDS_BUCKET", "POSTERN_RECORDS_KEEP_DAYS"]],
  ])(
    "with records of the profile %s has their stores in both environments, and its Worker denies a Pod",
    async (records, bindings) => {
      const folder = await bed.project(`cloudflare-${records}`, `cloudflare --records ${records}`, first);
      await expectGreen(folder);
      for (const output of await checks(folder)) for (const binding of bindings) expect(output).toContain(binding);
      await bed.run("npx --no postern records key .secrets/records-key.json", folder);
      const key = (await readFile(join(folder, ".secrets/records-key.json"), "utf8")).trim();
      await writeFile(join(folder, ".dev.vars"), `POSTERN_RECORDS_KEY='${key}'\n`);
      const [port] = await freePorts(1);
      const url = `http://127.0.0.1:${port}`;
      await bed.serve(`npx wrangler dev --env staging --ip 127.0.0.1 --port ${port} --inspector-port 0`, folder, url);
      expect(await postReview(url)).toEqual(DENIED);
    },
    patience(300_000),
  );
});

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
type Resources = z.infer<typeof templateSchema>["Resources"];

async function template(folder: string, stage: string): Promise<{ text: string; resources: Resources }> {
  const text = await readFile(join(folder, `build/${stage}/cloudformation-template-update-stack.json`), "utf8");
  return { text, resources: templateSchema.parse(JSON.parse(text)).Resources };
}

describe("the project for Lambda", () => {
  let first: string;
  beforeAll(async () => {
    first = await bed.project("lambda", "lambda");
    await bed.run("npm run build", first);
  }, patience(200_000));

  it(
    "is green, and osls packages both stages, with a role that reads its own secrets only",
    async () => {
      await expectGreen(first);
      for (const output of await checks(first)) expect(output).not.toMatch(/warning/i);
      for (const [stage, concurrency] of [
        ["staging", 10],
        ["production", 50],
      ] as const) {
        const { text, resources } = await template(first, stage);
        expect(text).not.toContain('"d":');
        expect(resources.GateLambdaFunction?.Properties).toMatchObject({
          ReservedConcurrentExecutions: concurrency,
          Environment: { Variables: { POSTERN_SECRETS: `/lambda/${stage}/`, POSTERN_VERDICT_LINES: "1" } },
        });
        expect(resources.GateLambdaFunctionUrl?.Properties).toMatchObject({ AuthType: "NONE" });
        const role = JSON.stringify(resources.IamRoleLambdaExecution?.Properties);
        expect(role.match(/"(?:ssm|s3|dynamodb|kms|sns):[^"]*"/g)).toEqual(['"ssm:GetParameters"']);
        expect(role).toContain(`parameter/lambda/${stage}/POSTERN_SIGNING_KEY`);
        expect(role).not.toContain(":parameter/*");
        expect(Object.values(resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm")).toHaveLength(4);
      }
    },
    patience(300_000),
  );

  it(
    "with mTLS, its domain asks for client certificates, and its handler answers no caller without one",
    async () => {
      const folder = await bed.project(
        "lambda-mtls",
        "lambda --mtls --domain hooks.example.org --region us-east-1",
        first,
      );
      await expectGreen(folder);
      for (const output of await checks(folder)) expect(output).not.toMatch(/warning/i);
      const { text, resources } = await template(folder, "staging");
      expect(resources.GateDomain?.Properties).toMatchObject({
        DomainName: "hooks-staging.example.org",
        MutualTlsAuthentication: { TruststoreUri: "{{resolve:ssm:/lambda-mtls/staging/TRUSTSTORE}}" },
      });
      expect(resources.HttpApi?.Properties).toMatchObject({ DisableExecuteApiEndpoint: true });
      expect(resources.GateLambdaFunctionUrl).toBeUndefined();
      expect(text).not.toContain('"d":');
      const { DomainName } = (await template(folder, "production")).resources.GateDomain?.Properties ?? {};
      expect(DomainName).toBe("hooks.example.org");
      expect(JSON.parse(await callHandler(folder, REVIEW, {}))).toMatchObject({ error: { code: "unauthenticated" } });
    },
    patience(300_000),
  );

  it(
    "with records of the profile compliance, osls packages their stores, and the function does not start without them",
    async () => {
      const folder = await bed.project("lambda-records", "lambda --records compliance", first);
      await expectGreen(folder);
      await checks(folder);
      const { resources } = await template(folder, "production");
      expect(resources.RecordsBucket?.Properties).toMatchObject({ ObjectLockEnabled: true });
      expect(resources.RecordsTable?.Type).toBe("AWS::DynamoDB::Table");
      const role = JSON.stringify(resources.IamRoleLambdaExecution?.Properties);
      expect(role).toContain("parameter/lambda-records/production/POSTERN_RECORDS_KEY");
      expect(role).not.toMatch(/"s3:(?:\*|Delete\w*)"/);
      await expect(callHandler(folder, REVIEW, {})).rejects.toThrow(/compliance/);
    },
    patience(300_000),
  );

  it(
    "its handler denies a Pod",
    async () => {
      expect(answered(await callHandler(first, REVIEW, {}))).toEqual(DENIED);
    },
    patience(60_000),
  );

  const binary = motoBinary();
  it.skipIf(binary === undefined)(
    "its handler reads its key from the Parameter Store, signs a self-test with it, and does not start without the store",
    async () => {
      const moto = await MotoServer.start(binary ?? "");
      try {
        const env = {
          AWS_ENDPOINT_URL: moto.url,
          AWS_REGION: "eu-central-1",
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          POSTERN_SECRETS: "/lambda/staging/",
        };
        await writeFile(join(first, "put.mjs"), PUT);
        await bed.run(`${assignments(env)} node put.mjs`, first);
        const signed = answered(await callHandler(first, SELF_TEST, env));
        expect(signed.message).toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]{80,}/);
        const unsigned = answered(await callHandler(first, SELF_TEST, {}));
        expect(unsigned.message).toMatch(/unsigned/);
        await expect(
          callHandler(first, REVIEW, { ...env, AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_MAX_ATTEMPTS: "1" }),
        ).rejects.toThrow(/ECONNREFUSED/);
      } finally {
        await moto.stop();
      }
    },
    patience(120_000),
  );
});

describe("the project for Node", () => {
  it(
    "is green, and its bundle denies a Pod with the variables of each environment",
    async () => {
      const folder = await bed.project("node", "node --image registry.example.com:5000/team/gate");
      await expectGreen(folder);
      await bed.run("npm run build", folder);
      for (const environment of ["staging", "production"]) {
        const [port, metrics] = await freePorts(2);
        const url = `http://127.0.0.1:${port}`;
        const env = assignments({ POSTERN_PORT: String(port), POSTERN_METRICS_PORT: String(metrics) });
        await bed.serve(`${env} node --env-file=${environment}.env dist/node.mjs`, folder, url);
        expect(await postReview(url)).toEqual(DENIED);
      }
    },
    patience(300_000),
  );
});

describe("the project for Node with records of the profile compliance", () => {
  it(
    "starts with the key that its README makes, and keeps records",
    async () => {
      const folder = await bed.project("node-records", "node --records compliance");
      await bed.run("npm run build", folder);
      const steps = await readFile(join(folder, "README.md"), "utf8");
      await bed.run(/^npx --no postern records key .*$/m.exec(steps)?.[0] ?? "exit 1", folder);
      const [port, metrics] = await freePorts(2);
      const url = `http://127.0.0.1:${port}`;
      const [option = ""] = /--env POSTERN_RECORDS_KEY="[^"]*"/.exec(steps) ?? [];
      const env = `${option.replace("--env ", "")} ${assignments({ POSTERN_RECORDS_DIR: join(folder, "records"), POSTERN_PORT: String(port), POSTERN_METRICS_PORT: String(metrics) })}`;
      await bed.serve(`${env} node --env-file=staging.env dist/node.mjs`, folder, url);
      expect(await postReview(url)).toEqual(DENIED);
      expect(await bed.run("npx --no postern records query records", folder)).toContain("require-team");
    },
    patience(300_000),
  );
});

const PUT = `import { readFileSync } from "node:fs";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
const Value = readFileSync(".secrets/signing-key.staging.json", "utf8");
const Name = process.env.POSTERN_SECRETS + "POSTERN_SIGNING_KEY";
await new SSMClient().send(new PutParameterCommand({ Name, Value, Type: "SecureString" }));
`;

/** Asks the handler of a project for the answer to a review, in a process of its own. */
async function callHandler(folder: string, body: string, env: Readonly<Record<string, string>>): Promise<string> {
  const headers = { "content-type": "application/json" };
  const event = functionUrlEvent({ path: "/c/production/validate", headers, body }, "text");
  await writeFile(join(folder, "event.json"), JSON.stringify(event));
  const script = `import { readFileSync, writeFileSync } from "node:fs";
const { handler } = await import("./build/lambda.mjs");
const { body } = await handler(JSON.parse(readFileSync("event.json", "utf8")), {});
writeFileSync("answer.json", body);
`;
  await writeFile(join(folder, "call.mjs"), script);
  await bed.run(`${assignments(env)} node call.mjs`, folder);
  return readFile(join(folder, "answer.json"), "utf8");
}

function assignments(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** A self-test, made of the review of a ConfigMap. */
const SELF_TEST = selfTest();

function selfTest(): string {
  const review = JSON.parse(REVIEW);
  const configMaps = { group: "", version: "v1", resource: "configmaps" };
  const kind = { group: "", version: "v1", kind: "ConfigMap" };
  const metadata = { name: "probe", namespace: "postern-selftest", annotations: { "postern.dev/nonce": "n-1" } };
  return JSON.stringify({
    ...review,
    request: {
      ...review.request,
      kind,
      resource: configMaps,
      requestKind: kind,
      requestResource: configMaps,
      namespace: "postern-selftest",
      name: "probe",
      dryRun: true,
      object: { apiVersion: "v1", kind: "ConfigMap", metadata },
    },
  });
}

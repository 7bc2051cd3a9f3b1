import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { BATCH_TAG } from "../../../src/records/stores/aws/S3Archive.ts";
import { patience } from "../../run/speedFactor.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      DeletionPolicy: z.string().optional(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
type Resources = z.infer<typeof templateSchema>["Resources"];

const bucketSchema = z.object({
  PublicAccessBlockConfiguration: z.record(z.string(), z.boolean()),
  LifecycleConfiguration: z.object({
    Rules: z.array(z.object({ TagFilters: z.unknown().optional(), ExpirationInDays: z.coerce.number().optional() })),
  }),
});
const statementSchema = z.object({ Action: z.array(z.string()), Condition: z.unknown().optional() });
const roleSchema = z.object({
  Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) })),
});

/** Packages serverless.yml with the lines of decision records, and returns the resources of its CloudFormation template. */
async function packaged(folder: string): Promise<Resources> {
  const text = await readFile(join(root, "infra/lambda/serverless.yml"), "utf8");
  await writeFile(join(folder, "serverless.yml"), text.replaceAll("#: ", ""));
  await mkdir(join(folder, "build"));
  await writeFile(join(folder, "build/lambda.mjs"), "export const handler = async () => ({});\n");
  await writeFile(join(folder, "build/lambda.THIRD-PARTY-NOTICES.txt"), "\n");
  await promisify(execFile)(process.execPath, [join(root, "node_modules/osls/bin/serverless.js"), "package"], {
    cwd: folder,
    timeout: patience(60_000),
    env: { PATH: process.env.PATH, HOME: folder, POSTERN_RECORDS_KEY: "KEY" },
  });
  const template = await readFile(join(folder, ".serverless/cloudformation-template-update-stack.json"), "utf8");
  return templateSchema.parse(JSON.parse(template)).Resources;
}

describe("serverless.yml with the lines of decision records", () => {
  let folder: string;
  let resources: Resources;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "postern-osls-"));
    resources = await packaged(folder);
  }, patience(60_000));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const propertiesOf = (name: string): unknown => resources[name]?.Properties;

  it("sets every variable that the recorder reads", () => {
    expect(propertiesOf("GateLambdaFunction")).toMatchObject({
      Environment: {
        Variables: {
          POSTERN_RECORDS_TABLE: { Ref: "RecordsTable" },
          POSTERN_RECORDS_BUCKET: { Ref: "RecordsBucket" },
          POSTERN_RECORDS_KEY: "KEY",
          POSTERN_RECORDS_KEEP_DAYS: "30",
        },
      },
    });
  });

  it("has a table with the keys and the TTL of DynamoLog", () => {
    expect(propertiesOf("RecordsTable")).toMatchObject({
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it("has a private bucket that locks every object, and expires batches after their retention", () => {
    const bucket = propertiesOf("RecordsBucket");
    expect(bucket).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: "30" } } },
      VersioningConfiguration: { Status: "Enabled" },
    });
    const { PublicAccessBlockConfiguration, LifecycleConfiguration } = bucketSchema.parse(bucket);
    expect(Object.values(PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    const [batches] = LifecycleConfiguration.Rules;
    expect(batches?.TagFilters).toEqual([{ Key: BATCH_TAG.name, Value: BATCH_TAG.value }]);
    expect(batches?.ExpirationInDays).toBeGreaterThanOrEqual(30 + 30);
  });

  it("keeps the stores when the stack is removed", () => {
    const kept = Object.entries(resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === "Retain");
    expect(kept.map(([name]) => name)).toEqual(expect.arrayContaining(["RecordsTable", "RecordsBucket"]));
  });

  it("lets the function read and append, and delete only what waits for its batch", () => {
    const { Policies } = roleSchema.parse(propertiesOf("IamRoleLambdaExecution"));
    const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const own = statements.filter(({ Action }) => !Action.some((action) => action.startsWith("logs:")));
    expect(own.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], undefined],
      [["dynamodb:DeleteItem"], { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["wait#*"] } }],
      [["s3:PutObject", "s3:PutObjectRetention", "s3:PutObjectTagging", "s3:GetObject"], undefined],
    ]);
  });
});

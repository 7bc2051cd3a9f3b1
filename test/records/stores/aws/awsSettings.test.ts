import { exportJWK, generateKeyPair } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { awsSettings } from "../../../../src/records/stores/aws/awsSettings.ts";

describe("awsSettings", () => {
  let key: string;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    key = JSON.stringify(await exportJWK(privateKey));
    env = {
      POSTERN_RECORDS_TABLE: "records",
      POSTERN_RECORDS_BUCKET: "bucket",
      POSTERN_RECORDS_KEY: key,
      POSTERN_RECORDS_KEEP_DAYS: "30",
    };
  });

  it.each([
    ["nothing", {}],
    // As serverless.yml sets a variable that the deployment does not have.
    ["empty variables", { POSTERN_RECORDS_TABLE: "", POSTERN_RECORDS_KEY: "" }],
  ])("has no stores with %s", (_, given) => {
    expect(awsSettings(given)).toBeUndefined();
  });

  it.each([
    ["bucket", ""],
    ["bucket/postern", "postern/"],
    ["bucket/a/b/", "a/b/"],
  ])("reads the bucket %s", (place, prefix) => {
    const settings = awsSettings({ ...env, POSTERN_RECORDS_BUCKET: place });
    expect(settings).toMatchObject({ table: "records", bucket: "bucket", prefix, keepMs: 30 * 86_400_000 });
  });

  it.each([
    ["KEY", "", /also need POSTERN_RECORDS_KEY$/],
    ["KEEP_DAYS", "", /also need POSTERN_RECORDS_KEEP_DAYS$/],
    ["KEEP_DAYS", "0", /KEEP_DAYS/],
    ["KEEP_DAYS", "1.5", /KEEP_DAYS/],
    ["TABLE", "a b", /TABLE/],
    ["BUCKET", "Bucket", /BUCKET/],
    ["BUCKET", "s3://bucket", /BUCKET/],
    ["KEY", "SECRET", /KEY/],
    ["KEY", '{"kty":"oct","k":"SECRET"}', /key/],
  ])("refuses %s=%s and never repeats it", (name, value, message) => {
    const read = (): unknown => awsSettings({ ...env, [`POSTERN_RECORDS_${name}`]: value });
    expect(read).toThrow(expect.objectContaining({ name: "RecordError", code: "wrong-setting" }));
    expect(read).toThrow(message);
    expect(read).not.toThrow(/SECRET/);
  });
});

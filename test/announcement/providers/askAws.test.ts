import { ACMClient, ImportCertificateCommand, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { ApiGatewayV2Client, CreateDomainNameCommand } from "@aws-sdk/client-apigatewayv2";
import { CreateFunctionCommand, CreateFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askProvider } from "../../../src/announcement/providers/askProvider.ts";
import type { ProviderReport } from "../../../src/announcement/providers/ProviderReport.ts";
import { providerSchema } from "../../../src/announcement/providers/providerSettings.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { patience } from "../../run/speedFactor.ts";
import { LoopbackServer } from "../../sync/LoopbackServer.ts";
import { MotoServer, motoBinary } from "../../sync/providers/MotoServer.ts";
import { providerDeps } from "../../sync/providers/providerDeps.ts";

const REGION = "eu-central-1";
const binary = motoBinary();

function ask(endpoint: string, aws: object): Promise<ProviderReport> {
  return askProvider(providerSchema.parse({ aws: { region: REGION, endpoint, ...aws } }), providerDeps());
}

beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "SECRET", AWS_REGION: REGION });
});

describe.skipIf(binary === undefined)("against moto, or skipped for want of it: pip install 'moto[server]'", () => {
  let moto: MotoServer;
  let issued: string;
  let imported: string;
  beforeAll(async () => {
    moto = await MotoServer.start(binary ?? "");
    const config = { region: REGION, endpoint: moto.url };
    const acm = new ACMClient(config);
    const request = new RequestCertificateCommand({ DomainName: "gate.example.com", ValidationMethod: "DNS" });
    issued = (await acm.send(request)).CertificateArn ?? "";
    const { cert, key } = await (await TestCa.create("corp root")).issue({ name: "x", hosts: ["own.example.com"] });
    const [Certificate, PrivateKey] = [Buffer.from(cert), Buffer.from(key)];
    imported = (await acm.send(new ImportCertificateCommand({ Certificate, PrivateKey }))).CertificateArn ?? "";
    const gateway = new ApiGatewayV2Client(config);
    const DomainNameConfigurations = [{ CertificateArn: issued, EndpointType: "REGIONAL" as const }];
    await gateway.send(new CreateDomainNameCommand({ DomainName: "gate.example.com", DomainNameConfigurations }));
    await makeFunction(moto.url);
  }, patience(120_000));
  afterAll(() => moto?.stop());

  it("a certificate that Amazon issued leads to Amazon's roots", async () => {
    const report = await ask(moto.url, { certificate: issued });
    expect(report).toMatchObject({ url: undefined, roots: ["aws"], certificates: [{ state: expect.any(String) }] });
    expect(report.notes.join()).toMatch(/^the certificate of gate\.example\.com is (PENDING_VALIDATION|ISSUED)/);
  });

  it("an imported one leads to the roots that are named, and without them fails", async () => {
    const root = `sha256:${"a".repeat(64)}`;
    expect((await ask(moto.url, { certificate: imported, roots: [root] })).roots).toEqual([root]);
    await expect(ask(moto.url, { certificate: imported })).rejects.toMatchObject({ code: "unknown-authority" });
  });

  it("a domain of API Gateway is the URL, with its certificates", async () => {
    const { url, roots, certificates } = await ask(moto.url, { domain: "gate.example.com" });
    expect([url, roots, certificates.length]).toEqual(["https://gate.example.com", ["aws"], 1]);
  });

  it("a function's URL is the URL", async () => {
    const { url, roots } = await ask(moto.url, { function: "gate" });
    expect(roots).toEqual(["aws"]);
    expect(url).toMatch(/^https:\/\/[a-z0-9]+\.lambda-url\.eu-central-1\.on\.aws$/);
  });

  it.each([
    [
      "a certificate that there is not",
      { certificate: "arn:aws:acm:eu-central-1:123456789012:certificate/none" },
      "not-found",
    ],
    ["a domain that there is not", { domain: "none.example.com" }, "not-found"],
    ["a function that there is not", { function: "none" }, "not-found"],
    ["nothing", {}, "refused"],
  ])("fails for %s", async (_, aws, code) => {
    await expect(ask(moto.url, aws)).rejects.toMatchObject({ name: "ProviderError", code });
  });
});

it.each([
  ["500", { status: 500 } as const, "unavailable"],
  [
    "throttling",
    { status: 400, body: '{"__type":"ThrottlingException","message":"Rate exceeded"}' } as const,
    "rate-limited",
  ],
  ["a refusal", { status: 400, body: '{"__type":"AccessDeniedException","message":"no"}' } as const, "refused"],
  ["garbage", { status: 200, body: "<html>" } as const, "unavailable"],
  ["silence", "silent" as const, "unavailable"],
])("fails with one attempt at %s", async (_, answer, code) => {
  const server = await LoopbackServer.start();
  try {
    server.answer = () => answer;
    const aws = { region: REGION, endpoint: server.url, certificate: "arn:aws:acm:x" };
    // Long enough for the SDK to be loaded and to ask: silence has to be the answer, and not the lack of a question.
    const deps = providerDeps(answer === "silent" ? { timeout: patience(1_000) } : {});
    const rejection = askProvider(providerSchema.parse({ aws }), deps);
    await expect(rejection).rejects.toMatchObject({ name: "ProviderError", code });
    await expect(rejection).rejects.not.toThrow(/SECRET/);
    expect(server.calls.length).toBe(1);
  } finally {
    await server.stop();
  }
});

/** A function with a URL. moto wants the role that it runs as to be there, and IAM has no SDK here. */
async function makeFunction(endpoint: string): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await fetch(endpoint, {
    method: "POST",
    headers: { authorization: "AWS4-HMAC-SHA256 Credential=testing/20260701/us-east-1/iam/aws4_request" },
    body: new URLSearchParams({
      Action: "CreateRole",
      Version: "2010-05-08",
      RoleName: "gate",
      AssumeRolePolicyDocument,
    }),
  });
  const lambda = new LambdaClient({ region: REGION, endpoint });
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "gate",
      Runtime: "nodejs22.x",
      Role: "arn:aws:iam::123456789012:role/gate",
      Handler: "gate.handler",
      // An empty archive (APPNOTE 4.3.16).
      Code: { ZipFile: Buffer.from(`504b0506${"00".repeat(18)}`, "hex") },
    }),
  );
  await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "gate", AuthType: "NONE" }));
}

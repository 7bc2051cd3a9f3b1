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
import { MotoServer, motoBinary } from "./MotoServer.ts";
import { providerDeps } from "./providerDeps.ts";

const REGION = "eu-central-1";
const binary = motoBinary();

function ask(endpoint: string, aws: object): Promise<ProviderReport> {
  return askProvider(providerSchema.parse({ aws: { region: REGION, endpoint, ...aws } }), providerDeps({}, endpoint));
}

beforeAll(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "SECRET", AWS_REGION: REGION });
});

describe.skipIf(binary === undefined)("askAws with moto (skipped without it: pip install 'moto[server]')", () => {
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

  it("maps a certificate that Amazon issued to Amazon's roots", async () => {
    const report = await ask(moto.url, { certificate: issued });
    expect(report).toMatchObject({ url: undefined, roots: ["aws"], certificates: [{ state: expect.any(String) }] });
    expect(report.notes.join()).toMatch(/^the certificate of gate\.example\.com is (PENDING_VALIDATION|ISSUED)/);
  });

  it("maps an imported certificate to the configured roots and fails without them", async () => {
    const root = `sha256:${"a".repeat(64)}`;
    expect((await ask(moto.url, { certificate: imported, roots: [root] })).roots).toEqual([root]);
    await expect(ask(moto.url, { certificate: imported })).rejects.toMatchObject({ code: "unknown-authority" });
  });

  it("takes the URL and the certificates from a domain of API Gateway", async () => {
    const { url, roots, certificates } = await ask(moto.url, { domain: "gate.example.com" });
    expect([url, roots, certificates.length]).toEqual(["https://gate.example.com", ["aws"], 1]);
  });

  it("takes the URL from a function URL", async () => {
    const { url, roots } = await ask(moto.url, { function: "gate" });
    expect(roots).toEqual(["aws"]);
    expect(url).toMatch(/^https:\/\/[a-z0-9]+\.lambda-url\.eu-central-1\.on\.aws$/);
  });

  it.each([
    ["an unknown certificate", { certificate: "arn:aws:acm:eu-central-1:123456789012:certificate/none" }, "not-found"],
    ["an unknown domain", { domain: "none.example.com" }, "not-found"],
    ["an unknown function", { function: "none" }, "not-found"],
    ["settings that ask for nothing", {}, "refused"],
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
  ["an error answer", { status: 400, body: '{"__type":"AccessDeniedException","message":"no"}' } as const, "refused"],
  ["an HTML page", { status: 200, body: "<html>" } as const, "unavailable"],
  ["no answer", "silent" as const, "unavailable"],
])("askAws makes one attempt and fails after %s", async (_, answer, code) => {
  const server = await LoopbackServer.start();
  try {
    server.answer = () => answer;
    const aws = { region: REGION, endpoint: server.url, certificate: "arn:aws:acm:x" };
    // Long enough to load the SDK and to send the request.
    const deps = providerDeps(answer === "silent" ? { timeoutMs: patience(1_000) } : {}, server.url);
    const rejection = askProvider(providerSchema.parse({ aws }), deps);
    await expect(rejection).rejects.toMatchObject({ name: "ProviderError", code });
    await expect(rejection).rejects.not.toThrow(/SECRET/);
    expect(server.calls.length).toBe(1);
  } finally {
    await server.stop();
  }
});

/** Makes a function with a URL. moto requires its role, which is made without an SDK for IAM. */
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

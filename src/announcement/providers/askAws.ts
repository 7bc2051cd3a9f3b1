import { withTimeLimit } from "../../http/withTimeLimit.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { catalogue } from "../../trust/roots/catalogue.ts";
import { type AwsClientConfig, type AwsSdk, assertAwsEndpoint, awsError, loadAwsSdk } from "./AwsSdk.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";
import type { ProviderCertificate, ProviderReport } from "./ProviderReport.ts";
import type { SettingsOf } from "./providerSettings.ts";

/** ACM renews a certificate in its last 60 days (acm/latest/userguide/managed-renewal.html). */
const RENEWAL_WINDOW_MS = 60 * 86_400_000;

/**
 * Asks AWS for the gate's URL (a Lambda function URL, or an API Gateway domain) and for its ACM certificates. Certificates
 * that Amazon issued map to the catalogue `aws`: Amazon's intermediates change without notice, so today's chain does not
 * predict the next. Permissions: acm:DescribeCertificate, acm:GetCertificate, lambda:GetFunctionUrlConfig, apigateway:GET.
 * The SDK finds the credentials. Throws {@link ProviderError}.
 */
export async function askAws(settings: SettingsOf<"aws">, { timeoutMs, env }: ProviderDeps): Promise<ProviderReport> {
  const { region, endpoint, certificate, domain, roots: extra } = settings;
  const config: AwsClientConfig = { region, maxAttempts: 1, ...(endpoint === undefined ? {} : { endpoint }) };
  assertAwsEndpoint(endpoint, env);
  try {
    const functionUrl = settings.function === undefined ? undefined : await functionUrlOf(settings, config, timeoutMs);
    const behind = domain === undefined ? [] : await domainCertificates(domain, config, timeoutMs);
    const arns = [...new Set([...(certificate === undefined ? [] : [certificate]), ...behind])];
    if (functionUrl === undefined && arns.length === 0)
      throw new ProviderError("refused", "the provider aws needs a certificate, a function or a domain");
    const found: Awaited<ReturnType<typeof certificateOf>>[] = [];
    for (const arn of arns) found.push(await certificateOf(arn, config, timeoutMs, extra));
    const renewals = found.flatMap(({ renewsAt }) => renewsAt ?? []).sort();
    const [renewsAt] = renewals;
    return {
      url: domain === undefined ? functionUrl : `https://${domain}`,
      // The certificate of a function URL is Amazon's own. No API returns it.
      roots: [
        ...new Set([...(functionUrl === undefined ? [] : ["aws"]), ...found.flatMap(({ roots }) => roots), ...extra]),
      ],
      certificates: found.map((it) => it.certificate),
      notes: found.flatMap(({ notes }) => notes),
      ...(renewsAt === undefined ? {} : { renewsAt }),
    };
  } catch (error) {
    throw awsError(error);
  }
}

async function functionUrlOf(settings: SettingsOf<"aws">, config: AwsClientConfig, timeoutMs: number): Promise<string> {
  const { LambdaClient, GetFunctionUrlConfigCommand } = await loadAwsSdk("lambda");
  const client = new LambdaClient(config);
  try {
    const { function: FunctionName, qualifier } = settings;
    const command = new GetFunctionUrlConfigCommand({
      FunctionName,
      ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
    });
    const { FunctionUrl } = await withTimeLimit(timeoutMs, (abortSignal) => client.send(command, { abortSignal }));
    if (FunctionUrl === undefined) throw new ProviderError("not-found", `the function ${FunctionName} has no URL`);
    return FunctionUrl.replace(/\/$/, "");
  } finally {
    client.destroy();
  }
}

async function domainCertificates(domain: string, config: AwsClientConfig, timeoutMs: number): Promise<string[]> {
  const { ApiGatewayV2Client, GetDomainNameCommand } = await loadAwsSdk("gateway");
  const client = new ApiGatewayV2Client(config);
  try {
    const command = new GetDomainNameCommand({ DomainName: domain });
    const { DomainNameConfigurations = [] } = await withTimeLimit(timeoutMs, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    const arns = DomainNameConfigurations.flatMap(({ CertificateArn }) => CertificateArn ?? []);
    if (arns.length === 0) throw new ProviderError("not-found", `the domain ${domain} has no ACM certificate`);
    return arns;
  } finally {
    client.destroy();
  }
}

async function certificateOf(
  arn: string,
  config: AwsClientConfig,
  timeoutMs: number,
  extra: readonly string[],
): Promise<{
  certificate: ProviderCertificate;
  roots: readonly string[];
  renewsAt?: string;
  notes: readonly string[];
}> {
  const acm = await loadAwsSdk("acm");
  const client = new acm.ACMClient(config);
  try {
    const describe = new acm.DescribeCertificateCommand({ CertificateArn: arn });
    const { Certificate: described } = await withTimeLimit(timeoutMs, (abortSignal) =>
      client.send(describe, { abortSignal }),
    );
    if (described === undefined) throw new ProviderError("bad-answer", `ACM returned no description of ${arn}`);
    const { Type, Status = "unknown", NotAfter, Issuer, DomainName = arn, RenewalSummary } = described;
    const isAmazons = Type === "AMAZON_ISSUED";
    if (!isAmazons && extra.length === 0)
      throw new ProviderError(
        "unknown-authority",
        `the certificate of ${DomainName} is of type ${Type ?? "unknown"}; name its roots in aws.roots`,
      );
    const chain =
      Status === "ISSUED" ? await withTimeLimit(timeoutMs, (signal) => chainOf(client, acm, arn, signal)) : "";
    const renewal = RenewalSummary?.RenewalStatus;
    return {
      certificate: { issuer: Issuer ?? "Amazon", notAfter: NotAfter?.toISOString(), state: Status },
      roots: isAmazons ? ["aws"] : [],
      ...(isAmazons && NotAfter !== undefined
        ? { renewsAt: new Date(NotAfter.getTime() - RENEWAL_WINDOW_MS).toISOString() }
        : {}),
      notes: [
        `the certificate of ${DomainName} is ${Status}${renewal === undefined ? "" : `, its renewal ${renewal}`}${endOf(chain)}`,
      ],
    };
  } finally {
    client.destroy();
  }
}

async function chainOf(
  client: InstanceType<AwsSdk<"acm">["ACMClient"]>,
  acm: AwsSdk<"acm">,
  arn: string,
  abortSignal: AbortSignal,
): Promise<string> {
  const command = new acm.GetCertificateCommand({ CertificateArn: arn });
  const { Certificate = "", CertificateChain = "" } = await client.send(command, { abortSignal });
  return `${Certificate.trim()}\n${CertificateChain.trim()}\n`;
}

/** The end of a note: the root of a chain. The last certificate is that root, or names it as its issuer. */
function endOf(chain: string): string {
  const last = readableCertificates(chain).at(-1);
  if (last === undefined) return "";
  const root = catalogue("aws").find(({ subject }) => subject.raw === last.issuer.raw);
  return root === undefined
    ? `, and its chain ends at ${last.issuer.short}`
    : `, and its chain ends at ${root.subject.short}`;
}

import { basename, resolve } from "node:path";
import { isDnsLabel, isDnsSubdomain } from "../../protocol/kubernetesNames.ts";
import { CliError } from "../terminal/CliError.ts";
import { type Project, RUNTIMES, type Runtime } from "./Project.ts";

/** Options of `postern init`, as they are given. */
export interface InitOptions {
  readonly name?: string;
  readonly domain?: string;
  readonly stagingDomain?: string;
  readonly cluster?: readonly string[];
  readonly records?: Project["records"];
  readonly endpoint?: Project["endpoint"];
  readonly mtls?: boolean;
  readonly region?: string;
  readonly image?: string;
  readonly package?: string;
  readonly yes?: boolean;
  readonly output?: "text" | "json";
}

/** Options with the arguments. */
export interface InitInput extends InitOptions {
  readonly runtime?: string | undefined;
  readonly dir?: string | undefined;
}

export const DEFAULT_DOMAIN = "gate.example.com";
export const DEFAULT_CLUSTERS = ["production", "staging"] as const;
const DEFAULT_NAME = "gate";
const DEFAULT_REGION = "eu-central-1";

/** Names of roles of Lambda have the name, the stage and the region, in 64 characters. A stack begins with a letter. */
const NAME = /^[a-z][a-z0-9-]{0,22}[a-z0-9]$/;
/** Parameter Store, which has the secrets of a function, refuses names that begin so. */
const RESERVED = /^(?:aws|ssm)/;
const REGION = /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d$/;
/** Characters of a part of a host, and of a host (RFC 1035, section 2.3.4). */
const MAX_LABEL = 63;
const MAX_HOST = 253;
/** A part of the path of an image (distribution/reference). */
const IMAGE_PART = /^[a-z0-9]+(?:(?:\.|_|__|-{1,8})[a-z0-9]+)*$/;
const MAX_IMAGE = 200;

/** The project that options ask for, with defaults for what they leave out. Throws {@link CliError} `usage`. */
export function readProject(input: InitInput): Project {
  const runtime = readRuntime(input.runtime);
  refuseOthers(runtime, input);
  const name = input.name === undefined ? defaultName(runtime, input.dir) : readName(runtime, input.name);
  const domains = readDomains(input);
  const { records = "log", mtls = false } = input;
  const hasApi = mtls || input.domain !== undefined || input.stagingDomain !== undefined;
  const endpoint = input.endpoint ?? (hasApi ? "api-gateway" : "function-url");
  if (endpoint === "function-url" && hasApi)
    throw new CliError(
      "usage",
      `a Function URL has no ${mtls ? "client certificates (--mtls)" : "domain of yours (--domain)"}; use --endpoint api-gateway`,
    );
  if (runtime === "lambda" && records === "latency")
    throw new CliError("usage", "--records latency is for cloudflare; lambda has log and compliance");
  if (runtime === "node" && records === "latency")
    throw new CliError("usage", "--records latency is for cloudflare; node has log and compliance");
  return {
    runtime,
    name,
    domains,
    clusters: readClusters(input.cluster ?? DEFAULT_CLUSTERS),
    records,
    endpoint,
    mtls,
    region: readRegion(input.region ?? DEFAULT_REGION),
    image: readImage(input.image ?? `registry.example.com/${name}`),
  };
}

/** Checks a runtime. Throws {@link CliError}. */
export function readRuntime(given: string | undefined): Runtime {
  const runtime = RUNTIMES.find((known) => known === given);
  if (runtime !== undefined) return runtime;
  throw new CliError("usage", "name where the gate runs: postern init cloudflare|lambda|node [DIR]");
}

/** Throws for options that another runtime has. They would be without effect. */
function refuseOthers(runtime: Runtime, { endpoint, mtls, region, image }: InitInput): void {
  const of: readonly (readonly [string, unknown, Runtime])[] = [
    ["--endpoint", endpoint, "lambda"],
    ["--mtls", mtls, "lambda"],
    ["--region", region, "lambda"],
    ["--image", image, "node"],
  ];
  for (const [option, value, owner] of of)
    if (value !== undefined && owner !== runtime)
      throw new CliError("usage", `${option} is for ${owner}, not for ${runtime}; leave it out`);
}

/** The name of the folder, when it can be one of what is deployed. */
export function defaultName(runtime: Runtime, dir = "."): string {
  const name = basename(resolve(dir));
  return isName(runtime, name) ? name : DEFAULT_NAME;
}

/** Checks `--name`. Throws {@link CliError}. */
export function readName(runtime: Runtime, name: string): string {
  if (isName(runtime, name)) return name;
  const begins = runtime === "lambda" ? "with a letter first, but not aws or ssm" : "with a letter first";
  throw fault("--name", name, `2 to 24 lower-case letters, digits and '-', ${begins}, such as ${DEFAULT_NAME}`);
}

function isName(runtime: Runtime, name: string): boolean {
  return NAME.test(name) && !(runtime === "lambda" && RESERVED.test(name));
}

/** Checks `--domain` and `--staging-domain` together. Throws {@link CliError}. */
export function readDomains({ domain = DEFAULT_DOMAIN, stagingDomain }: InitInput): Project["domains"] {
  const production = readDomain("--domain", domain);
  const staging = stagingDomain === undefined ? stagingOf(production) : readDomain("--staging-domain", stagingDomain);
  if (!isHost(staging))
    throw new CliError(
      "usage",
      `--domain ${JSON.stringify(production)} is too long: with "-staging", its first part has more than ${MAX_LABEL} characters, or all of it more than ${MAX_HOST}; name the host of staging with --staging-domain`,
    );
  if (staging === production)
    throw new CliError("usage", `--staging-domain is that of production, ${production}; name another host`);
  return { staging, production };
}

function readDomain(option: string, host: string): string {
  if (isHost(host)) return host;
  throw fault(
    option,
    host,
    `a host name in lower case, with parts of at most ${MAX_LABEL} characters, without scheme, port and path, such as ${DEFAULT_DOMAIN}`,
  );
}

function isHost(host: string): boolean {
  const labels = host.split(".");
  return isDnsSubdomain(host) && labels.length > 1 && labels.every(isDnsLabel) && /[a-z]/.test(labels.at(-1) ?? "");
}

/** Checks the values of `--cluster`: the configs of `sync` and `install` take DNS labels. Throws {@link CliError}. */
export function readClusters(names: readonly string[]): Project["clusters"] {
  for (const [index, name] of names.entries()) {
    if (!isDnsLabel(name))
      throw fault(
        "--cluster",
        name,
        `at most ${MAX_LABEL} lower-case letters, digits and '-', without '.', such as production`,
      );
    if (names.indexOf(name) !== index) throw new CliError("usage", `--cluster ${name} is given twice`);
  }
  const [first, ...others] = names;
  if (first === undefined) throw new CliError("usage", "--cluster: name at least one cluster, such as production");
  return [first, ...others];
}

function readRegion(region: string): string {
  if (REGION.test(region)) return region;
  throw fault("--region", region, `a region of AWS, such as ${DEFAULT_REGION}`);
}

function readImage(image: string): string {
  const [first = "", ...path] = image.split("/");
  const [host = "", port, ...more] = first.split(":");
  const hasHost = path.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
  const isHost = isDnsSubdomain(host) && (port === undefined || /^\d{1,5}$/.test(port)) && more.length === 0;
  const parts = hasHost ? path : [first, ...path];
  if (image.length <= MAX_IMAGE && (!hasHost || isHost) && parts.every((part) => IMAGE_PART.test(part))) return image;
  throw fault("--image", image, "an image in lower case, without tag and digest, such as registry.example.com/gate");
}

/** `gate-staging.example.com` for `gate.example.com`, and `staging.example.com` for `example.com`. */
export function stagingOf(domain: string): string {
  const [first = "", ...rest] = domain.split(".");
  return rest.length < 2 ? `staging.${domain}` : `${first}-staging.${rest.join(".")}`;
}

function fault(option: string, value: string, expected: string): CliError {
  return new CliError("usage", `${option} ${JSON.stringify(value)} is not valid: expected ${expected}`);
}

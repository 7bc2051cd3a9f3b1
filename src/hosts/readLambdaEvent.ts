/** An HTTP request, as an event of Lambda has it. */
export interface LambdaEvent {
  readonly kind: "api" | "alb";
  readonly method: string;
  readonly host: string;
  /** Whether the platform says the host. Load balancers and VPC Lattice pass on what the caller wrote. */
  readonly isHostKnown: boolean;
  /** Without the stage of an API. As the platform has it, which may have decoded it. */
  readonly path: string;
  /** What the URL has before `path`, where the platform says it: the stage of an API at its own domain. */
  readonly base: string | undefined;
  /** With its question mark; empty without a query. */
  readonly query: string;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The address of the client, as the platform saw it. */
  readonly client: string | undefined;
  readonly body: Buffer<ArrayBuffer> | undefined;
  /** Whether the answer needs lists of header values. */
  readonly isMultiValue: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** A stage that can be in a path: `$default` is not, and the segments `c` and `k` are those of a gate. */
const STAGE = /^(?![ck]$)[\w-]+$/;
/** A domain that API Gateway made. Its URLs have the stage; those of custom domains do not. */
const OWN_DOMAIN = /\.execute-api\./;
/** What a header of a `Request` can hold (`ByteString`, Web IDL), without control characters. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads an event, which can be anything: a function can have triggers that are no HTTP, and test events. Returns undefined
 * for what is not an HTTP request. `basePath` is that of the gate. The kinds, as AWS documents them for each service:
 *
 * | event of | method | path | headers |
 * |---|---|---|---|
 * | HTTP APIs and Function URLs, payload 2.0 | `requestContext.http.method` | `rawPath`, with the stage | `headers` |
 * | REST APIs and HTTP APIs, payload 1.0 | `httpMethod` | `path`, mostly without the stage | `headers`, `multiValueHeaders` |
 * | Application Load Balancers | `httpMethod` | `path` | `headers` or `multiValueHeaders` |
 * | VPC Lattice, version 2.0 | `method` | `path` | `headers`, as lists |
 */
export function readLambdaEvent(given: unknown, basePath = ""): LambdaEvent | undefined {
  const event = membersOf(given);
  const context = membersOf(event.requestContext);
  const http = membersOf(context.http);
  const method = firstText(http.method, event.httpMethod, event.method);
  const called = firstText(http.method === undefined ? undefined : event.rawPath, event.path);
  const headers = new Map([...headersOf(event.headers), ...headersOf(event.multiValueHeaders)]);
  const host = firstText(context.domainName, headers.get("host"));
  if (method === undefined || called === undefined || host === undefined) return undefined;
  // Only VPC Lattice has the query in the path. Elsewhere a question mark was escaped, and is not one of the URL.
  const [plain = "", inPath = ""] = context.serviceArn === undefined ? [called] : called.split("?");
  const isOfGate = basePath !== "" && plain.startsWith(`${basePath}/`);
  const path = isOfGate ? plain : withoutStage(plain, context.stage);
  return {
    kind: context.elb === undefined ? "api" : "alb",
    method: method.toUpperCase(),
    host,
    path,
    base: baseOf(path, context, plain),
    query: queryOf(event, inPath),
    headers,
    isHostKnown: host === context.domainName,
    client: firstText(http.sourceIp, membersOf(context.identity).sourceIp, lastOf(headers.get("x-forwarded-for"))),
    body: bodyOf(event),
    isMultiValue: typeof event.multiValueHeaders === "object" && event.multiValueHeaders !== null,
  };
}

/** A load balancer adds the address that called it at the end of the list. */
function lastOf(list: string | undefined): string | undefined {
  return list?.split(",").at(-1)?.trim();
}

function withoutStage(path: string, stage: unknown): string {
  if (typeof stage !== "string" || !STAGE.test(stage)) return path;
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
}

/** Payload 1.0 has the path of the URL in its context. Payload 2.0 has the stage at the API's own domain. */
function baseOf(path: string, { domainName, path: ofUrl }: Members, plain: string): string | undefined {
  const whole = typeof ofUrl === "string" ? ofUrl : plain;
  const isKnown = typeof ofUrl === "string" || (typeof domainName === "string" && OWN_DOMAIN.test(domainName));
  const base = whole.endsWith(path) ? whole.slice(0, whole.length - path.length) : "";
  return isKnown && base !== "" ? base : undefined;
}

/** Only the timeout of a call counts. It has no character that is escaped. */
function queryOf(event: Members, inPath: string): string {
  const raw = firstText(event.rawQueryString, inPath === "" ? undefined : inPath);
  if (raw !== undefined) return `?${raw}`;
  const timeout = [event.multiValueQueryStringParameters, event.queryStringParameters]
    .flatMap((it) => textsOf(membersOf(it).timeout))
    .at(0);
  return timeout === undefined ? "" : `?timeout=${timeout}`;
}

/** Headers that a `Request` can have. Those of the API server are among them. */
function headersOf(given: unknown): [name: string, value: string][] {
  return Object.entries(membersOf(given))
    .map(([name, value]): [string, string] => [name.toLowerCase(), textsOf(value).join(", ")])
    .filter(([, value]) => value !== "" && HEADER_VALUE.test(value));
}

/** Buffer skips the line ends of MIME, and reads both alphabets of base64 (RFC 4648). */
function bodyOf({ body, isBase64Encoded }: Members): Buffer<ArrayBuffer> | undefined {
  if (typeof body !== "string" || body === "") return undefined;
  return Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

function textsOf(value: unknown): string[] {
  return [value].flat().filter((it): it is string => typeof it === "string");
}

/** Where a project is deployed. */
export type Runtime = "cloudflare" | "lambda" | "node";

/** The runtimes, as the argument of `postern init` names them. */
export const RUNTIMES: readonly Runtime[] = ["cloudflare", "lambda", "node"];

/** The environments that each project has. */
export type Environment = "staging" | "production";

export const ENVIRONMENTS: readonly Environment[] = ["staging", "production"];

/** What `postern init` writes a project for. Every text in it was checked: none needs quotes in TOML, YAML, JSON or a shell. */
export interface Project {
  readonly runtime: Runtime;
  /** Names what is deployed: the Worker, the service, the image. The gate itself has its default name. */
  readonly name: string;
  /** The host of the gate's URL in each environment. */
  readonly domains: Readonly<Record<Environment, string>>;
  /** The clusters in the table of the gate. At least one; the first is that of the examples and of sync.yaml. */
  readonly clusters: readonly [string, ...string[]];
  /** Where decision records go: into the log, or into stores of the runtime. */
  readonly records: "log" | "latency" | "compliance";
  /** What terminates TLS before a function of Lambda. */
  readonly endpoint: "function-url" | "api-gateway";
  /** Whether API servers present client certificates. Only with `api-gateway`. */
  readonly mtls: boolean;
  /** The region of AWS. */
  readonly region: string;
  /** The image of a gate on Node, without a tag. */
  readonly image: string;
}

/** Versions of packages that a project gets, by name. */
export type Versions = (name: string) => string;

/** A file of a project. `path` has slashes, and is relative to the folder of the project. */
export interface ProjectFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** A file that only its owner may read. */
  readonly isSecret?: boolean;
}

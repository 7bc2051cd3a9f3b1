import { isIP } from "node:net";
import * as z from "zod/mini";
import { ConfigError } from "../../../config/ConfigError.ts";
import { faultFromIssue } from "../../../protocol/faultFromIssue.ts";
import { Host } from "../../../protocol/Host.ts";
import { isJsonObject } from "../../../protocol/Json.ts";
import { parseSyncConfig } from "../../../sync/goal/parseSyncConfig.ts";
import { isListedPlace } from "../../../sync/target/isListedPlace.ts";
import { encodeBundle, parseBundle } from "../../../trust/bundle.ts";
import { catalogue } from "../../../trust/roots/catalogue.ts";
import { TrustError } from "../../../trust/TrustError.ts";
import { closestName } from "../../terminal/closestName.ts";
import type { InputFault } from "../../terminal/InputFault.ts";
import { YamlDocument } from "../../yaml/YamlDocument.ts";
import type { Scope } from "../expression/Expression.ts";
import { installObjects } from "../installObjects.ts";
import { failedChecks } from "../source/configChecks.ts";
import { scopeOf } from "../source/derivedValues.ts";
import { INSTALL_DEFAULTS } from "./installDefaults.ts";
import { type InstallConfig, installSchema } from "./installSchema.ts";
import { type ConfigFault, objectFaults } from "./objectFaults.ts";
import { overDefaults } from "./overDefaults.ts";

/** A config that can be used, with what is derived from it. */
export interface ReadConfig {
  readonly config: InstallConfig;
  readonly scope: Scope;
}

/** Where a config comes from. `components` replace those of the file, when there are any. */
export interface InstallSource {
  readonly file: string;
  readonly text: string;
  readonly components: readonly string[];
}

const CONFIG_WORDS = { what: "a config", expected: "expected keys such as cluster, hosts and images" };

/** Reads a config over its defaults, or returns all of its faults. */
export async function readInstallConfig(source: InstallSource): Promise<ReadConfig | readonly InputFault[]> {
  const { file, text, components } = source;
  const document = YamlDocument.read(file, text, CONFIG_WORDS);
  if (!(document instanceof YamlDocument)) return [document];
  if (!isJsonObject(document.value)) return [{ file, line: 1, message: "is no map of keys" }];
  const given = components.length === 0 ? {} : { components };
  const merged = overDefaults(overDefaults(INSTALL_DEFAULTS, document.value), given);
  const parsed = installSchema.safeParse(merged);
  if (!parsed.success)
    return parsed.error.issues
      .flatMap((issue) => faultsOf(issue, merged, file, document))
      .sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
  const scope = scopeOf(parsed.data);
  const faultAt = (key: string, message: string): InputFault => ({
    file,
    line: document.lineOf(key.split(".")),
    message: `${key} ${message}`,
  });
  const faults = [
    ...failedChecks(scope).map(({ key, message }) => faultAt(key, message)),
    ...[...hostFaults(parsed.data), ...certificateFaults(parsed.data)].map(([key, message]) => faultAt(key, message)),
  ];
  if (faults.length > 0) return faults;
  const refused = objectFaults(parsed.data, installObjects(scope));
  if (refused.length > 0) return refused.map(([key, message]) => faultAt(key, message));
  const fault = await syncFault(scope);
  if (fault === undefined) return { config: parsed.data, scope };
  return [{ file, line: document.lineOf(settingPath(fault)), message: `sync settings do not fit: ${fault}` }];
}

/** A fault for each key that is not known, and one for any other issue. */
function faultsOf(issue: z.core.$ZodIssue, value: unknown, file: string, document: YamlDocument): InputFault[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const known = keysAt(issue.path);
      const close = closestName(key, known);
      const hint = close === undefined ? `known are ${known.join(", ")}` : `did you mean ${close}?`;
      const message = `${JSON.stringify(key)} is no key of ${issue.path.length === 0 ? "the config" : issue.path.join(".")}; ${hint}`;
      return { file, line: document.lineOf([...issue.path, key]), message };
    });
  // A key that its record does not take.
  const [inner] = issue.code === "invalid_key" ? issue.issues : [];
  const { path } = faultFromIssue(issue);
  const { expected } = faultFromIssue(inner ?? issue);
  const written = expected === "expected a record" ? "expected an object" : expected;
  const at = (whole: unknown): unknown => issue.path.reduce<unknown>((part, key) => Object(part)[key], whole);
  const given = at(value);
  const isNull = at(document.value) === null;
  const how = isNull ? " is null, and needs a value" : given === undefined ? " is missing" : "";
  const isUnquoted = expected === "expected a string" && ["number", "boolean"].includes(typeof given);
  const hasDefault = isNull && at(INSTALL_DEFAULTS) !== undefined;
  const todo = hasDefault ? "; leave the key out for its default" : isUnquoted ? "; write it in quotes" : "";
  return [
    {
      file,
      line: document.lineOf(issue.path),
      message: `${path === "(body)" ? "the config" : path}${how}: ${written}${todo}`,
    },
  ];
}

/** Where the config has a setting of the sync that a message begins with, such as `jitter: expected …`. */
function settingPath(fault: string): readonly string[] {
  const path = (/^[\w.]+/.exec(fault)?.[0] ?? "").split(".");
  return path[0] !== undefined && path[0] in installSchema.shape ? path : ["sync", ...path];
}

/** The keys that the schema has at a path. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = z.toJSONSchema(installSchema, { unrepresentable: "any" });
  for (const key of path) {
    const { properties, items } = isJsonObject(at) ? at : {};
    at = typeof key === "number" ? items : isJsonObject(properties) ? properties[String(key)] : undefined;
  }
  const { properties } = isJsonObject(at) ? at : {};
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

/** Places in another spelling than that of URLs: the API server compares texts. */
function hostFaults({ address, hosts, url, capability }: InstallConfig): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (address !== undefined && isIP(address) === 0)
    faults.push(["address", `${JSON.stringify(address)} is no IP address`]);
  else if (address !== undefined && plain(address) !== address)
    faults.push(["address", `is ${address}; write it as URLs have it: ${plain(address)}`]);
  for (const [index, place] of hosts.entries()) {
    const bare = /^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$/.test(place);
    const host = bare
      ? place
      : place.startsWith("[")
        ? place.slice(1, place.indexOf("]"))
        : (place.split(/[:/]/)[0] ?? "");
    const front = `https://${bare ? `[${place}]` : place.replace(/:443(?=\/|$)/, "").replace(/:\*$/, ":1")}`;
    if (!Host.canParse(host)) faults.push([`hosts.${index}`, `${JSON.stringify(place)} is no host of a URL`]);
    else if (plain(host) !== host)
      faults.push([`hosts.${index}`, `is ${place}; write its host as URLs have it: ${plain(host)}`]);
    else if (!isListedPlace([place], front))
      faults.push([
        `hosts.${index}`,
        `${JSON.stringify(place)} is no base of a gate's URL: its path has no empty segment, no dots, and neither c nor k`,
      ]);
  }
  for (const [key, given] of Object.entries({ url, "capability.url": capability.url })) {
    const host = /^https:\/\/(\[[^\]]*\]|[^:/]*)/.exec(given ?? "")?.[1];
    const bare = host?.replace(/^\[(.*)\]$/, "$1");
    if (bare === undefined || bare !== bare.toLowerCase()) continue;
    if (!Host.canParse(bare)) faults.push([key, `${JSON.stringify(given)} has no host of a URL`]);
    else if (plain(bare) !== bare) faults.push([key, `has the host ${bare}; write it as URLs have it: ${plain(bare)}`]);
  }
  return faults;
}

const plain = (host: string): string => new Host(host).inUrl.replace(/^\[(.*)\]$/, "$1");

/** Bundles that the gate or the sync could not read. */
function certificateFaults({ identity, trust }: InstallConfig): ConfigFault[] {
  const bundles = [
    ["identity.clientCertificates", identity.clientCertificates],
    ["trust.certificates", trust.certificates],
  ] as const;
  return bundles.flatMap(([key, pem]) => {
    try {
      if (pem !== undefined) parseBundle(pem, "line");
      return [];
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      return [[key, `has a fault in its ${error.message.replace(/^line:/, "line ")}`] as const];
    }
  });
}

/** What the sync itself would not accept. */
async function syncFault(scope: Scope): Promise<string | undefined> {
  const { components } = Object(scope.values);
  if (!Array.isArray(components) || !components.some((it) => it === "sync" || it === "watch")) return undefined;
  try {
    await parseSyncConfig({
      name: "sync",
      text: String(scope.derived.get("syncConfig")),
      readFile: async (path) =>
        path === "./roots.pem" ? Object(scope.values).trust.certificates : encodeBundle(catalogue("letsencrypt")),
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // The line is that of the generated config.
    return error.message.replace(/^sync: /, "").replace(/, at line \d+$/, "");
  }
}

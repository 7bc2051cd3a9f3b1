import { fileURLToPath } from "node:url";

/** The files behind this package's exports: sources when run from the repository, built ones when installed. */
export function ownModules(): Record<string, string> {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = (path: string): string => fileURLToPath(new URL(`../../${path}.${ending}`, import.meta.url));
  return {
    postern: file("index"),
    "postern/policies": file("policies/index"),
    "postern/gate": file("hosts/index"),
    "postern/lambda": file("hosts/createLambda"),
    "postern/node": file("hosts/serveGate"),
  };
}

import { fileURLToPath } from "node:url";

/** The files of the exports of this package: TypeScript in the repository, JavaScript in an installed package. */
export function ownModules(): Record<string, string> {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = (path: string): string => fileURLToPath(new URL(`../../${path}.${ending}`, import.meta.url));
  return {
    postern: file("index"),
    "postern/policies": file("policies/index"),
    "postern/gate": file("hosts/index"),
    "postern/identity": file("identity/index"),
    "postern/lambda": file("hosts/createLambda"),
    "postern/matchers": file("cli/test/matchers/policyMatchers"),
    "postern/node": file("hosts/serveGate"),
    "postern/telemetry": file("hosts/telemetry/index"),
    "postern/telemetry/context": file("telemetry/context/nodeAsyncContext"),
    "postern/telemetry/lambda": file("hosts/telemetry/lambdaTelemetry"),
    "postern/telemetry/node": file("hosts/telemetry/nodeTelemetry"),
  };
}

import { dirname, resolve } from "node:path";
import { CliError } from "../terminal/CliError.ts";
import { checkTogether } from "../terminal/checkTogether.ts";
import type { SidecarArguments } from "./sidecarCommand.ts";

/** Whether options of `postern tls-sidecar` go together. Throws {@link CliError}, a usage fault that says what to change. */
export function checkSidecarUsage(given: SidecarArguments): void {
  const usage = (message: string): CliError => new CliError("usage", message);
  checkTogether("--standby-cert", given.standbyCert, "--standby-key", given.standbyKey);
  checkTogether("--reload-signal", given.reloadSignal, "--pid-file", given.pidFile);
  const ways = [
    ["--reload-command", given.reloadCommand],
    ["--reload-signal", given.reloadSignal],
    ["--reload-url", given.reloadUrl],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.once === true) {
    const others = [
      ...ways,
      ...(given.check === undefined ? [] : ["--check"]),
      ...(given.metricsPort === undefined ? [] : ["--metrics-port"]),
    ];
    if (others.length > 0) throw usage(`--once writes the pair and ends: leave ${others.join(" and ")} out`);
  } else if (ways.length === 0)
    throw usage(
      "say how the server is told to reload: --reload-command, --reload-signal with --pid-file, or --reload-url (or --once, to write the pair and end)",
    );
  if (ways.length > 1) throw usage(`${ways.join(" and ")} do not go together: name one way to reload`);
  if (given.checkHost !== undefined && given.check === undefined)
    throw usage("--check-host goes with --check HOST:PORT");
  const out = resolve(given.out);
  const source = [given.cert, given.key, given.standbyCert, given.standbyKey].find(
    (file) => file !== undefined && dirname(resolve(file)) === out,
  );
  if (source !== undefined) throw usage(`--out ${given.out}: ${source} lies there; name a folder of its own`);
}

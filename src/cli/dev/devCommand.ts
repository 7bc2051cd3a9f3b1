import { Host } from "../../protocol/Host.ts";
import type { AddCommand } from "../program.ts";
import { parsePort } from "../terminal/optionParsers.ts";
import { parseDevHost } from "./parseDevHost.ts";
import type { DevOptions } from "./runDev.ts";

/** Adds `postern dev`: runs a gate locally until a signal. */
export const devCommand: AddCommand = (program, terminal, done) => {
  program
    .command("dev")
    .description("run a gate locally in the Workers runtime, over HTTPS with a local CA; rebuild on change")
    .option("--gate <file>", "file that exports the gate (default: functions/worker.ts and the gate that it imports)")
    .option(
      "--cluster <name>",
      "cluster that calls the gate; for a gate that looks its clusters up (default: local, or the first)",
    )
    .option("--port <number>", "port to listen on; 0 for a free one", parsePort, 8443)
    .addOption(
      program
        .createOption("--host <host>", "name or address of this machine, as a cluster calls it")
        .argParser(parseDevHost)
        .default(new Host("localhost"), "localhost"),
    )
    .option("--trace", "print the spans of each call as a tree; runs the gate without its functions/worker.ts")
    .addHelpText(
      "after",
      `
Example:
  $ postern dev --gate gate.ts --port 8443

The local CA is created once and kept in .postern/. Without --host, only this
machine can call the gate. A cluster in containers needs --host:
  kind on Linux          the IPv4 address of the bridge, which this prints:
                         docker network inspect kind \\
                           -f '{{range .IPAM.Config}}{{.Gateway}} {{end}}'
                         $ postern dev --host 172.18.0.1
  kind, Docker Desktop   $ postern dev --host host.docker.internal
  minikube               the address that this prints:
                         minikube ssh -- grep host.minikube.internal /etc/hosts
                         $ postern dev --host 192.168.49.1
With an address, dev listens on this address. With a name that this machine does
not know as its own, it listens on all addresses, and says so.
Exit codes: 0 stopped, 2 could not start.`,
    )
    .action(async (options: DevOptions) => done(await (await import("./runDev.ts")).runDev(terminal, options)));
};

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Host } from "../../protocol/Host.ts";
import { CliError } from "../terminal/CliError.ts";

/** Where `postern dev` listens. */
export interface ListenAddress {
  /** The address; undefined for all addresses of this machine. */
  readonly address: string | undefined;
  /** Who can call it, for people. */
  readonly callers: string;
}

/** What {@link listenAddress} asks of this machine. */
export interface Machine {
  /** All addresses of this machine, without zones. */
  addresses(): readonly string[];
  /** The addresses of a name; none when it does not resolve. */
  resolve(name: string): Promise<readonly string[]>;
}

const LOOPBACK = "127.0.0.1";
/** Names that containers resolve in another way than this machine, such as `host.docker.internal`. */
const INSIDE_NAME = /\.internal$/;

/** The machine that this process runs on. */
export const thisMachine: Machine = {
  addresses: () =>
    Object.values(networkInterfaces()).flatMap(
      (all) => all?.map(({ address }) => address.replace(/%[^%]*$/, "")) ?? [],
    ),
  resolve: (name) =>
    lookup(name, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    ),
};

/**
 * Chooses where to listen for calls of `host`: on loopback for `localhost`, else on the one address of this machine that
 * the host names. Listens on all addresses when only the cluster knows the address. Throws {@link CliError}
 * `cannot-serve` for an address of another machine.
 */
export async function listenAddress(host: Host, machine: Machine): Promise<ListenAddress> {
  const { name } = host;
  if (name === "localhost" || name.endsWith(".localhost")) return at(LOOPBACK);
  const own = machine.addresses();
  if (isIP(name) !== 0) {
    if (isLoopback(name) || own.includes(name)) return at(name);
    const others = own.filter((address) => !isLoopback(address) && !address.startsWith("fe80:"));
    const has = others.length === 0 ? "no address except loopback" : others.slice(0, 6).join(", ");
    throw new CliError("cannot-serve", `--host ${name} is not an address of this machine, which has ${has}`);
  }
  const resolved = INSIDE_NAME.test(name) ? [] : await machine.resolve(name);
  const [only, ...more] = resolved.filter((address) => own.includes(address) && !isLoopback(address));
  if (only !== undefined && more.length === 0) return at(only);
  return { address: undefined, callers: "all addresses: every machine in your networks can call it" };
}

function at(address: string): ListenAddress {
  return isLoopback(address)
    ? { address, callers: `${address}: only this machine can call it` }
    : { address, callers: `${address}: every machine that reaches it can call it` };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

import { holdAddress } from "../../cluster/ports/holdAddress.ts";

/** The process that reserves an address listens on this port. Nothing else uses it. */
const PORT = 16_443;
/** In 127.96.0.0/24. API servers with the Service range 127.96.0.0/16 assign these addresses only on request. */
const [FIRST, LAST] = [101, 250];

/**
 * Reserves an address for a Service that a pod runner serves. No other process on the machine gets the same address
 * while this process lives. The pod runners of all clusters share the loopback interface. Rejects when all addresses
 * are taken.
 */
export async function reserveServiceAddress(): Promise<string> {
  for (let last = FIRST; last <= LAST; last += 1) {
    const address = `127.96.0.${last}`;
    if (await holdAddress(address, PORT)) return address;
  }
  throw new Error(`no Service address is free: all from 127.96.0.${FIRST} to 127.96.0.${LAST} are taken`);
}

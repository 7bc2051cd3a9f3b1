import { holdAddress } from "../cluster/holdAddress.ts";

/** Held by whoever has an address: nothing else listens there. */
const PORT = 16_443;
/** Of 127.96.0.0/24, which API servers with the range 127.96.0.0/16 give only to Services that ask for an address. */
const [FIRST, LAST] = [101, 250];

/**
 * An address for a Service that a pod runner stands for. No other process on the machine gets it while this one lives: the
 * pod runners of several clusters listen on the one loopback.
 */
export async function reserveServiceAddress(): Promise<string> {
  for (let last = FIRST; last <= LAST; last += 1) {
    const address = `127.96.0.${last}`;
    if (await holdAddress(address, PORT)) return address;
  }
  throw new Error(`no address for a Service is left: all from 127.96.0.${FIRST} to 127.96.0.${LAST} are taken`);
}

import { measureSpeed } from "./measureSpeed.ts";

/** Prints how much slower than the reference machine this one is. */
process.stdout.write(String(await measureSpeed()));

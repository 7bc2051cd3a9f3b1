import { measureSpeed } from "./measureSpeed.ts";

/** Prints the speed factor of this machine. */
process.stdout.write(String(await measureSpeed()));

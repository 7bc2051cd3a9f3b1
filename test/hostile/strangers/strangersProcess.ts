import { setPriority } from "node:os";
import { largeBodies } from "./largeBodies.ts";
import { madeUpReviews } from "./madeUpReviews.ts";
import { idleConnections, openStreams } from "./openStreams.ts";
import type { Stranger } from "./Stranger.ts";
import { silentBodies, trickledBodies, unfinishedBodies } from "./slowBodies.ts";

// All attacks at once, in a process of its own, until its parent ends it.

const strangers: Readonly<Record<string, Stranger>> = {
  silentBodies,
  trickledBodies,
  unfinishedBodies,
  largeBodies,
  openStreams,
  idleConnections,
  madeUpReviews,
};

const { HOSTILE_TARGET = "", HOSTILE_ONLY } = process.env;
// Strangers have machines of their own. Here they share two cores with the gate.
setPriority(10);
const controller = new AbortController();
process.once("disconnect", () => process.exit(0));
const counts: Record<string, number> = {};
// The parent begins to measure when it hears of the attempts.
setInterval(() => process.send?.(counts), 500);
const chosen = Object.entries(strangers).filter(([name]) => HOSTILE_ONLY === undefined || HOSTILE_ONLY.includes(name));
await Promise.all(
  chosen.map(([name, stranger]) => {
    counts[name] = 0;
    return stranger(JSON.parse(HOSTILE_TARGET), controller.signal, () => {
      counts[name] = (counts[name] ?? 0) + 1;
    });
  }),
);

import { Hono } from "hono";

/** The least that a Hono worker does with a review: read the body, JSON.parse it, answer something small. */
const floorWorker = new Hono();

floorWorker.post("*", async (c) => {
  const review: unknown = JSON.parse(await c.req.text());
  return c.json({ ok: typeof review === "object" });
});

export default floorWorker;

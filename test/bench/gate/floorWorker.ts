import { Hono } from "hono";

/** The minimal Hono worker for a review: read the body, JSON.parse, short answer. */
const floorWorker = new Hono();

floorWorker.post("*", async (c) => {
  const review: unknown = JSON.parse(await c.req.text());
  return c.json({ ok: typeof review === "object" });
});

export default floorWorker;

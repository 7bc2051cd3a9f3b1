import { beforeAll, expect, it } from "vitest";
import type { AnnouncementKey } from "../../src/announcement/AnnouncementKey.ts";
import { makeAnnouncement } from "../../src/announcement/makeAnnouncement.ts";
import { announcementKey, announcementOf, NOW, publicPart, signed } from "./AnnouncementBed.ts";

const SECONDS = NOW / 1000;
let key: AnnouncementKey;
beforeAll(async () => {
  key = await announcementKey();
});

const make = (published: string | undefined, change: Partial<ReturnType<typeof announcementOf>> = {}) =>
  makeAnnouncement({
    content: announcementOf(change),
    published,
    key: publicPart(key),
    lifetimeSeconds: 600,
    now: NOW,
  });

it("makeAnnouncement numbers the first announcement by the time", async () => {
  const { announcement, isNew } = await make(undefined);
  expect(isNew).toBe(true);
  expect(announcement).toMatchObject({ seq: SECONDS, iat: SECONDS, exp: SECONDS + 600 });
});

it("makeAnnouncement keeps the number of equal content, in any order and at any age", async () => {
  const content = { clusters: ["a", "b"], roots: ["aws", "google"], seq: 41 };
  const published = await signed(key, { ...content, iat: 1_000, exp: 2_000 });
  const { announcement, isNew } = await make(`${published}\n`, { clusters: ["b", "a"], roots: ["google", "aws"] });
  expect({ isNew, seq: announcement.seq, exp: announcement.exp }).toEqual({
    isNew: false,
    seq: 41,
    exp: SECONDS + 600,
  });
});

it.each([
  ["a changed URL", { url: "https://other.example.com" }],
  ["changed roots", { roots: ["aws"] }],
  ["changed clusters", { clusters: ["a"] }],
])("makeAnnouncement raises the number for %s, even after the clock went back", async (_, change) => {
  expect((await make(await signed(key, { seq: 41 }), change)).announcement.seq).toBe(SECONDS);
  const ahead = SECONDS + 5_000;
  expect((await make(await signed(key, { seq: ahead }), change)).announcement.seq).toBe(ahead + 1);
});

it.each([
  ["signed with another key", async () => signed(await announcementKey(), { seq: SECONDS + 9 })],
  ["with a number that readers reject", async () => signed(key, { seq: SECONDS + 86_401 })],
  ["that is invalid", async () => "nonsense"],
])("makeAnnouncement ignores a published text %s", async (_, published) => {
  expect(await make(await published())).toMatchObject({ isNew: true, announcement: { seq: SECONDS } });
});

import { beforeAll, expect, it } from "vitest";
import { makeAnnouncement } from "../../src/announcement/makeAnnouncement.ts";
import type { AnnouncementKey } from "../../src/announcement/signAnnouncement.ts";
import { announcementKey, announcementOf, NOW, publicPart, signed } from "../sync/announcement/AnnouncementBed.ts";

const SECONDS = NOW / 1000;
let key: AnnouncementKey;
beforeAll(async () => {
  key = await announcementKey();
});

const make = (published: string | undefined, change: Partial<ReturnType<typeof announcementOf>> = {}) =>
  makeAnnouncement({ content: announcementOf(change), published, key: publicPart(key), lifetime: 600, now: NOW });

it("the first one has the time as its number", async () => {
  const { announcement, isNew } = await make(undefined);
  expect(isNew).toBe(true);
  expect(announcement).toMatchObject({ seq: SECONDS, iat: SECONDS, exp: SECONDS + 600 });
});

it("the same has the same number, in whatever order its lists are, and however old what is published", async () => {
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
  ["another URL", { url: "https://other.example.com" }],
  ["other roots", { roots: ["aws"] }],
  ["other clusters", { clusters: ["a"] }],
])("%s has a higher number, even where clocks went back", async (_, change) => {
  expect((await make(await signed(key, { seq: 41 }), change)).announcement.seq).toBe(SECONDS);
  const ahead = SECONDS + 5_000;
  expect((await make(await signed(key, { seq: ahead }), change)).announcement.seq).toBe(ahead + 1);
});

it.each([
  ["is signed with another key", async () => signed(await announcementKey(), { seq: SECONDS + 9 })],
  ["has a number that no reader takes", async () => signed(key, { seq: SECONDS + 86_401 })],
  ["is none", async () => "nonsense"],
])("what %s counts as lost", async (_, published) => {
  expect(await make(await published())).toMatchObject({ isNew: true, announcement: { seq: SECONDS } });
});

/** The formats of a review. `text` and `yaml` are for people. */
export const reviewFormats = ["text", "json", "yaml", "sarif", "junit", "github", "gitlab"] as const;

/** A format of a review. */
export type ReviewFormat = (typeof reviewFormats)[number];

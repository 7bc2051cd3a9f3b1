import { pinImages } from "./pinImages.ts";

// `npm run images`. The Dockerfile runs it with --check.
await pinImages(process.argv.slice(2));

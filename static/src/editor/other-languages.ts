/** Every language but Python and SQL, in one file: each alone is smaller than the request for it. */
export { html } from "./html.ts";
export { markdown } from "./markdown.ts";

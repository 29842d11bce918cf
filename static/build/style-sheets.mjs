// Style sheets are files beside the scripts: a browser fetches and reads them without running anything.
import * as esbuild from "esbuild";

/** Every browser reads woff2, so the other formats of a font face are left out. */
const OTHER_FORMATS = /,url\(fonts\/[^)]+\.(woff|ttf)\) ?format\("(woff|truetype)"\)/g;

/** One style sheet with what it imports, as small as it gets. */
export async function styleSheet(file) {
  const result = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    logLevel: "warning",
    legalComments: "none",
    external: ["fonts/*"],
  });
  return result.outputFiles[0].text.replace(OTHER_FORMATS, "").trim();
}

/** `import address from "./x.css"` gives the file's address; with `{ type: "text" }` it gives the rules. */
export const styleSheets = {
  name: "style-sheets",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path, with: { type } }) => ({
      contents: await styleSheet(path),
      loader: type === "text" ? "text" : "file",
    }));
  },
};

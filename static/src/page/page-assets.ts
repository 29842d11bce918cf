/** Where this page lies, and where the build put what is not part of a bundle. */

/** Written into the page by the build. */
export interface Assets {
  /** The hash of the kernel worker's program, which lies in its frame. */
  kernelProgram: string;
  /** Files that a kernel of any environment needs, in the store. */
  runtime: string[];
  plotly: string;
  vega: string;
}

/** The page's base address; ends with a slash. */
export function pageBase(): URL {
  return new URL("./", document.baseURI);
}

export function pageAssets(): Assets {
  return JSON.parse(document.getElementById("assets")?.textContent ?? "{}") as Assets;
}

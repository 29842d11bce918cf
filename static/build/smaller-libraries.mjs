// What libraries carry and this page does not need: left out, or written shorter, with the same result.
import fs from "node:fs";
import path from "node:path";
import { packMetrics } from "../src/outputs/font-metrics.ts";

/** KaTeX from its source: its ready-made bundle is compiled for old browsers, and hides its tables. */
export const katexFromSource = {
  name: "katex-from-source",
  setup(build) {
    const folder = path.join(build.initialOptions.absWorkingDir, "node_modules/katex");
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    build.initialOptions.define = { ...build.initialOptions.define, __VERSION__: JSON.stringify(version) };
    build.onResolve({ filter: /^katex$/ }, () => ({
      path: path.join(folder, "katex.ts"),
      sideEffects: false,
    }));
    build.onLoad({ filter: /katex[\\/]src[\\/]fontMetricsData\.js$/ }, async ({ path: file }) => {
      const { default: metrics } = await import(file);
      const unpack = JSON.stringify(
        path.join(build.initialOptions.absWorkingDir, "src/outputs/font-metrics.ts"),
      );
      return {
        contents: `import { unpackMetrics } from ${unpack};
          export default unpackMetrics(${JSON.stringify(packMetrics(metrics))});`,
        resolveDir: path.dirname(file),
      };
    });
  },
};

/** Yjs logs four sentences, for which lib0 carries colours, time spans and a console of its own. */
export const plainLogging = {
  name: "plain-logging",
  setup(build) {
    build.onLoad({ filter: /[\\/]lib0[\\/]logging\.js$/ }, () => ({
      contents: `
        export const print = (...words) => console.log(...words), warn = (...words) => console.warn(...words);
        export const ORANGE = "", RED = "", BOLD = "", UNBOLD = "";`,
    }));
  },
};

/** lib0 looks for settings in the command line, the page's address and local storage; here are none. */
export const browserEnvironment = {
  name: "browser-environment",
  setup(build) {
    build.onLoad({ filter: /[\\/]lib0[\\/]environment\.js$/ }, () => ({
      contents: `
        export const isBrowser = true, isNode = false, production = false, getVariable = () => null;`,
    }));
  },
};

/**
 * lib0 says of itself that it has no side effects, but not call by call, so that its schemas, which
 * nothing here uses, would stay.
 */
export const pureConstants = {
  name: "pure-constants",
  setup(build) {
    build.onLoad({ filter: /[\\/]lib0[\\/][a-z.]+\.js$/ }, ({ path: file }) => ({
      contents: fs
        .readFileSync(file, "utf8")
        .replace(
          /^((?:export )?const [\w$]+ = (?:\/\*.*?\*\/ *\(?)?)(?=(?:new )?[\w$.]+\()/gm,
          "$1/* @__PURE__ */ ",
        ),
    }));
  },
};

/** Only a shared notebook draws other people's cursors: the editor's own binding comes without them. */
export const remoteCursorsApart = {
  name: "remote-cursors-apart",
  setup(build) {
    const namespace = "remote-cursors";
    build.onResolve({ filter: /^\.\/y-remote-selections\.js$/ }, ({ importer, path: asked }) =>
      /y-codemirror\.next[\\/]src[\\/]index\.js$/.test(importer) ? { path: asked, namespace } : null,
    );
    build.onLoad({ filter: /.*/, namespace }, () => ({
      contents: "export const yRemoteSelections = [], yRemoteSelectionsTheme = [];",
    }));
    build.onLoad({ filter: /src[\\/]sharing[\\/]remote-cursors\.ts$/ }, ({ path: file }) => {
      const folder = path.join(build.initialOptions.absWorkingDir, "node_modules/y-codemirror.next/src");
      const from = (name) => JSON.stringify(path.join(folder, name));
      const whole = /import \{ (.*) \} from "y-codemirror\.next";/;
      const source = fs.readFileSync(file, "utf8");
      if (!whole.test(source))
        throw new Error(`${file}: y-codemirror.next is no longer imported as expected`);
      return {
        contents: source.replace(
          whole,
          `import { YSyncConfig, ySyncFacet } from ${from("y-sync.js")};
          import { yRemoteSelections, yRemoteSelectionsTheme } from ${from("y-remote-selections.js")};`,
        ),
        loader: "ts",
        resolveDir: path.dirname(file),
      };
    });
  },
};

/**
 * The page's own undo history makes CodeMirror's needless. A value that is put on its class from
 * outside keeps the class; put inside, both are seen to be unused.
 */
export const historyUnused = {
  name: "history-unused",
  setup(build) {
    build.onLoad({ filter: /@codemirror[\\/]commands[\\/]dist[\\/]index\.js$/ }, ({ path: file }) => {
      const source = fs.readFileSync(file, "utf8");
      const outside = /^HistoryState\.empty = (\/\*@__PURE__\*\/new HistoryState\(none, none\));$/m;
      const [line, value] = outside.exec(source) ?? [];
      if (!line) throw new Error(`${file}: HistoryState.empty is no longer set as expected`);
      return {
        contents: source
          .replace(line, "")
          .replace("class HistoryState {", () => `class HistoryState { static empty = ${value};`),
      };
    });
  },
};

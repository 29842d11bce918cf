/** The parts of emscripten's and Pyodide's interfaces that the worker uses. */

export interface NodeAttributes {
  size?: number;
}

export interface FileNode {
  name: string;
  mode: number;
  usedBytes: number;
  /** A folder's children by name, or a file's bytes (`usedBytes` of them). */
  contents: Record<string, FileNode> | Uint8Array;
  atime: number;
  mtime: number;
  ctime: number;
  node_ops: {
    lookup?(parent: FileNode, name: string): FileNode;
    setattr(node: FileNode, attributes: NodeAttributes): void;
    unlink(parent: FileNode, name: string): void;
  };
  stream_ops: {
    open?(stream: FileStream): void;
    dup?(stream: FileStream): void;
    close?(stream: FileStream): void;
    read(stream: FileStream, ...rest: unknown[]): number;
    mmap(stream: FileStream, ...rest: unknown[]): unknown;
    write(stream: FileStream, ...rest: unknown[]): number;
  };
}

export interface FileStream {
  node: FileNode;
  stream_ops: FileNode["stream_ops"];
}

export interface EmscriptenFileSystem {
  filesystems: {
    MEMFS: { createNode(parent: FileNode, name: string, mode: number, device: number): FileNode };
  };
  ErrnoError: new (errno: number) => Error;
  lookupPath(path: string, options: object): { node: FileNode };
  destroyNode(node: FileNode): void;
  mkdirTree(path: string): void;
  readdir(path: string): string[];
  readFile(path: string): Uint8Array;
  unlink(path: string): void;
}

export interface EmscriptenModule {
  FS: EmscriptenFileSystem;
  addRunDependency(name: string): void;
  removeRunDependency(name: string): void;
}

export type PreRun = (module: EmscriptenModule) => void;

export interface EmscriptenSettings {
  preRun: PreRun[];
}

export type CreateModule = (settings: EmscriptenSettings) => Promise<EmscriptenModule>;

export interface Pyodide {
  version: string;
  loadedPackages: Record<string, string>;
  _module: EmscriptenModule;
  /** `on_fatal` is called when Python has crashed or exited for good. */
  _api: { config: { BUILD_ID: string }; on_fatal?: (cause: unknown) => void };
  pyimport(name: string): unknown;
  setInterruptBuffer(buffer: { [index: number]: number }): void;
  setStdout(options: NativeOutput): void;
  setStderr(options: NativeOutput): void;
}

interface NativeOutput {
  write(bytes: Uint8Array): number;
  isatty?: boolean;
}

export interface LoadPyodideOptions {
  indexURL: string;
  stdLibURL: string;
  lockFileContents: unknown;
  packageBaseUrl: string;
  env: Record<string, string>;
  createPyodideModule: CreateModule;
  /** Pyodide's own, unofficial, options for snapshots. */
  _makeSnapshot?: boolean;
  _loadSnapshot?: Uint8Array;
  _snapshotDeserializer?(description: unknown): unknown;
}

export type LoadPyodide = (options: LoadPyodideOptions) => Promise<Pyodide>;

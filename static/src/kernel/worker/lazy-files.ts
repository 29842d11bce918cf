/** Mount packages without unpacking: in-memory files whose contents arrive when they are first read. */

import type { EmscriptenFileSystem, FileNode, FileStream } from "./emscripten.ts";
import { DamagedFile, ReadInterrupted } from "./file-errors.ts";
import { readZipDirectory, readZipFile } from "./zip.ts";

export interface LazyFile {
  name: string;
  sizeBytes: number;
  /** Its contents. Throws when they are damaged. */
  read(): Uint8Array;
}

/** The files of each folder, by the folder's path; "" is the folder that they are mounted on. */
export type LazyFolders = Map<string, Iterable<LazyFile>>;

interface Folder {
  readonly subfolders: Map<string, Folder>;
  files: Iterable<LazyFile>;
}

interface Source {
  file: LazyFile;
  openCount: number;
  isFilled: boolean;
}

const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;
/** emscripten's numbers for these errors. */
const EINTR = 27;
const EIO = 29;
const ENOENT = 44;
const EMPTY = new Uint8Array(0);
/** Wheels put scripts, headers and data for the environment's root below `NAME.data/`. */
const DATA_FOLDER = /^[^/]+\.data\/(purelib|platlib)\//;

/** Where a file of a wheel goes, below site-packages. */
export function wheelPath(name: string): string {
  return name.replace(DATA_FOLDER, "");
}

/** Put the files of every wheel below `target`, which exists; folders that several wheels share are merged. */
export function mountWheels(fs: EmscriptenFileSystem, target: string, wheels: Iterable<Uint8Array>): void {
  const folders = new Map<string, LazyFile[]>();
  for (const archive of wheels) {
    for (const entry of readZipDirectory(archive)) {
      const path = wheelPath(entry.name);
      const slash = path.lastIndexOf("/");
      const folder = path.slice(0, Math.max(0, slash));
      const file: LazyFile = {
        name: path.slice(slash + 1),
        sizeBytes: entry.sizeBytes,
        read: () => readZipFile(archive, entry),
      };
      const files = folders.get(folder);
      if (files) files.push(file);
      else folders.set(folder, [file]);
    }
  }
  mountFiles(fs, target, folders);
}

/**
 * Put files below `target`, which exists. What is there already stays; of two files of one name the first
 * counts.
 *
 * The nodes are MEMFS nodes, so writing beside and over them works as anywhere. A folder's nodes are made
 * when it is first looked into. A file's contents are read when it is, and dropped when the last reader
 * closes: Python reads a `.pyc` once and compiles an extension module once.
 */
export function mountFiles(fs: EmscriptenFileSystem, target: string, folders: LazyFolders): void {
  const tree = treeOf(folders);
  const memory = fs.filesystems.MEMFS;
  const root = fs.lookupPath(target, {}).node;
  const lazy = lazyOperations(fs, root);

  function fill(node: FileNode, folder: Folder): void {
    const children = node.contents as Record<string, FileNode>;
    for (const [name, subfolder] of folder.subfolders) {
      const known = Object.hasOwn(children, name) ? children[name] : undefined;
      if (known) fill(known, subfolder);
      else defer(memory.createNode(node, name, FOLDER_MODE, 0), subfolder);
    }
    for (const file of folder.files) {
      if (Object.hasOwn(children, file.name)) continue;
      const child = memory.createNode(node, file.name, FILE_MODE, 0);
      child.usedBytes = file.sizeBytes;
      lazy.adopt(child, file);
    }
  }

  /** Make the folder's children when anything asks for them. */
  function defer(node: FileNode, folder: Folder): void {
    const plain = node.node_ops;
    const open = (): void => {
      node.node_ops = plain;
      Object.defineProperty(node, "contents", { value: {}, writable: true, enumerable: true });
      const { atime, mtime, ctime } = node;
      fill(node, folder);
      // Python looks at a folder's time to see whether what it knows of it still holds.
      Object.assign(node, { atime, mtime, ctime });
    };
    node.node_ops = {
      ...plain,
      lookup(parent, name) {
        const found = (parent.contents as Record<string, FileNode>)[name];
        if (!found) throw new fs.ErrnoError(ENOENT);
        return found;
      },
    };
    Object.defineProperty(node, "contents", {
      configurable: true,
      enumerable: true,
      get() {
        open();
        return node.contents;
      },
    });
  }

  fill(root, tree);
}

function treeOf(folders: LazyFolders): Folder {
  const known = new Map<string, Folder>();
  const folder = (path: string): Folder => {
    let found = known.get(path);
    if (found) return found;
    found = { subfolders: new Map(), files: [] };
    known.set(path, found);
    if (path === "") return found;
    const slash = path.lastIndexOf("/");
    folder(path.slice(0, Math.max(0, slash))).subfolders.set(path.slice(slash + 1), found);
    return found;
  };
  for (const [path, files] of folders) folder(path).files = files;
  return folder("");
}

/** Operations that fill a node when it is read or truncated, and hand it over to MEMFS for good once it is written. */
function lazyOperations(fs: EmscriptenFileSystem, root: FileNode) {
  const sources = new WeakMap<FileNode, Source>();
  const sample = fs.filesystems.MEMFS.createNode(root, ".sample", FILE_MODE, 0);
  const plainNode = sample.node_ops;
  const plainStream = sample.stream_ops;
  root.node_ops.unlink(root, ".sample");
  fs.destroyNode(sample);

  function fill(node: FileNode): void {
    const source = sources.get(node);
    if (!source || source.isFilled) return;
    try {
      node.contents = source.file.read();
      source.isFilled = true;
    } catch (cause) {
      if (cause instanceof ReadInterrupted) throw new fs.ErrnoError(EINTR);
      if (!(cause instanceof DamagedFile)) throw cause;
      console.error(cause.message);
      throw new fs.ErrnoError(EIO);
    }
  }

  function own(node: FileNode): void {
    if (!sources.has(node)) return;
    fill(node);
    // It may be a view of bytes that others read too: copy before the first write.
    node.contents = (node.contents as Uint8Array).slice();
    sources.delete(node);
    node.node_ops = plainNode;
    node.stream_ops = plainStream;
  }

  const nodeOperations: FileNode["node_ops"] = {
    ...plainNode,
    setattr(node, attributes) {
      if (attributes.size !== undefined) own(node);
      plainNode.setattr(node, attributes);
    },
  };
  const streamOperations: FileNode["stream_ops"] = {
    ...plainStream,
    open(stream: FileStream) {
      const source = sources.get(stream.node);
      if (source) source.openCount++;
    },
    dup(stream: FileStream) {
      const source = sources.get(stream.node);
      if (source) source.openCount++;
    },
    close(stream: FileStream) {
      const source = sources.get(stream.node);
      if (!source || --source.openCount > 0) return;
      stream.node.contents = EMPTY;
      source.isFilled = false;
    },
    read(stream, ...rest) {
      fill(stream.node);
      return plainStream.read(stream, ...rest);
    },
    mmap(stream, ...rest) {
      fill(stream.node);
      return plainStream.mmap(stream, ...rest);
    },
    write(stream, ...rest) {
      own(stream.node);
      stream.stream_ops = plainStream;
      return plainStream.write(stream, ...rest);
    },
  };

  return {
    adopt(node: FileNode, file: LazyFile): void {
      sources.set(node, { file, openCount: 0, isFilled: false });
      node.node_ops = nodeOperations;
      node.stream_ops = streamOperations;
    },
  };
}

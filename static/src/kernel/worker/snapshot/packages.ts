/** The packages of a restored kernel: every file of theirs, read from the snapshot when it is opened. */
import type { StoredFile } from "../../../contracts/generated.ts";
import type { ArrivingReads } from "../arriving-reads.ts";
import type { AssetBody, RangeReader } from "../asset-body.ts";
import type { Assets } from "../assets.ts";
import { DamagedFile, NotFetched } from "../file-errors.ts";
import type { LazyFile, LazyFolders } from "../lazy-files.ts";
import { filesOf, type PackedFile, type PackedFolder, readPacked } from "../pack.ts";
import type { Layout, ModulePlace } from "./layout.ts";

/** One file of the environment that packs many; fetched anew when a part of it turns out to be damaged. */
export class PackReader {
  private readonly assets: Assets;
  private readonly arriving: ArrivingReads | null;
  private readonly sha256: string;
  private body: AssetBody | null = null;
  private coming: Promise<void> | null = null;
  private isRenewed = false;
  /** It could not be had when it was last read. */
  private isRefused = false;

  constructor(assets: Assets, { sha256 }: StoredFile, arriving: ArrivingReads | null) {
    this.assets = assets;
    this.arriving = arriving;
    this.sha256 = sha256;
    // Reads that can wait ask for it, the first of them.
    if (!arriving) this.ask();
  }

  /** Resolves when all of it is here and proved by its hash. Rejects when it cannot be had. */
  async proved(): Promise<void> {
    const { assets, sha256 } = this;
    await assets.getSource(sha256);
    await this.take(assets.open(sha256));
  }

  /** Resolves once files can be read: at once where reads can wait. Rejects when it cannot be had. */
  async ready(): Promise<void> {
    if (!this.arriving) await this.ask();
  }

  /** The contents of a file in it. Throws DamagedFile, NotFetched, ReadInterrupted. */
  read(file: PackedFile): Uint8Array {
    try {
      return this.attempt(file);
    } catch (cause) {
      if (!(cause instanceof DamagedFile) || cause instanceof NotFetched || this.isRenewed) throw cause;
      this.isRenewed = true;
      this.askAnew();
      return this.attempt(file);
    }
  }

  private attempt(file: PackedFile): Uint8Array {
    // The connection may be back since.
    if (this.isRefused) this.askAnew();
    try {
      return readPacked(this.current, file);
    } catch (cause) {
      this.isRefused = cause instanceof NotFetched;
      throw cause;
    }
  }

  private get current(): RangeReader {
    const { arriving, sha256 } = this;
    if (this.body) return this.body;
    if (!arriving) throw new DamagedFile("the packages' files are being fetched anew");
    this.ask();
    return { read: (start, end) => arriving.read(sha256, start, end) };
  }

  private ask(): Promise<void> {
    this.coming ??= this.take(this.assets.open(this.sha256));
    return this.coming;
  }

  private askAnew(): void {
    this.isRefused = false;
    this.body = null;
    this.arriving?.expectAnew(this.sha256);
    this.coming = this.take(this.assets.openAnew(this.sha256));
  }

  private take(coming: Promise<AssetBody>): Promise<void> {
    const taken = coming.then((body) => {
      this.body = body;
    });
    // Reads tell of it; before the first one nobody need hear.
    taken.catch(() => undefined);
    return taken;
  }
}

/** What to mount: the directory of a pack, with the files of others (below the same folder) among them. */
export function packedFolders(packs: [PackReader, PackedFolder[]][]): LazyFolders {
  const folders = new Map<string, Iterable<LazyFile>>();
  for (const [reader, directory] of packs)
    for (const folder of directory) {
      const known = folders.get(folder.path);
      const files = lazyFiles(reader, folder);
      folders.set(folder.path, known ? chained(known, files) : files);
    }
  return folders;
}

function lazyFiles(reader: PackReader, folder: PackedFolder): Iterable<LazyFile> {
  return {
    *[Symbol.iterator]() {
      for (const file of filesOf(folder))
        yield { name: file.name, sizeBytes: file.sizeBytes, read: () => reader.read(file) };
    },
  };
}

function chained<Item>(...parts: Iterable<Item>[]): Iterable<Item> {
  return {
    *[Symbol.iterator]() {
      for (const part of parts) yield* part;
    },
  };
}

/** A binary as a file of the pack of modules. */
export function moduleFile({ start, bytes, crc32 }: ModulePlace): PackedFile {
  return {
    name: "an extension module",
    start,
    end: start + bytes,
    isCompressed: false,
    sizeBytes: bytes,
    crc32,
  };
}

/** The modules' binaries as files of their own. */
export function moduleFolders(layout: Layout, target: string): PackedFolder[] {
  return layout.modules.flatMap(({ path }, index) => {
    const { start, bytes, crc32 } = layout.places[index] as ModulePlace;
    if (!path.startsWith(`${target}/`)) return [];
    const inside = path.slice(target.length + 1);
    const slash = inside.lastIndexOf("/");
    const files = [inside.slice(slash + 1), bytes, 0, crc32];
    return [{ path: inside.slice(0, Math.max(0, slash)), start, files }];
  });
}

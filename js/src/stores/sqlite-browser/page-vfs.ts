// A VFS of SQLite over one PageFile, installed by the package's own means. Journals and whatever
// else SQLite opens beside the file live in memory: what makes a commit whole is IndexedDB.
import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import type { PageFile } from './page-file.js';

export const pageVfsName = 'tidemark-pages';
export const pageFileName = '/file';

const sectorBytes = 4_096;
const pathBytesMax = 512;
/** Unix time, in days and milliseconds of the Julian calendar. */
const julianDays = 2_440_587.5;

/** What SQLite reads and writes; beside the file, all of it is in memory. */
interface File {
  readonly size: number;
  read(into: Uint8Array, offset: number): number;
  write(bytes: Uint8Array, offset: number): void;
  truncate(size: number): void;
}

class MemoryFile implements File {
  #bytes = new Uint8Array(0);
  size = 0;

  read(into: Uint8Array, offset: number): number {
    const found = this.#bytes.subarray(offset, Math.min(offset + into.length, this.size));
    into.set(found);
    return found.length;
  }

  write(bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length;
    if (end > this.#bytes.length) {
      const more = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      more.set(this.#bytes.subarray(0, this.size));
      this.#bytes = more;
    }
    this.#bytes.set(bytes, offset);
    this.size = Math.max(this.size, end);
  }

  truncate(size: number): void {
    this.#bytes.fill(0, size, this.size);
    this.size = size;
  }
}

/** Members that the package's types do not have. */
type Untyped = { [name: string]: unknown };

/** Pointers, and what is behind them, are numbers. */
type Methods = Record<string, (...numbers: number[]) => number>;

export function installPageVfs(sqlite3: Sqlite3Static, main: PageFile): void {
  const { capi, vfs } = sqlite3;
  const open = new Map<number, File>();
  const usual = new capi.sqlite3_vfs(capi.sqlite3_vfs_find(null as never));
  const { $xRandomness } = usual as object as Untyped;
  usual.dispose();
  const io = Object.assign(new capi.sqlite3_io_methods(), { $iVersion: 1 });
  const { sizeof } = (capi.sqlite3_file as object as Untyped).structInfo as { sizeof: number };
  const system = Object.assign(new capi.sqlite3_vfs(), {
    ...{ $iVersion: 2, $szOsFile: sizeof, $mxPathname: pathBytesMax, $xRandomness },
  });
  vfs.installVfs({
    io: { struct: io, methods: fileMethods(sqlite3, open) as never },
    vfs: {
      struct: system,
      methods: systemMethods(sqlite3, open, main, io.pointer) as never,
      name: pageVfsName,
    },
  });
}

function fileMethods({ capi, wasm }: Sqlite3Static, open: Map<number, File>): Methods {
  const fileOf = (file: number) => open.get(file) as File;
  const bytes = (at: number, count: number) => wasm.heap8u().subarray(at, at + count);
  const guarded = (work: () => void, code: number): number => {
    try {
      work();
      return capi.SQLITE_OK;
    } catch {
      return code; // no memory is left
    }
  };
  return {
    xCheckReservedLock: (_file, out) => zero(wasm, out),
    xClose: (file) => Number(!open.delete(file)),
    xDeviceCharacteristics: () => capi.SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN,
    xFileControl: () => capi.SQLITE_NOTFOUND,
    xFileSize: (file, out) => {
      wasm.poke64(out, BigInt(fileOf(file).size));
      return capi.SQLITE_OK;
    },
    // One connection: nobody else is kept out.
    xLock: () => capi.SQLITE_OK,
    xUnlock: () => capi.SQLITE_OK,
    xSync: () => capi.SQLITE_OK,
    xSectorSize: () => sectorBytes,
    xRead: (file, into, count, offset) => {
      const target = bytes(into, count);
      const found = fileOf(file).read(target, Number(offset));
      if (found === count) return capi.SQLITE_OK;
      target.fill(0, found);
      return capi.SQLITE_IOERR_SHORT_READ;
    },
    xWrite: (file, from, count, offset) =>
      guarded(
        () => fileOf(file).write(bytes(from, count), Number(offset)),
        capi.SQLITE_IOERR_WRITE,
      ),
    xTruncate: (file, size) =>
      guarded(() => fileOf(file).truncate(Number(size)), capi.SQLITE_IOERR_TRUNCATE),
  };
}

function zero(wasm: Sqlite3Static['wasm'], out: number): number {
  wasm.poke32(out, 0);
  return 0;
}

function systemMethods(
  { capi, wasm }: Sqlite3Static,
  open: Map<number, File>,
  main: PageFile,
  methods: number,
): Methods {
  const beside = new Map<string, MemoryFile>();
  const found = (name: string) => (name === pageFileName ? main : beside.get(name));
  return {
    xAccess: (_vfs, name, _flags, out) => {
      const file = found(wasm.cstrToJs(name) ?? '');
      wasm.poke32(out, Number(file !== undefined && file.size > 0));
      return capi.SQLITE_OK;
    },
    xCurrentTime: (_vfs, out) => {
      wasm.poke(out, julianDays + Date.now() / 86_400_000, 'double');
      return capi.SQLITE_OK;
    },
    xCurrentTimeInt64: (_vfs, out) => {
      wasm.poke64(out, BigInt(julianDays * 86_400_000 + Date.now()));
      return capi.SQLITE_OK;
    },
    xDelete: (_vfs, name) => {
      beside.delete(wasm.cstrToJs(name) ?? '');
      return capi.SQLITE_OK;
    },
    xFullPathname: (_vfs, name, count, out) =>
      wasm.cstrncpy(out, name, count) < count ? capi.SQLITE_OK : capi.SQLITE_CANTOPEN,
    xGetLastError: () => capi.SQLITE_OK,
    // Nobody else would end what it waits for.
    xSleep: () => capi.SQLITE_OK,
    xOpen: (_vfs, name, file, flags, out) => {
      const text = name === 0 ? '' : (wasm.cstrToJs(name) ?? '');
      let target: File | undefined = found(text);
      // Another database would be gone with this worker.
      if (target === undefined && flags & capi.SQLITE_OPEN_MAIN_DB) return capi.SQLITE_CANTOPEN;
      if (target === undefined) {
        target = new MemoryFile();
        if (text !== '') beside.set(text, target as MemoryFile);
      }
      open.set(file, target);
      const struct = new capi.sqlite3_file(file);
      struct.$pMethods = methods;
      struct.dispose();
      wasm.poke32(out, flags);
      return capi.SQLITE_OK;
    },
  };
}

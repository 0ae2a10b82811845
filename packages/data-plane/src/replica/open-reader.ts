import { ReplicaFolder } from './folder.ts'
import { Generation } from './generation.ts'
import { LmdbReader, defaultCacheSize } from './lmdb-reader.ts'
import type { CacheSize } from './lmdb-reader.ts'
import type { ReplicaReader, Touched } from './reader.ts'

/** A proxy thread's view of the replica that another thread writes. */
export interface ThreadReader extends ReplicaReader {
  /**
   * Moves to the writer's last commit. Call it when the writer has told of one, with every row touched since the last call;
   * until then all reads agree with each other and with what was compiled.
   */
  refresh(touched: Touched): void
  close(): Promise<void>
}

/** Opens the replica read-only. It may be empty still: `refresh` finds what was written since. */
export function openReader(path: string, cacheSize: CacheSize = defaultCacheSize): ThreadReader {
  const folder = new ReplicaFolder(path)
  let generation = openCurrent(folder)
  const reader = new LmdbReader(generation, cacheSize)
  return {
    get revision() {
      return reader.revision
    },
    get: (entity, id) => reader.get(entity, id),
    all: (entity) => reader.all(entity),
    by: (entity, field, value) => reader.by(entity, field, value),
    childrenOf: (entity, field, id) => reader.childrenOf(entity, field, id),
    refresh(touched) {
      if (folder.current() === generation?.path) return reader.refresh(touched)
      const previous = generation
      generation = openCurrent(folder)
      reader.replace(generation)
      void previous?.close()
    },
    async close() {
      reader.close()
      await generation?.close()
    },
  }
}

function openCurrent(folder: ReplicaFolder): Generation | undefined {
  for (;;) {
    const path = folder.current()
    if (path === undefined) return undefined
    try {
      return Generation.open(path, 'read')
    } catch (error) {
      // The writer may have put another one in its place between the two lines above.
      if (folder.current() === path) throw error
    }
  }
}

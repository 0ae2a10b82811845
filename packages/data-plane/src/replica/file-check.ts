import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const magic = 0xbeefc0de
/** Offsets in a meta page, as LMDB writes it on 64-bit little-endian machines. */
const at = { flags: 18, magic: 24, pageSize: 48, lastPage: 144, transaction: 152 }
const metaFlag = 0x08
const metaBytes = 160

/**
 * Says what is wrong with an LMDB file, by plain reads. LMDB maps the file into memory and trusts it: a file that ends before
 * its pages do would end this process with a bus error, so it is looked at before it is opened.
 */
export function checkFile(path: string): string | undefined {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const first = readMeta(file, 0)
    if (!first) return 'no header'
    const second = readMeta(file, first.pageSize)
    if (!second) return 'no second header'
    if (second.pageSize !== first.pageSize) return 'headers that disagree'
    const newest = second.transaction > first.transaction ? second : first
    const needed = (newest.lastPage + 1n) * BigInt(newest.pageSize)
    if (BigInt(size) < needed) return `${size} bytes where at least ${needed} belong`
    return undefined
  } finally {
    closeSync(file)
  }
}

interface Meta {
  readonly pageSize: number
  readonly lastPage: bigint
  readonly transaction: bigint
}

function readMeta(file: number, offset: number): Meta | undefined {
  const page = Buffer.alloc(metaBytes)
  if (readSync(file, page, 0, metaBytes, offset) < metaBytes) return undefined
  if ((page.readUInt16LE(at.flags) & metaFlag) === 0 || page.readUInt32LE(at.magic) !== magic) return undefined
  const pageSize = page.readUInt32LE(at.pageSize)
  if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) return undefined
  return {
    pageSize,
    lastPage: page.readBigUInt64LE(at.lastPage),
    transaction: page.readBigUInt64LE(at.transaction),
  }
}

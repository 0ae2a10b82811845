import type { Change, Revision, WireRow } from './change.ts'
import { limits } from './limits.ts'
import { byeReasons } from './messages.ts'
import type { Message, MessageType, NodeIdentity, ResyncReason } from './messages.ts'

/** Thrown and caught inside the codec only. */
export class Malformed extends Error {}

type Members = Readonly<Record<string, unknown>>
type Parser<M> = (members: Members) => M

/** Builds a message of this type from what was decoded, with exactly the members it should have. Throws `Malformed`. */
export function parseMessage(type: MessageType, value: unknown): Message {
  return parsers[type](record(value, type))
}

const resyncReasons: readonly ResyncReason[] = ['gap', 'diverged', 'corrupt', 'chunk']

const parsers: { readonly [T in MessageType]: Parser<Extract<Message, { type: T }>> } = {
  hello: (m) => ({
    type: 'hello',
    protocol: parseProtocol(m['protocol']),
    node: parseNode(m['node']),
    labels: parseLabels(m['labels']),
    plugins: list(m, 'plugins', limits.plugins).map((entry) => {
      const plugin = record(entry, 'plugins')
      return { name: text(plugin, 'name', limits.name), version: text(plugin, 'version', limits.name) }
    }),
    history: text(m, 'history', limits.name),
    revision: revision(m, 'revision'),
    digest: digest(m),
    partial: m['partial'] === null ? null : parsePartial(record(m['partial'], 'partial')),
  }),
  welcome: (m) => ({
    type: 'welcome',
    protocol: integer(m, 'protocol'),
    node: parseNode(m['node']),
    history: text(m, 'history', limits.name),
    revision: revision(m, 'revision'),
    digest: digest(m),
  }),
  'snapshot-begin': (m) => ({
    type: 'snapshot-begin',
    history: text(m, 'history', limits.name),
    revision: revision(m, 'revision'),
    digest: digest(m),
    chunks: integer(m, 'chunks'),
    rows: integer(m, 'rows'),
    next: integer(m, 'next'),
  }),
  'snapshot-chunk': (m) => ({
    type: 'snapshot-chunk',
    revision: revision(m, 'revision'),
    index: integer(m, 'index'),
    rows: list(m, 'rows', limits.chunkRows).map(parseRow),
  }),
  'snapshot-end': (m) => ({ type: 'snapshot-end', revision: revision(m, 'revision'), digest: digest(m) }),
  delta: (m) => ({
    type: 'delta',
    from: revision(m, 'from'),
    to: revision(m, 'to'),
    changes: list(m, 'changes', limits.deltaChanges).map(parseChange),
    digest: digest(m),
  }),
  ack: (m) => ({ type: 'ack', revision: revision(m, 'revision'), digest: digest(m), apply_ms: number(m, 'apply_ms') }),
  nack: (m) => ({
    type: 'nack',
    revision: revision(m, 'revision'),
    errors: list(m, 'errors', limits.errors).map((entry) => {
      const error = record(entry, 'errors')
      return {
        entity: text(error, 'entity', limits.name),
        id: text(error, 'id', limits.name),
        message: text(error, 'message', limits.text),
      }
    }),
  }),
  resync: (m) => ({
    type: 'resync',
    reason: oneOf(m, 'reason', resyncReasons),
    history: text(m, 'history', limits.name),
    revision: revision(m, 'revision'),
    digest: digest(m),
  }),
  status: (m) => ({ type: 'status', revision: revision(m, 'revision'), digest: digest(m) }),
  bye: (m) => ({
    type: 'bye',
    reason: oneOf(m, 'reason', byeReasons),
    message: text(m, 'message', limits.text),
    retry_after: number(m, 'retry_after'),
  }),
}

function parseProtocol(value: unknown): { min: number; max: number } {
  const range = record(value, 'protocol')
  return { min: integer(range, 'min'), max: integer(range, 'max') }
}

function parseNode(value: unknown): NodeIdentity {
  const node = record(value, 'node')
  const id = text(node, 'id', limits.name)
  if (id === '') throw new Malformed('id is empty')
  return { id, hostname: text(node, 'hostname', limits.name), version: text(node, 'version', limits.name) }
}

function parseLabels(value: unknown): Record<string, string> {
  const entries = Object.entries(record(value, 'labels'))
  if (entries.length > limits.labels) throw new Malformed(`more than ${limits.labels} labels`)
  return Object.fromEntries(
    entries.map(([key, label]) => {
      if (key.length > limits.name || typeof label !== 'string' || label.length > limits.name) {
        throw new Malformed('labels is not a map of short texts')
      }
      return [key, label]
    }),
  )
}

function parsePartial(m: Members): { history: string; revision: Revision; next: number } {
  return { history: text(m, 'history', limits.name), revision: revision(m, 'revision'), next: integer(m, 'next') }
}

function parseRow(value: unknown): readonly [string, string, WireRow] {
  if (!Array.isArray(value) || value.length !== 3) throw new Malformed('a row is not [entity, id, row]')
  const m = { entity: value[0] as unknown, id: value[1] as unknown }
  return [text(m, 'entity', limits.name), text(m, 'id', limits.name), record(value[2], 'row')]
}

function parseChange(value: unknown): Change {
  const m = record(value, 'changes')
  const entity = text(m, 'entity', limits.name)
  const id = text(m, 'id', limits.name)
  if (m['op'] === 'delete') return { op: 'delete', entity, id }
  if (m['op'] === 'put') return { op: 'put', entity, id, row: record(m['row'], 'row') }
  throw new Malformed('op is neither put nor delete')
}

function record(value: unknown, name: string): Members {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new Malformed(`${name} is not a map`)
  }
  return value as Members
}

function text(m: Members, name: string, longest: number): string {
  const value = m[name]
  if (typeof value !== 'string') throw new Malformed(`${name} is not a text`)
  if (value.length > longest) throw new Malformed(`${name} is longer than ${longest} characters`)
  return value
}

function number(m: Members, name: string): number {
  const value = m[name]
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new Malformed(`${name} is not a number from 0`)
  }
  return value
}

function integer(m: Members, name: string): number {
  const value = m[name]
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Malformed(`${name} is not an integer from 0`)
  return value as number
}

function revision(m: Members, name: string): Revision {
  return integer(m, name) as Revision
}

function digest(m: Members): string {
  const value = m['digest']
  if (typeof value !== 'string' || !/^[0-9a-f]{32}$/.test(value)) throw new Malformed('digest is not 32 hex digits')
  return value
}

function list(m: Members, name: string, longest: number): readonly unknown[] {
  const value = m[name]
  if (!Array.isArray(value)) throw new Malformed(`${name} is not a list`)
  if (value.length > longest) throw new Malformed(`${name} has more than ${longest} entries`)
  return value
}

function oneOf<T extends string>(m: Members, name: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === m[name])
  if (found === undefined) throw new Malformed(`${name} is none of ${allowed.join(', ')}`)
  return found
}

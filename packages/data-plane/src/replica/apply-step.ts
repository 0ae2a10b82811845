import type { DataPlaneStep, DataPlaneSync, Message, Revision, RevisionError } from '@holdfast/sync'
import type { Touched, ReplicaReader } from './reader.ts'
import type { Prepared, Replica } from './replica.ts'

/** Tries a revision before it is committed: the errors it would have, none if it can be served. */
export type Check = (
  reader: ReplicaReader,
  touched: Touched,
) => readonly RevisionError[] | Promise<readonly RevisionError[]>

export interface AppliedRevision {
  readonly revision: Revision
  readonly touched: Touched
}

/**
 * Called when a revision is on disk, before it is acknowledged. What it returns is waited for: an acknowledgement says that
 * the revision is served.
 */
export type OnApplied = (applied: AppliedRevision) => Promise<void> | void

export interface StepContext {
  readonly replica: Replica
  readonly sync: DataPlaneSync
  readonly check: Check
  readonly onApplied: OnApplied
  readonly now: () => number
}

export type Outcome =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'applied'; readonly answer: Message; readonly ms: number }
  | {
      readonly kind: 'refused'
      readonly answer: Message
      readonly revision: Revision
      readonly errors: readonly RevisionError[]
    }
  | { readonly kind: 'mismatched'; readonly answer: Message }

type WorkStep = Exclude<DataPlaneStep, { do: 'send' | 'leave' | 'nothing' }>

/** Does to the replica what a message asks for. Throws when the disk does not let it. */
export async function carryOut(step: WorkStep, context: StepContext): Promise<Outcome> {
  const { replica, sync } = context
  const startedAt = context.now()
  switch (step.do) {
    case 'begin-snapshot':
      await replica.beginSnapshot(step.begin)
      return { kind: 'quiet' }
    case 'store-chunk':
      replica.storeChunk(step.chunk.index, step.chunk.rows)
      sync.stored(step.chunk)
      return { kind: 'quiet' }
    case 'apply': {
      const prepared = replica.prepare(step.delta)
      // Gaps and repetitions were sorted out before; what is left is a digest that is not the control plane's.
      return prepared.kind === 'ready'
        ? serve(prepared, context, startedAt)
        : { kind: 'mismatched', answer: sync.mismatched() }
    }
    case 'finish-snapshot': {
      const prepared = replica.prepareSnapshot(step.begin.digest)
      const outcome: Outcome =
        prepared.kind === 'ready'
          ? await serve(prepared, context, startedAt)
          : { kind: 'mismatched', answer: sync.mismatched() }
      if (outcome.kind !== 'applied') await replica.dropSnapshot()
      return outcome
    }
  }
}

async function serve(prepared: Prepared, context: StepContext, startedAt: number): Promise<Outcome> {
  const { standing, touched } = prepared
  const errors = await tried(prepared, context.check)
  if (errors.length > 0) {
    const answer = context.sync.refused(standing.revision, errors)
    return { kind: 'refused', answer, revision: standing.revision, errors }
  }
  prepared.commit()
  await context.onApplied({ revision: standing.revision, touched })
  const ms = context.now() - startedAt
  return { kind: 'applied', answer: context.sync.committed(standing, Math.max(0, ms)), ms }
}

/** A check that throws refuses too: whatever a configuration does, it must not take the data plane down. */
export async function tried(prepared: Prepared, check: Check): Promise<readonly RevisionError[]> {
  try {
    return await check(prepared.reader, prepared.touched)
  } catch (error) {
    return [{ entity: '', id: '', message: error instanceof Error ? error.message : String(error) }]
  }
}

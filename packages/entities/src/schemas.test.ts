import { toKongJson } from '@holdfast/schema'
import { describe, expect, test } from 'vitest'
import { entities } from './index.ts'
import { readReference } from './reference/read-reference.ts'

/** Kong builds the fields inside `healthchecks` from an unordered table, so their order says nothing. */
function withoutInnerOrder(json: unknown, depth = 0): unknown {
  if (Array.isArray(json)) {
    const items = json.map((item) => withoutInnerOrder(item, depth + 1))
    const isFieldList = depth > 2 && items.every((item) => typeof item === 'object' && item !== null)
    return isFieldList ? items.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) : items
  }
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, withoutInnerOrder(item, depth + 1)]),
  )
}

describe('/schemas is what Kong 3.9.3 answers', () => {
  for (const entity of entities)
    test(entity.name, () => {
      const [ours, kongs] = [toKongJson(entity), readReference(entity.name)]
      if (entity.name !== 'upstreams') expect(ours).toEqual(kongs)
      else expect(withoutInnerOrder(ours)).toEqual(withoutInnerOrder(kongs))
    })
})

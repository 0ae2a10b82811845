import { parse, violationMessage } from '@holdfast/schema'
import { describe, expect, test } from 'vitest'
import { entityByName } from './index.ts'
import { readReference } from './reference/read-reference.ts'

interface Answer {
  readonly entity: string
  readonly input: unknown
  /** Absent where the input was accepted, null where it was refused with a text that is the router's own. */
  readonly message?: string | null
  readonly fields?: unknown
}

const context = {
  mode: 'insert' as const,
  now: () => Date.UTC(2026, 10, 24),
  uuid: () => '00000000-0000-4000-8000-000000000009',
  entity: entityByName,
}

describe('answers of Kong 3.9.3 to /schemas/NAME/validate', () => {
  for (const { entity, input, message, fields } of readReference('recorded-answers') as Answer[])
    test(`${entity} ${JSON.stringify(input).slice(0, 100)}`, () => {
      const before = JSON.stringify(input)
      const parsed = parse(entityByName(entity)!, input, context)
      expect(JSON.stringify(input)).toBe(before)
      if (message === undefined) return expect(parsed).toMatchObject({ ok: true })
      if (parsed.ok) throw new Error(`accepted, but Kong says: ${message}`)
      if (message === null) return
      expect(violationMessage(parsed.violations)).toBe(message)
      expect(JSON.parse(JSON.stringify(parsed.violations))).toEqual(fields)
    })
})

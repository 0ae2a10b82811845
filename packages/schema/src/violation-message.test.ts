import { describe, expect, test } from 'vitest'
import { violationMessage } from './violation-message.ts'
import type { Violations } from './violations.ts'

describe('the summary of violations', () => {
  const cases: [Violations, string][] = [
    [{ port: 'expected an integer' }, 'schema violation (port: expected an integer)'],
    [{ b: 'x', a: 'y', '@entity': ['z'] }, '3 schema violations (z; a: y; b: x)'],
    [{ service: { id: 'missing primary key' } }, 'schema violation (service.id: missing primary key)'],
    [{ paths: [null, 'bad', null, 'worse'] }, '2 schema violations (paths.2: bad; paths.4: worse)'],
    [{ sources: [{ ip: 'bad' }] }, 'schema violation (sources.1: {\n  ip = "bad"\n})'],
    [{ config: { '@entity': ['a'], b: 'c' } }, '2 schema violations (config.@entity: {\n  "a"\n}; config.b: c)'],
  ]
  for (const [violations, text] of cases) test(text, () => expect(violationMessage(violations)).toBe(text))
})

import { describe, expect, test } from 'vitest'
import type { AnyRow } from '@holdfast/schema'
import { declarativeMessage, parseDeclarativeText, readDeclarative, uuidV5, writeDeclarative } from './index.ts'

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
const settings = { fields: { config: { type: 'record', required: true, fields: {} } } } as const
const context = {
  now: () => 1_800_000_000_000,
  uuid: () => id(9),
  subschema: (name: string) => (name === 'teleport' ? undefined : settings),
}
const file = (members: AnyRow): AnyRow => ({ _format_version: '3.0', ...members })

function rowsOf(tree: AnyRow): AnyRow[] {
  const declared = readDeclarative(tree, context)
  if (!declared.ok) throw new Error(declarativeMessage(declared.violations))
  return declared.rows.map(({ entity, row }) => ({ entity: entity.name, ...row }))
}

describe('what is read', () => {
  const service = { name: 's', host: 'a.test' }
  // Ids that Kong derives from the names.
  const ids = { service: uuidV5(uuidV5('fd02801f-0957-4a15-a55a-c8d9606f30b5', 'services'), 's') }
  const cases: [string, AnyRow, AnyRow[]][] = [
    ['nothing', file({}), []],
    ['the id comes from the name', file({ services: [service] }), [{ entity: 'services', id: ids.service }]],
    [
      'nested rows refer to what they are in, and come after it',
      file({ services: [{ ...service, routes: [{ name: 'r', paths: ['/'], plugins: [{ name: 'cors' }] }] }] }),
      [
        { entity: 'services', name: 's' },
        { entity: 'routes', name: 'r', service: { id: ids.service } },
        { entity: 'plugins', name: 'cors', service: null },
      ],
    ],
    [
      'references by name, by id and as a record, whatever comes first',
      file({
        routes: [
          { name: 'a', paths: ['/'], service: 's' },
          { name: 'b', paths: ['/'], service: ids.service },
          { name: 'c', paths: ['/'], service: { id: ids.service } },
        ],
        services: [service],
      }),
      [
        { entity: 'services' },
        { entity: 'routes', service: { id: ids.service } },
        { entity: 'routes', service: { id: ids.service } },
        { entity: 'routes', service: { id: ids.service } },
      ],
    ],
    [
      'keys of consumers and targets of upstreams',
      file({
        consumers: [{ username: 'c', keyauth_credentials: [{ key: 'k' }] }],
        upstreams: [{ name: 'u', targets: [{ target: '10.0.0.1' }] }],
      }),
      [
        { entity: 'consumers', username: 'c' },
        { entity: 'upstreams', name: 'u' },
        { entity: 'targets', target: '10.0.0.1:8000' },
        { entity: 'keyauth_credentials', key: 'k' },
      ],
    ],
    [
      'comments are passed over',
      file({ _comment: 'x', services: [{ ...service, _comment: 'y', _ignore: [1] }] }),
      [{ entity: 'services', name: 's' }],
    ],
    [
      'paths of older files that were regular expressions',
      { _format_version: '2.1', routes: [{ name: 'r', paths: ['/plain/%61', '/a(b|c)%2e'] }] },
      [{ entity: 'routes', paths: ['/plain/a', '~/a(b|c)\\.'] }],
    ],
  ]
  for (const [name, tree, expected] of cases)
    test(name, () => {
      const rows = rowsOf(tree)
      expect(rows).toHaveLength(expected.length)
      expect(rows).toMatchObject(expected)
    })

  test('ids stay the same when the file is read again, also those of rows without a name', () => {
    const tree = file({
      services: [{ host: 'a.test', routes: [{ paths: ['/'] }, { paths: ['/x'] }] }],
      plugins: [{ name: 'cors' }],
    })
    const first = rowsOf(tree)
    expect(rowsOf(structuredClone(tree))).toEqual(first)
    expect(new Set(first.map((row) => row.id)).size).toBe(4)
  })

  test('UUIDs of names follow the standard', () => {
    // The example of RFC 9562, appendix A.4.
    expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    )
  })

  test('rows written to a file and read again are the same', () => {
    const tree = file({
      certificates: [],
      consumers: [{ username: 'c', tags: ['t'], keyauth_credentials: [{ key: 'k' }] }],
      services: [{ name: 's', host: 'a.test', routes: [{ name: 'r', paths: ['/'], headers: { x: ['1'] } }] }],
      upstreams: [{ name: 'u', targets: [{ target: 'b.test:80' }] }],
    })
    const declared = readDeclarative(tree, context)
    if (!declared.ok) throw new Error(declarativeMessage(declared.violations))
    const written = writeDeclarative(declared.rows)
    expect(written).toMatchObject({ _transform: false, routes: [{ service: declared.rows[0]!.row.id }] })
    expect(readDeclarative(JSON.parse(JSON.stringify(written)), context)).toEqual(declared)
  })
})

describe('what is refused, and how', () => {
  const cases: [string, unknown, string][] = [
    ['no version', { services: [] }, '{_format_version="required field missing"}'],
    ['a wrong version', { _format_version: '9' }, '{_format_version="expected one of: 1.1, 2.1, 3.0"}'],
    ['an unknown list', file({ ships: [] }), '{ships="unknown field"}'],
    ['no list', file({ services: 'x' }), '{services="expected an array"}'],
    ['no record', file({ services: ['x'] }), '{services={"expected a record"}}'],
    [
      'an unknown field',
      file({ services: [{ name: 'q', host: 'q.test', colour: 'red' }] }),
      '{services={{colour="unknown field"}}}',
    ],
    [
      'a nested row, at its place',
      file({ services: [{ host: 'a' }, { host: 'b', routes: [{ paths: ['bad'] }] }] }),
      '{services={[2]={routes={{paths={"should start with: / (fixed path) or ~/ (regex path)"}}}}}}',
    ],
    [
      'a name twice',
      file({
        services: [
          { name: 's', host: 'a' },
          { name: 's', host: 'b' },
        ],
      }),
      `{services={[2]="uniqueness violation: 'services' entity with name set to 's' already declared"}}`,
    ],
    [
      'an id twice',
      file({
        services: [
          { id: id(1), host: 'a' },
          { id: id(1), host: 'b' },
        ],
      }),
      `{services={[2]="uniqueness violation: 'services' entity with primary key set to '${id(1)}' already declared"}}`,
    ],
    [
      'another unique field twice',
      file({
        consumers: [
          { username: 'a', custom_id: 'x' },
          { username: 'b', custom_id: 'x' },
        ],
      }),
      `{consumers={b="uniqueness violation: 'consumers' entity with custom_id set to 'x' already declared"}}`,
    ],
    [
      'a reference to nothing',
      file({ routes: [{ name: 'r', paths: ['/'], service: 'nope' }] }),
      `{routes={r={"invalid reference 'service: nope' (no such entry in 'services')"}}}`,
    ],
    [
      'a reference to nothing from within',
      file({ services: [{ name: 's', host: 'a', routes: [{ name: 'r', paths: ['/'], service: { id: id(7) } }] }] }),
      `{routes={r={"invalid reference 'service: {\\"id\\":\\"${id(7)}\\"}' (no such entry in 'services')"}}}`,
    ],
    [
      'a plugin that is not there',
      file({ plugins: [{ name: 'teleport' }] }),
      `{plugins={{name="plugin 'teleport' not enabled; add it to the 'plugins' configuration property"}}}`,
    ],
    ['no object', [], '{error="expected an object"}'],
  ]
  for (const [name, tree, expected] of cases)
    test(name, () => {
      const declared = readDeclarative(tree, context)
      expect(declared.ok ? 'accepted' : declarativeMessage(declared.violations)).toBe(
        `declarative config is invalid: ${expected}`,
      )
    })
})

describe('text', () => {
  const cases: [string, string, unknown][] = [
    ['JSON', '{"a": [1]}', { a: [1] }],
    ['YAML', 'a:\n- b: "3.0"\n  c: ~\n', { a: [{ b: '3.0', c: null }] }],
    ['neither', 'bogus', 'failed parsing declarative configuration: expected an object'],
    ['a list', '[]', 'failed parsing declarative configuration: expected an object'],
    ['broken', 'a: [', /^failed parsing declarative configuration: .+ at line 1, column 5$/],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]`,
      /^failed parsing declarative configuration: Excessive alias count/,
    ],
  ]
  for (const [name, text, expected] of cases)
    test(name, () => {
      const read = parseDeclarativeText(text)
      if (read.ok) expect(read.tree).toEqual(expected)
      else if (expected instanceof RegExp) expect(read.violations.error).toMatch(expected)
      else expect(read.violations.error).toBe(expected)
    })
})

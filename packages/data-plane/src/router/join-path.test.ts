import { expect, test } from 'vitest'
import { joinPath } from './join-path.ts'

/** Columns: path of the service. Answers recorded from Kong 3.9.3. */
const servicePaths = [null, '/', '/fee', '/fee/'] as const

const stripped: readonly [matched: string, path: string, ...sent: string[]][] = [
  // route     request        none       /          /fee          /fee/
  ['/', '/', '/', '/', '/fee', '/fee/'],
  ['/', '/fie', '/fie', '/fie', '/fee/fie', '/fee/fie'],
  ['/', '/fie/', '/fie/', '/fie/', '/fee/fie/', '/fee/fie/'],
  ['/', '/fie/x', '/fie/x', '/fie/x', '/fee/fie/x', '/fee/fie/x'],
  ['/fie', '/fie', '/', '/', '/fee', '/fee'],
  ['/fie', '/fie/', '/', '/', '/fee/', '/fee/'],
  ['/fie', '/fiex', '/x', '/x', '/fee/x', '/fee/x'],
  ['/fie', '/fie/x/', '/x/', '/x/', '/fee/x/', '/fee/x/'],
  ['/fie/', '/fie/', '/', '/', '/fee/', '/fee/'],
  ['/fie/', '/fie/x', '/x', '/x', '/fee/x', '/fee/x'],
  ['', '/', '/', '/', '/fee', '/fee/'],
  ['', '/fie', '/fie', '/fie', '/fee/fie', '/fee/fie'],
  ['', '/fie/', '/fie/', '/fie/', '/fee/fie/', '/fee/fie/'],
  // what is left must not climb in the service's path
  ['/fie', '/fie..', '/', '/', '/fee', '/fee'],
  ['/fie', '/fie../x', '/x', '/x', '/fee/x', '/fee/x'],
  ['/fie', '/fie./x', '/x', '/x', '/fee/x', '/fee/x'],
]

const whole: typeof stripped = [
  ['/fie', '/', '/', '/', '/fee', '/fee/'],
  ['/fie', '/fie', '/fie', '/fie', '/fee/fie', '/fee/fie'],
  ['/fie', '/fie/', '/fie/', '/fie/', '/fee/fie/', '/fee/fie/'],
  ['/fie', '/fie/x', '/fie/x', '/fie/x', '/fee/fie/x', '/fee/fie/x'],
]

for (const [strip, table] of [
  [true, stripped],
  [false, whole],
] as const) {
  for (const [matched, path, ...sent] of table) {
    test(`${path} by route ${matched || 'without path'}${strip ? ', stripped' : ''}`, () => {
      expect(servicePaths.map((servicePath) => joinPath(servicePath, path, matched, strip))).toEqual(sent)
    })
  }
}

test('what may not stand in a request line is escaped', () => {
  expect(joinPath('/sp', '/sp ace/1 2', '/sp ace', true)).toBe('/sp/1%202')
  expect(joinPath(null, '/caf\xc3\xa9/%2F', '', false)).toBe('/caf%C3%A9/%2F')
})

import { createHash } from 'node:crypto'
import { parse, violationMessage } from '@holdfast/schema'
import { describe, expect, test } from 'vitest'
import { caCertificates, certificates } from './index.ts'
import type { Entity } from './index.ts'
import { issueCertificate } from './reference/issue-certificate.ts'

const one = issueCertificate('one', 'rsa', false)
const two = issueCertificate('two', 'rsa', false)
const curve = issueCertificate('curve', 'ec', false)
const root = issueCertificate('root', 'ec', true)

function answer(entity: Entity, input: object, now = Date.now()): string {
  const uuid = () => '00000000-0000-4000-8000-000000000009'
  const parsed = parse(entity, input, { mode: 'insert', now: () => now, uuid })
  return parsed.ok ? 'accepted' : violationMessage(parsed.violations)
}

describe('certificates', () => {
  const cases: [string, object, string][] = [
    ['a certificate with its key', one, 'accepted'],
    ['the key of another', { cert: one.cert, key: two.key }, 'schema violation (certificate does not match key)'],
    ['RSA and ECDSA', { ...one, cert_alt: curve.cert, key_alt: curve.key }, 'accepted'],
    [
      'an alternative without its key',
      { ...one, cert_alt: curve.cert },
      "schema violation (all or none of these fields must be set: 'cert_alt', 'key_alt')",
    ],
    [
      'an alternative with the key of another',
      { ...one, cert_alt: curve.cert, key_alt: root.key },
      'schema violation (alternative certificate does not match key)',
    ],
    [
      'two of one type',
      { ...one, cert_alt: two.cert, key_alt: two.key },
      'schema violation (certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), the provided certificates were both of the same type)',
    ],
    ['vault references', { cert: '{vault://env/cert}', key: '{vault://env/key}' }, 'accepted'],
  ]
  for (const [name, input, expected] of cases) test(name, () => expect(answer(certificates, input)).toBe(expected))

  test('text that is no PEM', () => {
    expect(answer(certificates, { cert: 'tin', key: 'tin' })).toMatch(
      /^2 schema violations \(cert: invalid certificate: .+; key: invalid key: .+\)$/,
    )
  })
})

describe('ca_certificates', () => {
  const later = Date.now() + 40 * 24 * 3600 * 1000
  const cases: [string, object, string, number?][] = [
    ['a CA', { cert: root.cert }, 'accepted'],
    ['two at once', { cert: root.cert + one.cert }, 'schema violation (please submit only one certificate at a time)'],
    [
      'an expired one',
      { cert: root.cert },
      'schema violation (certificate expired, "Not After" time is in the past)',
      later,
    ],
    [
      'one that may not sign',
      { cert: one.cert },
      'schema violation (certificate does not appear to be a CA because it is missing the "CA" basic constraint)',
    ],
  ]
  for (const [name, input, expected, now] of cases)
    test(name, () => expect(answer(caCertificates, input, now)).toBe(expected))

  test('the digest is computed, whatever was given', () => {
    const input = { cert: root.cert, cert_digest: 'mine' }
    const parsed = parse(caCertificates, input, { mode: 'insert', now: Date.now, uuid: () => crypto.randomUUID() })
    const der = Buffer.from(root.cert.replace(/-----.+-----/g, ''), 'base64')
    const expected = createHash('sha256').update(der).digest('hex')
    expect(parsed).toMatchObject({ ok: true, value: { cert_digest: expected } })
  })
})

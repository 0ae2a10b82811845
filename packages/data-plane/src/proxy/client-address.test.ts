import { expect, test } from 'vitest'
import { scanRequestHead } from '../http1/request-head.ts'
import { forwardedAddress } from './client-address.ts'
import { trustedAddresses } from './trusted-addresses.ts'

const trusted = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']

const cases: [name: string, peer: string, header: string, lines: string, recursive: boolean, expected: string][] = [
  ['a stranger is not believed', '198.51.100.1', 'x-real-ip', 'X-Real-IP: 203.0.113.9', false, '198.51.100.1'],
  ['a trusted peer is', '10.1.2.3', 'x-real-ip', 'X-Real-IP: 203.0.113.9', false, '203.0.113.9'],
  ['also by its single address', '192.0.2.7', 'x-real-ip', 'X-Real-IP: 203.0.113.9', false, '203.0.113.9'],
  ['also over IPv6', '2001:db8::5', 'x-real-ip', 'X-Real-IP: 203.0.113.9', false, '203.0.113.9'],
  ['without the header', '10.1.2.3', 'x-real-ip', 'X-Other: 203.0.113.9', false, '10.1.2.3'],
  ['no address at all', '10.1.2.3', 'x-real-ip', 'X-Real-IP: nobody', false, '10.1.2.3'],
  ['another header', '10.1.2.3', 'cf-connecting-ip', 'CF-Connecting-IP: 203.0.113.9', false, '203.0.113.9'],
  ['the last of a list', '10.1.2.3', 'x-forwarded-for', 'X-Forwarded-For: 1.1.1.1, 10.0.0.9', false, '10.0.0.9'],
  [
    'the last stranger of a list',
    '10.1.2.3',
    'x-forwarded-for',
    'X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.0.0.9',
    true,
    '203.0.113.9',
  ],
  [
    'over several lines',
    '10.1.2.3',
    'x-forwarded-for',
    'X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.0.0.9',
    true,
    '203.0.113.9',
  ],
  [
    'the first if all are trusted',
    '10.1.2.3',
    'x-forwarded-for',
    'X-Forwarded-For: 10.0.0.1, 10.0.0.9',
    true,
    '10.0.0.1',
  ],
  [
    'nonsense ends the search',
    '10.1.2.3',
    'x-forwarded-for',
    'X-Forwarded-For: 1.1.1.1, evil, 10.0.0.9',
    true,
    '10.0.0.9',
  ],
  ['with a port', '10.1.2.3', 'x-real-ip', 'X-Real-IP: 203.0.113.9:4242', false, '203.0.113.9'],
  ['IPv6 in brackets', '10.1.2.3', 'x-real-ip', 'X-Real-IP: [2001:db9::1]:4242', false, '2001:db9::1'],
  ['the PROXY protocol', '10.1.2.3', 'proxy_protocol', 'X-Real-IP: 1.1.1.1', false, '203.0.113.50'],
]

test.each(cases)('%s', (_, peer, header, lines, recursive, expected) => {
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`)
  const head = scanRequestHead(bytes, 0, bytes.length)
  if (typeof head === 'number') throw new Error('the head was refused')
  const rule = { trusted: trustedAddresses(trusted), header, recursive }
  expect(forwardedAddress(peer, '203.0.113.50', head.lines, rule)).toBe(expected)
})

test('nobody is trusted unless named', () => {
  expect(trustedAddresses([])('127.0.0.1')).toBe(false)
  expect(trustedAddresses(['unix:'])('')).toBe(false)
  expect(trustedAddresses(['0.0.0.0/0', '::/0'])('127.0.0.1')).toBe(true)
})

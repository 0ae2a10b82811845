import { expect, test } from 'vitest'
import { Failure, type FailureKind } from '../failure.ts'
import { mayRetry, type RetryFacts } from './retry.ts'

const facts: RetryFacts = { method: 'GET', untouched: true, replayable: true, triesLeft: 1, replayedAfterReuse: false }
const post = { method: 'POST' }

const cases: [name: string, kind: FailureKind, retry: Failure['retry'], facts: Partial<RetryFacts>, verdict: string][] =
  [
    ['refused', 'connect_failed', 'safe', {}, 'next_peer'],
    ['refused, POST', 'connect_failed', 'safe', post, 'next_peer'],
    ['refused, no try left', 'connect_failed', 'safe', { triesLeft: 0 }, 'no'],
    ['refused, after part of the body went to another peer', 'connect_failed', 'safe', { untouched: false }, 'no'],
    ['TLS failed', 'tls_failed', 'safe', post, 'next_peer'],
    ['timeout', 'read_timeout', 'never', {}, 'next_peer'],
    ['timeout, PUT', 'read_timeout', 'never', { method: 'PUT' }, 'next_peer'],
    ['timeout, POST', 'read_timeout', 'never', post, 'no'],
    ['timeout, PATCH', 'read_timeout', 'never', { method: 'PATCH' }, 'no'],
    ['timeout, unknown method', 'read_timeout', 'never', { method: 'FROB' }, 'no'],
    ['timeout, body already gone', 'read_timeout', 'never', { replayable: false }, 'no'],
    ['timeout, no try left', 'read_timeout', 'never', { triesLeft: 0 }, 'no'],
    ['reset', 'reset', 'never', {}, 'next_peer'],
    ['reset, POST', 'reset', 'never', post, 'no'],
    ['a kept connection had died', 'reset', 'reused_connection_only', { triesLeft: 0 }, 'same_peer'],
    ['a kept connection had died, POST', 'reset', 'reused_connection_only', post, 'no'],
    ['it died twice', 'reset', 'reused_connection_only', { replayedAfterReuse: true }, 'next_peer'],
    ['a bad answer', 'bad_response', 'never', {}, 'no'],
  ]

test.each(cases)('%s', (_, kind, retry, given, verdict) => {
  expect(mayRetry(new Failure('upstream', kind, retry, ''), { ...facts, ...given })).toBe(verdict)
})

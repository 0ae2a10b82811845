import type { ProtocolRange } from './messages.ts'

/** Path of the WebSocket on a control plane. */
export const syncPath = '/v2/holdfast'

/** Versions of the messages that this code speaks. */
export const spokenProtocols: ProtocolRange = { min: 1, max: 1 }

/** The newest version that both ends speak, or `undefined` if there is none. */
export function negotiate(ours: ProtocolRange, theirs: ProtocolRange): number | undefined {
  const newest = Math.min(ours.max, theirs.max)
  return newest >= Math.max(ours.min, theirs.min) ? newest : undefined
}

/**
 * Kong's rule for a fleet that is upgraded control plane first: the same major version, and a data plane whose minor version
 * is not above the control plane's. Patch and suffix do not matter. Returns the reason, for people, if they do not fit.
 */
export function versionMismatch(controlPlane: string, dataPlane: string): string | undefined {
  const cp = majorMinor(controlPlane)
  const dp = majorMinor(dataPlane)
  if (!cp || !dp) return `cannot compare data plane version ${dataPlane} with control plane version ${controlPlane}`
  if (cp.major !== dp.major) {
    return `data plane version ${dataPlane} has another major version than control plane version ${controlPlane}`
  }
  if (dp.minor > cp.minor) {
    return `data plane version ${dataPlane} is newer than control plane version ${controlPlane}; upgrade control planes first`
  }
  return undefined
}

function majorMinor(version: string): { major: number; minor: number } | undefined {
  const found = /^(\d{1,6})\.(\d{1,6})(?:[.-]|$)/.exec(version)
  return found ? { major: Number(found[1]), minor: Number(found[2]) } : undefined
}

/** What the connections of one proxy thread are doing, as `/status` shows it (the words are nginx's). */
export interface ConnectionStats {
  /** Connections ever accepted, and of those the ones that were served. */
  accepted: number
  handled: number
  /** Open now; the sum of the next three. */
  active: number
  /** Open connections on which a request head or body is being read. */
  reading: number
  /** Open connections on which a request is being worked on or answered. */
  writing: number
  /** Open connections between two requests. */
  waiting: number
  /** Requests ever begun. */
  requests: number
}

export function newConnectionStats(): ConnectionStats {
  return { accepted: 0, handled: 0, active: 0, reading: 0, writing: 0, waiting: 0, requests: 0 }
}
